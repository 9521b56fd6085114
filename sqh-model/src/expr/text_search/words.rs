//! What somebody has written to search for, brought into bounds and taken apart.

/// The most characters that are looked at. A longer word than PostgreSQL takes for one is an error there,
/// and nothing that somebody searches for is one here.
const MOST_CHARACTERS: usize = 500;

/// A text that is searched for.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::expr) struct Words {
    /// All of it, for PostgreSQL to read.
    pub(in crate::expr) whole: String,
    /// The words that may be spelt in another way: without quotes, `or`, and what must not be there.
    pub(in crate::expr) wanted: String,
    /// What must not be there, each behind `or`, as PostgreSQL reads it.
    pub(in crate::expr) unwanted: String,
}

impl Words {
    pub(in crate::expr) fn of(text: &str) -> Self {
        let whole = bounded(text);
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        let mut rest = whole.trim_start();
        while !rest.is_empty() {
            let without =
                rest.strip_prefix('-').filter(|behind| !behind.is_empty() && !behind.starts_with(char::is_whitespace));
            let (word, is_quoted, behind) = first(without.unwrap_or(rest));
            match without {
                Some(_) if !word.is_empty() => unwanted.push(format!("\"{word}\"")),
                None if is_quoted || !word.eq_ignore_ascii_case("or") => wanted.push(word),
                _ => {}
            }
            rest = behind.trim_start();
        }
        let (wanted, unwanted) = (wanted.join(" ").trim().to_owned(), unwanted.join(" or "));
        Self { whole, wanted, unwanted }
    }
}

/// The first words, none of them cut, unless there is one alone.
fn bounded(text: &str) -> String {
    let mut whole: String = text.chars().map(|c| if c == '\0' { ' ' } else { c }).take(MOST_CHARACTERS).collect();
    let is_cut = text.chars().nth(MOST_CHARACTERS).is_some_and(|next| !next.is_whitespace());
    if let (true, Some(end)) = (is_cut, whole.rfind(char::is_whitespace)) {
        whole.truncate(end);
    }
    whole
}

/// The first word, or what stands in the first quotes; whether it stood in them; and what follows.
fn first(text: &str) -> (&str, bool, &str) {
    match text.strip_prefix('"') {
        Some(quoted) => {
            let (word, rest) = quoted.split_once('"').unwrap_or((quoted, ""));
            (word, true, rest)
        }
        None => {
            let end = text.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(text.len());
            (&text[..end], false, &text[end..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_be_there_is_not_wanted() {
        for (text, wanted, unwanted) in [
            ("", "", ""),
            ("plumtre run", "plumtre run", ""),
            ("plumtre -run", "plumtre", "\"run\""),
            ("a or \"b c\" -\"d e\" -f", "a b c", "\"d e\" or \"f\""),
            ("\"or\" - x --y", "or - x", "\"-y\""),
            ("  \"open", "open", ""),
            ("a\"b\"c -", "a b c -", ""),
            ("-\"\" -", "-", ""),
        ] {
            let words = Words::of(text);
            assert_eq!((&*words.wanted, &*words.unwanted), (wanted, unwanted), "{text}");
        }
    }

    #[test]
    fn the_text_is_cut_and_holds_no_nul() {
        assert_eq!(Words::of("a\0b").whole, "a b");
        assert_eq!(Words::of(&"é".repeat(9_999)).whole.chars().count(), MOST_CHARACTERS);
        assert!(Words::of(&"flood ".repeat(9_999)).whole.ends_with(" flood"));
    }
}
