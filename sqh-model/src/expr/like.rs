//! `LIKE` and `ILIKE` as PostgreSQL reads them.
//!
//! `%` stands for any text, `_` for one character, and `\` makes the next character stand for
//! itself. Text columns are declared `COLLATE "C"`, under which `ILIKE` folds the letters `A` to
//! `Z` and no others: `É` and `é` differ.

use crate::error::{Error, Result};

/// A pattern, taken apart once.
#[derive(Debug)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    case_sensitive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Literal(char),
    AnyCharacter,
    AnyText,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// `Invalid` if it ends with a lone `\`. PostgreSQL tells that only when a row leads it so far,
    /// which would make the error depend on the data.
    pub(super) fn parse(pattern: &str, case_sensitive: bool) -> Result<Self> {
        let mut parts = Vec::with_capacity(pattern.len());
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            parts.push(match character {
                '%' => Part::AnyText,
                '_' => Part::AnyCharacter,
                '\\' => Part::Literal(characters.next().ok_or_else(|| {
                    Error::invalid("the pattern ends with a lone `\\`: write `\\\\` to mean the character itself")
                })?),
                character => Part::Literal(character),
            });
        }
        Ok(Self { parts, case_sensitive })
    }

    /// Whether the whole text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at, mut part) = (0, 0);
        // The last `%`, and where the text behind it was tried to start.
        let mut retry = None;
        while at < text.len() {
            match self.parts.get(part) {
                Some(Part::AnyText) => {
                    part += 1;
                    retry = Some((part, at));
                }
                Some(one) if self.fits(*one, text[at]) => {
                    part += 1;
                    at += 1;
                }
                _ => {
                    let Some((behind, start)) = retry else {
                        return false;
                    };
                    retry = Some((behind, start + 1));
                    part = behind;
                    at = start + 1;
                }
            }
        }
        self.parts[part..].iter().all(|part| *part == Part::AnyText)
    }

    fn fits(&self, part: Part, character: char) -> bool {
        match part {
            Part::AnyCharacter => true,
            Part::Literal(literal) if self.case_sensitive => literal == character,
            Part::Literal(literal) => literal.eq_ignore_ascii_case(&character),
            Part::AnyText => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, like: bool, ilike: bool) {
        for (case_sensitive, expected) in [(true, like), (false, ilike)] {
            let found = Pattern::parse(pattern, case_sensitive).unwrap().matches(text);
            assert_eq!(found, expected, "{text:?} like {pattern:?}, case sensitive: {case_sensitive}");
        }
    }

    #[test]
    fn wildcards() {
        check("", "", true, true);
        check("", "a", false, false);
        check("%", "", true, true);
        check("_", "", false, false);
        check("_", "é", true, true);
        check("a%c%e", "abcde", true, true);
        check("a%c%e", "abcdef", false, false);
        check("%ab", "aab", true, true);
        check("%_b%", "b", false, false);
        check("%%a", "ba", true, true);
        check("a\nb%", "a\nbc", true, true);
    }

    #[test]
    fn escapes() {
        check("100\\%", "100%", true, true);
        check("100\\%", "1000", false, false);
        check("a\\_b", "axb", false, false);
        check("\\\\", "\\", true, true);
        check("\\a", "a", true, true);
        let error = Pattern::parse("a\\", true).unwrap_err();
        assert!(error.message().contains("lone `\\`"), "{error}");
    }

    #[test]
    fn case_is_folded_for_ascii_letters_only() {
        check("PLUM%", "Plumtree", false, true);
        check("É", "é", false, false);
        check("É", "É", true, true);
    }
}
