//! A field of a model or of an embedded value, as data.

use super::ModelDef;
use crate::error::Result;
use crate::types::{Shape, TypeDef};
use crate::value::Value;

/// A field as data: its names, its type, and what its attributes say.
#[derive(Debug, Clone, Copy)]
pub struct FieldDef {
    /// The Rust name, without `r#`.
    pub name: &'static str,
    /// The physical column, or the property in TerminusDB.
    pub column: &'static str,
    /// The name in JSON.
    pub json: &'static str,
    /// The field's documentation.
    pub doc: &'static str,
    /// The type's row of the mapping.
    pub ty: TypeDef,
    /// Part of the declared key.
    pub primary_key: bool,
    /// Unique on its own.
    pub unique: bool,
    /// Indexed on its own.
    pub index: bool,
    /// Read by search, with this weight.
    pub search: Option<SearchWeight>,
    /// The largest number of characters.
    pub max_len: Option<u32>,
    /// The default that the client sets.
    pub default: Option<fn() -> Result<Value>>,
    /// The default that PostgreSQL sets.
    pub default_sql: Option<&'static str>,
    /// A check in SQL.
    pub check: Option<&'static str>,
    /// The record that the field refers to.
    pub references: Option<Reference>,
    /// The expression in SQL that the column is generated from; such a field is never written.
    pub generated: Option<&'static str>,
    /// Who may see the field.
    pub redact: Option<Redaction>,
    /// Holds the user that owns the record.
    pub owner: bool,
    /// Holds the team that owns the record.
    pub team: bool,
    /// Shows the tenant column of row placement; never written by callers.
    pub tenant: bool,
    /// Counts updates; set by the engine.
    pub version: bool,
    /// Set by the engine when the record is created.
    pub created_at: bool,
    /// Set by the engine whenever the record is written.
    pub updated_at: bool,
    /// The inherited model whose fields stand in this place.
    pub parent: Option<fn() -> &'static ModelDef>,
    /// The name that the field had before, for migrations.
    pub renamed_from: Option<&'static str>,
    /// The type in PostgreSQL where it is not the mapping's; values travel as text with a cast.
    pub sql_type: Option<&'static str>,
}

impl FieldDef {
    /// Nothing but defaults, for struct update.
    pub const PLAIN: Self = Self {
        name: "",
        column: "",
        json: "",
        doc: "",
        ty: TypeDef { shape: Shape::Parent, nullable: false },
        primary_key: false,
        unique: false,
        index: false,
        search: None,
        max_len: None,
        default: None,
        default_sql: None,
        check: None,
        references: None,
        generated: None,
        redact: None,
        owner: false,
        team: false,
        tenant: false,
        version: false,
        created_at: false,
        updated_at: false,
        parent: None,
        renamed_from: None,
        sql_type: None,
    };

    /// Whether a create may leave the field out.
    pub fn has_default(&self) -> bool {
        self.default.is_some() || self.default_sql.is_some() || self.is_managed()
    }

    /// Whether its value never comes from the caller.
    pub fn is_managed(&self) -> bool {
        self.created_at || self.updated_at || self.version || self.tenant || self.generated.is_some()
    }
}

/// The fields that have values: `fields`, with those of an inherited model in its place.
pub fn stored_fields(fields: &'static [FieldDef]) -> impl Iterator<Item = &'static FieldDef> {
    fields.iter().flat_map(|field| -> Box<dyn Iterator<Item = &'static FieldDef>> {
        match field.parent {
            Some(parent) => Box::new(stored_fields(parent().fields)),
            None => Box::new(std::iter::once(field)),
        }
    })
}

/// `references = Model[.column]`
#[derive(Debug, Clone, Copy)]
pub struct Reference {
    /// The model referred to.
    pub model: fn() -> &'static ModelDef,
    /// The field referred to, by its Rust name; the key if `None`.
    pub column: Option<&'static str>,
    /// What happens to this record when the other goes.
    pub on_delete: Option<OnDelete>,
}

/// What happens to a record when the one that it refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// It is deleted too.
    Cascade,
    /// The deletion is refused at once.
    Restrict,
    /// The field becomes null.
    SetNull,
    /// The deletion is refused at the end of the statement.
    NoAction,
}

/// `redact[ = permission("…")]`
#[derive(Debug, Clone, Copy)]
pub struct Redaction {
    /// The permission that lifts it; `{group}:{model}.{field}:read` if `None`.
    pub permission: Option<&'static str>,
    /// The value that stands for the redacted one.
    pub mask: fn() -> Result<Value>,
}

/// The weight of a field in full-text search: `A` counts most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are PostgreSQL's")]
pub enum SearchWeight {
    A,
    B,
    C,
    D,
}
