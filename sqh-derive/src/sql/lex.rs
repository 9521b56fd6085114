//! What can be told of a statement without its models: quotes, comments and parentheses end, it is one
//! `SELECT`, and which parameters it has. A parser would know more, and would be compiled into each build; the
//! rest is told when the statement is first run.

/// The names behind a colon, each once, in order.
///
/// # Errors
/// What is wrong.
pub(super) fn params(text: &str) -> Result<Vec<String>, String> {
    let mut scan = Scan { rest: text, open: Vec::new(), params: Vec::new(), words: 0, is_over: false };
    while !scan.rest.is_empty() {
        scan.step()?;
    }
    match scan.open.last() {
        Some(open) => Err(format!("a `{open}` is not closed")),
        None if scan.words == 0 => Err(START.to_owned()),
        None => Ok(scan.params),
    }
}

const START: &str = "only queries are run: a statement begins with `select` or `with`";

struct Scan<'a> {
    rest: &'a str,
    /// The parentheses that are open.
    open: Vec<char>,
    params: Vec<String>,
    words: usize,
    /// Whether there was a semicolon.
    is_over: bool,
}

impl Scan<'_> {
    fn step(&mut self) -> Result<(), String> {
        let Some(first) = self.rest.chars().next() else { return Ok(()) };
        if let Some(comment) = self.rest.strip_prefix("--") {
            self.rest = comment.split_once('\n').map_or("", |(_, rest)| rest);
            return Ok(());
        }
        if self.rest.starts_with("/*") {
            return self.comment();
        }
        if first.is_whitespace() {
            self.skip(first.len_utf8());
            return Ok(());
        }
        if self.is_over {
            return Err("one statement is run at a time: nothing stands behind `;`".to_owned());
        }
        match first {
            '\'' | '"' => self.quoted(first),
            '(' | '[' => {
                self.open.push(first);
                self.skip(1);
                Ok(())
            }
            ')' | ']' => self.close(first),
            ';' => {
                self.is_over = true;
                self.skip(1);
                Ok(())
            }
            ':' => {
                self.colon();
                Ok(())
            }
            first if is_of_word(first) => self.word(),
            first => {
                self.skip(first.len_utf8());
                Ok(())
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    fn word(&mut self) -> Result<(), String> {
        let end = self.rest.find(|c| !is_of_word(c)).unwrap_or(self.rest.len());
        let word = &self.rest[..end];
        let is_start = ["select", "with", "values"].iter().any(|start| word.eq_ignore_ascii_case(start));
        if self.words == 0 && !is_start {
            return Err(START.to_owned());
        }
        self.words += 1;
        self.skip(end);
        Ok(())
    }

    // A quote in quotes is written twice, so that the text goes on behind what looks like its end.
    fn quoted(&mut self, quote: char) -> Result<(), String> {
        match self.rest[1..].find(quote) {
            Some(end) => {
                self.skip(end + 2);
                Ok(())
            }
            None => Err(format!("a `{quote}` is not closed")),
        }
    }

    fn comment(&mut self) -> Result<(), String> {
        let mut depth = 0;
        loop {
            if self.rest.starts_with("/*") {
                depth += 1;
                self.skip(2);
            } else if self.rest.starts_with("*/") {
                depth -= 1;
                self.skip(2);
                if depth == 0 {
                    return Ok(());
                }
            } else {
                let next = self.rest.chars().next().ok_or("a `/*` is not closed")?;
                self.skip(next.len_utf8());
            }
        }
    }

    fn close(&mut self, close: char) -> Result<(), String> {
        let open = if close == ')' { '(' } else { '[' };
        if self.open.pop() != Some(open) {
            return Err(format!("a `{close}` closes nothing"));
        }
        self.skip(1);
        Ok(())
    }

    /// `:name`, and `::` of a cast.
    fn colon(&mut self) {
        self.skip(1);
        if self.rest.starts_with(':') {
            return self.skip(1);
        }
        let end = self.rest.find(|c| !is_of_word(c)).unwrap_or(self.rest.len());
        let name = &self.rest[..end];
        if !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && !self.params.iter().any(|n| n == name)
        {
            self.params.push(name.to_owned());
        }
        self.skip(end);
    }
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::params;

    #[test]
    fn parameters_stand_outside_of_quotes_and_comments() {
        for (text, expected) in [
            ("SELECT a::int, :b, ':c', \":d\" -- :e\n/* :f /* :g */ */ + :h_1 + :b", &["b", "h_1"][..]),
            ("(select 'it''s :a' from x) union (select 1);  ", &[]),
            ("WITH q AS (SELECT 1) SELECT a[1:2] FROM q WHERE b IN (:b)", &["b"]),
        ] {
            assert_eq!(params(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, part) in [
            ("SELECT 'a", "a `'` is not closed"),
            ("SELECT \"a", "a `\"` is not closed"),
            ("SELECT 1 /* a", "a `/*` is not closed"),
            ("SELECT (1", "a `(` is not closed"),
            ("SELECT 1)", "a `)` closes nothing"),
            ("SELECT (1]", "a `]` closes nothing"),
            ("DELETE FROM a", "begins with `select`"),
            ("", "begins with `select`"),
            ("SELECT 1; SELECT 2", "one statement"),
        ] {
            let error = params(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
