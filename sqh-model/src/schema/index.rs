//! Indexes and relations, as data.

use super::ModelDef;

/// `#[index(…)]`
#[derive(Debug, Clone, Copy)]
pub struct IndexDef {
    /// Its name; made of table and columns if `None`.
    pub name: Option<&'static str>,
    /// The indexed columns in order.
    pub columns: &'static [IndexColumn],
    /// Whether no two rows may share them.
    pub unique: bool,
    /// The access method.
    pub using: IndexMethod,
    /// The operator class of each column, such as `gin_trgm_ops`.
    pub ops: Option<&'static str>,
    /// The condition of a partial index, in SQL.
    pub predicate: Option<&'static str>,
    /// Made although row-level security keeps the planner from using it.
    pub under_rls: bool,
}

impl IndexDef {
    /// Nothing but defaults, for struct update.
    pub const PLAIN: Self = Self {
        name: None,
        columns: &[],
        unique: false,
        using: IndexMethod::Btree,
        ops: None,
        predicate: None,
        under_rls: false,
    };

    /// Whether it finds texts by their trigrams.
    pub fn is_of_trigrams(&self) -> bool {
        self.ops.is_some_and(|ops| ops.ends_with("_trgm_ops"))
    }
}

/// A column of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexColumn {
    /// The field's path: `name`, or `address.city` for a field of a flattened value.
    pub field: &'static str,
    /// Largest first.
    pub descending: bool,
}

/// How an index finds rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are PostgreSQL's")]
pub enum IndexMethod {
    Btree,
    Gin,
    Gist,
    Brin,
    Hash,
}

impl IndexMethod {
    /// PostgreSQL's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Btree => "btree",
            Self::Gin => "gin",
            Self::Gist => "gist",
            Self::Brin => "brin",
            Self::Hash => "hash",
        }
    }
}

/// `#[has_many(name = "…", model = Child, via = child_field)]`
#[derive(Debug, Clone, Copy)]
pub struct HasManyDef {
    /// The relation's name.
    pub name: &'static str,
    /// The model on the other side.
    pub model: fn() -> &'static ModelDef,
    /// The field of the other side that refers to this model, by its Rust name.
    pub via: &'static str,
}
