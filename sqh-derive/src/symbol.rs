//! The grammar as tables: which words each attribute knows, what value each takes, how it is written.
//!
//! A new word is a constant here, a row in its attribute's table, and a reader in `ir`.

use std::fmt;

use crate::case::{RENAME_RULES, near_miss};

mod misnomer;
mod policy;
mod words;

use self::misnomer::{MISNOMERS, Misnomer};
pub(crate) use self::policy::*;
use self::words::MODEL_ATTRIBUTES;
pub(crate) use self::words::*;

/// One word of an attribute.
#[derive(Clone, Copy)]
pub(crate) struct Word {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    /// How it is written, for messages that say what to write instead.
    pub(crate) usage: &'static str,
}

/// What follows a word.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// Nothing: `shared`.
    Flag,
    /// A string that is not empty: `table = "name"`.
    Text,
    /// One string out of a list: `placement = "row"`.
    OneOf(&'static [&'static str]),
    /// A string out of the list of rename rules.
    RenameRule,
    /// A whole number between two: `max_len = 80`.
    Count(u32, u32),
    /// Any expression: `default = 0`.
    Expr,
    /// The path of a type: `model = Child`.
    Path,
    /// The path of a function: `definition = monthly_means`.
    Function,
    /// A field's name without quotes: `via = account_id`.
    Field,
    /// A list of strings: `columns = ["a", "b desc"]`.
    Texts,
    /// A model and perhaps its column: `references = Model.column`.
    Reference,
    /// A key strategy: `key = lexical("a", "b")`.
    Key,
    /// Nothing, or one string out of a list: `search = "A"`.
    FlagOrOneOf(&'static [&'static str]),
    /// Nothing, or a permission: `redact = permission("…")`.
    FlagOrPermission,
    /// Words of its own: `search(language = "…")`.
    Words(&'static Vocabulary),
}

/// The words of one attribute.
pub(crate) struct Vocabulary {
    pub(crate) attr: &'static str,
    /// Where messages say that the words stand.
    place: &'static str,
    pub(crate) words: &'static [Word],
}

impl Word {
    /// Whether messages list it.
    pub(crate) fn is_listed(&self) -> bool {
        self.name != CRATE.name
    }
}

impl Vocabulary {
    /// The word of this name.
    pub(crate) fn find(&self, name: &str) -> Option<Word> {
        self.words.iter().find(|word| word.name == name).copied()
    }

    /// The word that `name`, which is none, probably means.
    pub(crate) fn presume(&self, name: &str) -> Option<Word> {
        match self.misnomer(name) {
            Some(misnomer) => misnomer.means,
            None if self.owner_of(name).is_some() => None,
            None => near_miss(name, self.names()).and_then(|name| self.find(name)),
        }
    }

    /// What another library's word is called here.
    pub(crate) fn misnomer(&self, name: &str) -> Option<&'static Misnomer> {
        MISNOMERS.iter().find(|misnomer| self.attr == FIELD.attr && misnomer.name == name)
    }

    /// Where the word stands that is none here.
    pub(crate) fn owner_of(&self, name: &str) -> Option<&'static str> {
        if self.place == VALUE_FIELD.place {
            return FIELD.find(name).map(|_| "a model's field, and this is an embedded value");
        }
        if self.place == VIEW_FIELD.place {
            return FIELD.find(name).map(|_| "a field that is written, and those of a view are computed");
        }
        let is_of_a_model = MODEL_ATTRIBUTES.iter().any(|known| known.attr == self.attr);
        let mut others = MODEL_ATTRIBUTES.iter().filter(|other| is_of_a_model && other.attr != self.attr);
        others.find(|other| other.find(name).is_some()).map(|other| other.place)
    }

    /// The names that messages list.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        self.words.iter().filter(|word| word.is_listed()).map(|word| word.name)
    }
}

impl fmt::Display for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.place)
    }
}

/// The names of the rename rules.
pub(crate) fn rename_rule_names() -> impl Iterator<Item = &'static str> + Clone {
    RENAME_RULES.iter().map(|rule| rule.name)
}

/// Whether an attribute cannot do without the word.
pub(crate) fn is_required(word: Word) -> bool {
    [GROUP, COLUMNS, CHILD, VIA, SOURCE, DEFINITION].iter().any(|required| required.name == word.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_attribute_lists_a_word_twice() {
        for vocabulary in MODEL_ATTRIBUTES.iter().chain([
            &&VALUE_FIELD,
            &&VIEW_FIELD,
            &&PLATFORM_ENUM,
            &&PLATFORM_VALUE,
            &&PLATFORM_VIEW,
        ]) {
            let mut names: Vec<_> = vocabulary.words.iter().map(|word| word.name).collect();
            names.sort_unstable();
            let before = names.len();
            names.dedup();
            assert_eq!(names.len(), before, "{}", vocabulary.attr);
        }
    }

    #[test]
    fn each_usage_begins_with_its_word() {
        for word in MODEL_ATTRIBUTES.iter().flat_map(|vocabulary| vocabulary.words) {
            assert!(word.usage.starts_with(word.name), "{}", word.usage);
        }
    }

    #[test]
    fn each_storage_word_is_a_backend_or_belongs_to_one() {
        for word in STORAGE.words {
            let owners = [&[TERMINUSDB, POSTGRES][..], TERMINUSDB_ONLY, POSTGRES_ONLY]
                .iter()
                .filter(|list| list.iter().any(|known| known.name == word.name))
                .count();
            assert_eq!(owners, 1, "{}", word.name);
        }
    }
}
