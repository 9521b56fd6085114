//! How a table differs from what its model says, thing by thing.

use std::fmt;

use super::shape::TableShape;

mod column;
mod named;

use self::DifferenceKind as Kind;
use self::column::columns;
use self::named::named;

/// One difference between a table and its model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub kind: DifferenceKind,
    /// The column, constraint or index; the table's name for what is the whole table's.
    pub name: String,
    /// Whether it is there and the model does not have it.
    pub is_extra: bool,
    message: String,
}

/// What differs between a table and its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// The model's column is not there.
    MissingColumn,
    /// A column is there that the model does not have.
    ExtraColumn,
    /// Such a column, which must be filled and has no default: no record can be created.
    ExtraRequiredColumn,
    /// The type of a column.
    Type,
    /// Whether a column takes nulls.
    Nullability,
    /// The default of a column.
    Default,
    /// Whether a column is generated.
    IsGenerated,
    /// What a column is generated from.
    Generated,
    /// The order of a column's text.
    Collation,
    /// The primary key.
    PrimaryKey,
    /// A unique constraint.
    Unique,
    /// A check.
    Check,
    /// A foreign key.
    ForeignKey,
    /// An index.
    Index,
    /// How the table is partitioned.
    Partitioning,
    /// A storage parameter.
    Setting,
    /// Row security.
    RowSecurity,
    /// The values of an enum type.
    Enum,
    /// A comment.
    Comment,
}

impl Difference {
    /// Whether records cannot be read or written as the model says while it lasts. The others change
    /// how fast something is, or what a writer beside this library sees; and where only the text of
    /// an expression differs, PostgreSQL may have spelled the same in a way that is not known here.
    pub fn prevents_use(&self) -> bool {
        if self.is_extra && self.kind == Kind::Unique {
            return false;
        }
        match self.kind {
            Kind::MissingColumn
            | Kind::ExtraRequiredColumn
            | Kind::Type
            | Kind::Nullability
            | Kind::IsGenerated
            | Kind::Collation
            | Kind::PrimaryKey
            | Kind::Unique
            | Kind::Partitioning
            | Kind::RowSecurity
            | Kind::Enum => true,
            Kind::ExtraColumn
            | Kind::Default
            | Kind::Generated
            | Kind::Check
            | Kind::ForeignKey
            | Kind::Index
            | Kind::Setting
            | Kind::Comment => false,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What differs between the table that the model says ([`expected`](super::expected)) and the one
/// that is there: columns first, in the model's order. The order of columns is no difference.
///
/// ```
/// use sqh_derive::PlatformModel;
/// use sqh_model::render::ddl::{DdlOptions, diff, expected};
/// use sqh_model::schema::PlatformModel;
///
/// #[derive(PlatformModel)]
/// #[model(group = "lab", crate = "sqh_model")]
/// #[storage(postgres)]
/// struct AppResult {
///     #[field(primary_key)]
///     id: i64,
///     value: f64,
/// }
///
/// let model = expected(AppResult::def(), &DdlOptions::default()).unwrap();
/// let mut table = model.clone();
/// table.columns[1].type_name = "text".into();
/// let differences = diff(&model, &table);
/// assert_eq!(differences[0].to_string(), "column `value` is `text`, the model says `double precision`");
/// assert!(differences[0].prevents_use());
/// ```
pub fn diff(expected: &TableShape, actual: &TableShape) -> Vec<Difference> {
    let mut out = Out(Vec::new());
    columns(&mut out, expected, actual);
    primary_key(&mut out, expected, actual);
    named(&mut out, &expected.uniques, &actual.uniques);
    named(&mut out, &expected.checks, &actual.checks);
    named(&mut out, &expected.foreign_keys, &actual.foreign_keys);
    named(&mut out, &expected.indexes, &actual.indexes);
    named(&mut out, &expected.enums, &actual.enums);
    named(&mut out, &expected.settings, &actual.settings);
    partitioning(&mut out, expected, actual);
    row_security(&mut out, expected, actual);
    whole(&mut out, Kind::Comment, &expected.name, "the table's comment", &expected.comment, &actual.comment);
    out.0
}

struct Out(Vec<Difference>);

impl Out {
    fn push(&mut self, kind: Kind, name: &str, message: String) {
        self.0.push(Difference { kind, name: name.to_owned(), is_extra: false, message });
    }

    fn push_extra(&mut self, kind: Kind, name: &str, message: String) {
        self.0.push(Difference { kind, name: name.to_owned(), is_extra: true, message });
    }
}

fn primary_key(out: &mut Out, expected: &TableShape, actual: &TableShape) {
    // Its name is nobody's business but that of messages.
    let text = |table: &TableShape| table.primary_key.as_ref().map(|key| key.columns.join(", "));
    whole(out, Kind::PrimaryKey, &expected.name, "the primary key", &text(expected), &text(actual));
}

fn partitioning(out: &mut Out, expected: &TableShape, actual: &TableShape) {
    let text = |table: &TableShape| {
        table.partitioning.as_ref().map(|by| format!("{} ({})", by.strategy, by.columns.join(", ")))
    };
    whole(out, Kind::Partitioning, &expected.name, "the partitioning", &text(expected), &text(actual));
}

fn row_security(out: &mut Out, expected: &TableShape, actual: &TableShape) {
    let state = |table: &TableShape| {
        table.row_security.as_ref().map(|security| if security.forced { "on, forced" } else { "on" }.to_owned())
    };
    whole(out, Kind::RowSecurity, &expected.name, "row security", &state(expected), &state(actual));
    let policies = |table: &TableShape| table.row_security.clone().unwrap_or_default().policies;
    named(out, &policies(expected), &policies(actual));
}

fn whole(out: &mut Out, kind: Kind, name: &str, what: &str, expected: &Option<String>, found: &Option<String>) {
    if expected != found {
        out.push(kind, name, format!("{what} is {}, the model says {}", quoted(found), quoted(expected)));
    }
}

fn quoted(text: &Option<String>) -> String {
    text.as_ref().map_or_else(|| "none".to_owned(), |text| format!("`{text}`"))
}
