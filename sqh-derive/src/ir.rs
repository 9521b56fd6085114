//! What was understood of a derive input: where the front (attributes, checks) and the back (expansion)
//! meet.
//!
//! Types and expressions of the user's are kept as tokens and never looked into.

use syn::{Generics, Ident, LitStr, Path, Type, Visibility};

use crate::attr::{Key, Reference, Words};
use crate::symbol::{self, Word};

mod embedded;
mod field;
mod model;
mod policy;
mod query_row;
mod self_type;
mod shape;

pub(crate) use self::policy::{Condition, FieldPath, Policy, Term};
pub(crate) use self::query_row::{Member, QueryRow};
pub(crate) use self::self_type::with_self_named;

/// A struct with `#[derive(PlatformModel)]`.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) krate: Path,
    pub(crate) doc: String,
    /// The struct's name, or that of `name = "…"`.
    pub(crate) name: String,
    /// Of `#[model(…)]`.
    pub(crate) words: Words,
    pub(crate) storage: Storage,
    pub(crate) fields: Vec<Field>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) has_many: Vec<HasMany>,
    /// False for an input that has no named fields, which was reported.
    pub(crate) is_struct: bool,
    pub(crate) policies: Vec<Policy>,
    /// What it is computed of, if it is a view.
    pub(crate) view: Option<View>,
}

/// `#[platform_view(…)]`
pub(crate) struct View {
    pub(crate) source: Option<Path>,
    /// The function that gives its definition.
    pub(crate) definition: Option<Path>,
}

/// `#[storage(…)]`
pub(crate) struct Storage {
    pub(crate) backend: Backend,
    pub(crate) words: Words,
    pub(crate) key: Option<Key>,
}

/// The system that keeps the records.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    TerminusDb,
    Postgres,
}

/// A field of a model or of an embedded value.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    pub(crate) doc: String,
    /// The Rust name without `r#`.
    pub(crate) name: String,
    pub(crate) column: String,
    pub(crate) json: String,
    /// The name of the column constant.
    pub(crate) constant: Ident,
    pub(crate) words: Words,
    pub(crate) references: Option<Reference>,
}

/// `#[index(…)]`
pub(crate) struct Index {
    pub(crate) words: Words,
    pub(crate) columns: Vec<IndexColumn>,
}

/// `"a"` or `"b desc"` in `columns = […]`.
pub(crate) struct IndexColumn {
    pub(crate) field: String,
    pub(crate) descending: bool,
    pub(crate) written: LitStr,
}

/// `#[has_many(…)]`
pub(crate) struct HasMany {
    pub(crate) words: Words,
    pub(crate) name: Option<LitStr>,
    pub(crate) model: Option<Path>,
    pub(crate) via: Option<Ident>,
}

impl HasMany {
    /// The name of its constant; `None` if the relation's own name is none or cannot be one.
    pub(crate) fn constant(&self) -> Option<Ident> {
        let name = self.name.as_ref()?;
        let mut constant: Ident = syn::parse_str(&name.value().to_uppercase()).ok()?;
        constant.set_span(name.span());
        Some(constant)
    }
}

/// An enum with `#[derive(PlatformEnum)]`.
pub(crate) struct Enum {
    pub(crate) ident: Ident,
    pub(crate) krate: Path,
    pub(crate) doc: String,
    pub(crate) native: bool,
    pub(crate) variants: Vec<Variant>,
}

/// One value of an enum.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) doc: String,
    /// The stored name.
    pub(crate) name: String,
}

/// A struct with `#[derive(PlatformValue)]`.
pub(crate) struct Embedded {
    pub(crate) ident: Ident,
    pub(crate) krate: Path,
    pub(crate) doc: String,
    pub(crate) generics: Generics,
    pub(crate) shape: EmbeddedShape,
}

/// What an embedded value is made of.
pub(crate) enum EmbeddedShape {
    /// One unnamed field, which stands for the whole.
    Newtype(Box<Type>),
    /// Named fields.
    Record { json: bool, fields: Vec<Field> },
}

impl Model {
    pub(crate) fn is_postgres(&self) -> bool {
        self.storage.backend == Backend::Postgres
    }

    /// The fields that are stored.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &Field> + Clone {
        self.fields.iter().filter(|field| !field.has(symbol::SKIP))
    }

    /// The stored field of this Rust name.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.stored().find(|field| field.name == name)
    }

    /// The declared key in declaration order; the identity of a graph record.
    pub(crate) fn key(&self) -> Vec<&Field> {
        self.stored().filter(|field| self.is_key(field)).collect()
    }

    /// Whether the field is part of the identity.
    pub(crate) fn is_key(&self, field: &Field) -> bool {
        if self.is_postgres() { field.words.means(symbol::PRIMARY_KEY) } else { field.name == "id" }
    }

    /// The field named by `partition_by`, if it is there.
    pub(crate) fn partition(&self) -> Option<&Field> {
        self.storage.words.text(symbol::PARTITION_BY).and_then(|name| self.field(&name.value()))
    }

    /// The physical table.
    pub(crate) fn table(&self) -> String {
        match self.storage.words.text(symbol::TABLE) {
            Some(table) => table.value(),
            None => crate::case::snake(&self.name),
        }
    }
}

impl Storage {
    pub(crate) fn has(&self, word: Word) -> bool {
        self.words.has(word)
    }
}

impl Field {
    pub(crate) fn has(&self, word: Word) -> bool {
        self.words.has(word)
    }
}
