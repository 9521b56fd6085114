//! [`Class`]: sets of characters.

/// A set of characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Class {
    ranges: Vec<(char, char)>,
    negated: bool,
}

/// The names that stand in `[:name:]`.
pub(super) const NAMED: [(&str, &[(char, char)]); 8] = [
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("blank", &[(' ', ' '), ('\t', '\t')]),
    ("digit", DIGIT),
    ("lower", &[('a', 'z')]),
    ("space", SPACE),
    ("upper", &[('A', 'Z')]),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

const DIGIT: &[(char, char)] = &[('0', '9')];
const SPACE: &[(char, char)] = &[('\t', '\r'), (' ', ' ')];
const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

/// The set that stands behind a backslash.
pub(super) fn shorthand(letter: char) -> Option<&'static [(char, char)]> {
    match letter {
        'd' => Some(DIGIT),
        's' => Some(SPACE),
        'w' => Some(WORD),
        _ => None,
    }
}

/// Whether a character is one of a word's.
pub(super) fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

impl Class {
    /// Every character.
    pub(super) fn any() -> Self {
        Self { ranges: Vec::new(), negated: true }
    }

    pub(super) fn one(character: char) -> Self {
        Self::of(&[(character, character)], false)
    }

    /// The characters in the ranges, or all others.
    pub(super) fn of(ranges: &[(char, char)], negated: bool) -> Self {
        Self { ranges: ranges.to_vec(), negated }
    }

    /// Whether a character is in it; without regard to case, whether it is in it as it is or in the other
    /// case.
    pub(super) fn holds(&self, character: char, case_sensitive: bool) -> bool {
        let is_in = |character: char| self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&character));
        let other = match character {
            'a'..='z' => character.to_ascii_uppercase(),
            other => other.to_ascii_lowercase(),
        };
        (is_in(character) || !case_sensitive && is_in(other)) != self.negated
    }
}
