//! Words of other libraries.

use super::Word;
use super::words::*;

/// A word that is no word here, and what to write instead.
pub(crate) struct Misnomer {
    pub(super) name: &'static str,
    pub(super) means: Option<Word>,
    pub(crate) advice: &'static str,
}

/// Words of other libraries in `#[field(…)]`, and what they are called here.
pub(super) const MISNOMERS: &[Misnomer] = &[
    misnomer("nullable", None, "a field is nullable when its type is an `Option`"),
    misnomer("optional", None, "a field is nullable when its type is an `Option`"),
    misnomer("not_null", None, "a field is mandatory unless its type is an `Option`"),
    misnomer("pk", Some(PRIMARY_KEY), "write `primary_key`"),
    misnomer("id", Some(PRIMARY_KEY), "write `primary_key`"),
    misnomer("foreign_key", Some(REFERENCES), "write `references = Model.column`"),
    misnomer("fk", Some(REFERENCES), "write `references = Model.column`"),
    misnomer("length", Some(MAX_LEN), "write `max_len = n`"),
    misnomer("size", Some(MAX_LEN), "write `max_len = n`"),
    misnomer("auto_increment", None, "keys are made by the client: use a `Uuid`"),
    misnomer("ignore", Some(SKIP), "write `skip`"),
    misnomer("name", Some(RENAME), "write `column = \"…\"` for the column, `rename = \"…\"` for JSON"),
    misnomer("type", Some(SQL_TYPE), "the type mapping decides; to override it write `sql_type = \"…\"`"),
];

const fn misnomer(name: &'static str, means: Option<Word>, advice: &'static str) -> Misnomer {
    Misnomer { name, means, advice }
}
