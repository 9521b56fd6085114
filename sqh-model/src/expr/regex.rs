//! Regular expressions as PostgreSQL's `~` reads them.
//!
//! PostgreSQL tells a wrong pattern when a row meets it, which would make the error depend on what is
//! stored; so a pattern is read here, before anything is sent, and what this reader does not know is
//! refused. It knows what PostgreSQL can decide without going back over the text: no back references, no
//! looking ahead or behind, no options inside the pattern. Text columns are declared `COLLATE "C"`, under
//! which classes such as `\d` and `\w` hold ASCII only, and case is folded for the letters `A` to `Z`.
//!
//! [`parse`] reads, [`program`] writes repetitions out and runs.

mod class;
mod parse;
mod program;

use self::program::Program;
use crate::error::{Error, Result};

/// Of how many characters a pattern is at most.
const MAX_LENGTH: usize = 1_000;

/// A pattern, read once.
#[derive(Debug)]
pub(super) struct Regex(Program);

impl Regex {
    /// Reads a pattern.
    ///
    /// # Errors
    /// `Invalid`, saying where and why, if it is none, or one that takes too long.
    pub(super) fn parse(pattern: &str, case_sensitive: bool) -> Result<Self> {
        if pattern.chars().nth(MAX_LENGTH).is_some() {
            return Err(Error::invalid(format!("a pattern has at most {MAX_LENGTH} characters")));
        }
        Program::of(&parse::read(pattern)?, case_sensitive).map(Self)
    }

    /// Whether a part of the text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.0.matches(text)
    }
}

#[cfg(test)]
mod tests {
    use super::Regex;

    fn check(pattern: &str, sensitive: &[&str], folded: &[&str], neither: &[&str]) {
        let matches = |case_sensitive, text| Regex::parse(pattern, case_sensitive).unwrap().matches(text);
        for (texts, expected) in [(sensitive, [true, true]), (folded, [false, true]), (neither, [false, false])] {
            for text in texts {
                let found = [matches(true, text), matches(false, text)];
                assert_eq!(found, expected, "{text:?} ~ {pattern:?}, with and without regard to case");
            }
        }
    }

    #[test]
    fn patterns_match_parts_of_a_text() {
        check("", &["", "a"], &[], &[]);
        check("lum", &["Plumtree"], &["PLUM"], &["Plu m"]);
        check("^Pl", &["Plumtree"], &["plum"], &["a Plum", ""]);
        check("e$", &["tree"], &["TREE"], &["tree\n"]);
        check("a.c", &["abc", "a\nc", "xaécx"], &["ABC"], &["ac"]);
        check("a|bc|", &["", "x"], &[], &[]);
        check("^(?:ab|c)+$", &["ab", "abcab"], &["AbC"], &["", "abx"]);
        check("^(a?){3}$", &["", "aa"], &["AA"], &["aaaa"]);
        check("^a{2,}b{0}$", &["aa", "aaaaa"], &["AA"], &["a", "aab"]);
        check("^a{2,3}?$", &["aa", "aaa"], &[], &["a", "aaaa"]);
        check(r"\y\w+\s\d\M", &["a 1", "über 7"], &[], &["ü 7", "a 1b"]);
        check(r"^\.\*\\$", &[r".*\"], &[], &["..."]);
        check("é", &["café"], &[], &["CAFÉ"]);
        check("a^b", &[], &[], &["ab", "a^b"]);
    }

    #[test]
    fn classes_hold_what_they_say() {
        check("^[a-c]$", &["b"], &["B"], &["d"]);
        check("^[^a-c]$", &["d", "\n"], &[], &["b"]);
        check("^[]-]$", &["]", "-"], &[], &["[", "\\"]);
        check(r"^[\]\d\t-]$", &["]", "5", "\t", "-"], &[], &["d"]);
        check("^[[:upper:]_]$", &["A", "_"], &["a"], &["É"]);
        check("^[^[:space:]]$", &["a", "\u{a0}"], &[], &[" ", "\t"]);
        check("^[α-ω]$", &["λ"], &[], &["Λ"]);
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_place() {
        for (pattern, part) in [
            ("(a", "no `)`"),
            ("a)", "character 2 of the pattern: `)`"),
            ("[a", "no `]`"),
            ("*a", "character 1 of the pattern: there is nothing for `*` to repeat"),
            ("^*", "nothing for `*` to repeat"),
            ("a**", "character 3"),
            ("a{2}{3}", "nothing for `{` to repeat"),
            ("a{3,2}", "more often"),
            ("a{256}", "255"),
            ("a{2", "`{2,5}`"),
            ("a{x}", "`\\{`"),
            ("[b-a]", "backwards"),
            ("[a-c-e]", "`-`"),
            ("[[:colour:]]", "`alpha`"),
            ("[[.a.]]", "`[.`"),
            (r"(a)\1", "back reference"),
            ("(?=a)", "`(?:`"),
            ("(?i)a", "`(?:`"),
            ("***=a", "nothing for `*`"),
            (r"\q", "`\\q`"),
            ("a\\", "lone `\\`"),
            ("a\0", "NUL"),
        ] {
            let error = Regex::parse(pattern, true).expect_err(pattern);
            assert!(error.message().contains(part), "{pattern}: {error}");
        }
        for pattern in [
            "a".repeat(1001),
            "(".repeat(60) + &")".repeat(60),
            "((a{255}){255}){255}".to_owned(),
            format!("{}{}", "(".repeat(40), "){255}".repeat(40)),
        ] {
            let error = Regex::parse(&pattern, true).expect_err(&pattern);
            assert!(error.message().contains("at most"), "{error}");
        }
    }

    #[test]
    fn a_long_text_is_read_once() {
        let pattern = Regex::parse("^(a|a)*(a*)*b$", true).unwrap();
        assert!(!pattern.matches(&"a".repeat(20_000)));
    }
}
