//! Where words were found, told apart from whatever the text itself holds.
//!
//! The server marks words inside the text. What stands there may be anything that somebody has written, a
//! mark included, so the marks are new for each search and cannot be guessed.

use uuid::Uuid;

/// What stands around the words that a search has found, for one search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks(String);

impl Marks {
    /// Marks that no text holds.
    pub fn fresh() -> Self {
        Self(Uuid::new_v4().simple().to_string())
    }

    /// What stands before a word that was found, behind it, and where text was left out.
    pub(crate) fn signs(&self) -> [String; 3] {
        ["b", "e", "g"].map(|sign| format!("{}{sign}", self.0))
    }

    /// The pieces of a text with these marks; `None` if no word was found in it.
    pub fn pieces(&self, text: &str) -> Option<Vec<Piece>> {
        let mut parts = text.split(&self.0);
        let mut pieces = Vec::new();
        let mut push = |piece: fn(String) -> Piece, text: &str| {
            if !text.is_empty() {
                pieces.push(piece(text.to_owned()));
            }
        };
        push(Piece::Text, parts.next().unwrap_or_default());
        let mut is_found = false;
        for part in parts {
            let (sign, text) = part.split_at_checked(1).unwrap_or((part, ""));
            match sign {
                "b" => {
                    is_found = true;
                    push(Piece::Found, text);
                }
                "g" => {
                    push(|_| Piece::Gap, sign);
                    push(Piece::Text, text);
                }
                _ => push(Piece::Text, text),
            }
        }
        is_found.then_some(pieces)
    }
}

/// A search field in which words were found: the parts of its text around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlight {
    /// The field's name in JSON.
    pub field: String,
    /// The text in pieces.
    pub pieces: Vec<Piece>,
}

/// A piece of a text in which words were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// What stands around the words.
    Text(String),
    /// A word that was found.
    Found(String),
    /// Where text was left out.
    Gap,
}

impl Highlight {
    /// The text as HTML: `the <b>flood</b> of 1972`. What the text itself holds is escaped, so that every tag is
    /// one of these.
    ///
    /// ```
    /// use sqh_model::expr::{Highlight, Piece};
    ///
    /// let pieces = vec![Piece::Text("a <b> & a ".to_owned()), Piece::Found("flood".to_owned()), Piece::Gap];
    /// let highlight = Highlight { field: "title".to_owned(), pieces };
    /// assert_eq!(highlight.to_html(), "a &lt;b&gt; &amp; a <b>flood</b> … ");
    /// ```
    pub fn to_html(&self) -> String {
        self.to_text("<b>", "</b>", escaped)
    }

    /// The text with marks of one's own around the words, each piece made what `escape` makes of it.
    pub fn to_text(&self, start: &str, end: &str, escape: impl Fn(&str) -> String) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => escape(text),
            Piece::Found(text) => format!("{start}{}{end}", escape(text)),
            Piece::Gap => " … ".to_owned(),
        };
        self.pieces.iter().map(piece).collect()
    }
}

fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_what_stands_between_the_marks() {
        let marks = Marks::fresh();
        let [start, end, gap] = marks.signs();
        let found = |text: &str| Piece::Found(text.to_owned());
        let text = |text: &str| Piece::Text(text.to_owned());
        for (marked, pieces) in [
            (String::new(), None),
            ("no word".to_owned(), None),
            (format!("no{gap}word"), None),
            (format!("{start}a{end}"), Some(vec![found("a")])),
            (
                format!("x {start}a{end} y{gap}{start}é{end}b"),
                Some(vec![text("x "), found("a"), text(" y"), Piece::Gap, found("é"), text("b")]),
            ),
            (format!("<b>{start}a{end}</b>"), Some(vec![text("<b>"), found("a"), text("</b>")])),
        ] {
            assert_eq!(marks.pieces(&marked), pieces, "{marked}");
        }
        assert_ne!(Marks::fresh(), marks);
    }
}
