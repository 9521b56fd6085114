//! How a table differs from what its model says, thing by thing.

use std::fmt;

use super::expression::same;
use super::shape::{KeyShape, TableShape};

mod column;
mod named;

use self::DifferenceKind as Kind;
use self::column::columns;
use self::named::{foreign_key_text, index_text, key_text, named, same_index};

/// One difference between a table and its model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub kind: DifferenceKind,
    /// The column, constraint or index; the table's name for what is the whole table's.
    pub name: String,
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
    /// What a column is generated from, or whether it is.
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
    /// how fast something is, or what a writer beside this library sees.
    pub fn prevents_use(&self) -> bool {
        match self.kind {
            Kind::MissingColumn
            | Kind::ExtraRequiredColumn
            | Kind::Type
            | Kind::Nullability
            | Kind::Collation
            | Kind::PrimaryKey
            | Kind::Unique
            | Kind::Partitioning
            | Kind::RowSecurity
            | Kind::Enum
            | Kind::Generated => true,
            Kind::ExtraColumn
            | Kind::Default
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
pub fn diff(expected: &TableShape, actual: &TableShape) -> Vec<Difference> {
    let mut out = Out(Vec::new());
    columns(&mut out, expected, actual);
    primary_key(&mut out, expected, actual);
    named(
        &mut out,
        Kind::Unique,
        "the unique constraint",
        &expected.uniques,
        &actual.uniques,
        |key| &key.name,
        key_text,
        |a, b| a == b,
    );
    named(
        &mut out,
        Kind::Check,
        "the check",
        &expected.checks,
        &actual.checks,
        |check| &check.name,
        |check| check.expression.clone(),
        |a, b| same(&a.expression, &b.expression),
    );
    named(
        &mut out,
        Kind::ForeignKey,
        "the foreign key",
        &expected.foreign_keys,
        &actual.foreign_keys,
        |key| &key.name,
        foreign_key_text,
        |a, b| a == b,
    );
    named(
        &mut out,
        Kind::Index,
        "the index",
        &expected.indexes,
        &actual.indexes,
        |index| &index.name,
        index_text,
        same_index,
    );
    named(
        &mut out,
        Kind::Enum,
        "the enum",
        &expected.enums,
        &actual.enums,
        |def| &def.name,
        |def| def.values.join(", "),
        |a, b| a == b,
    );
    named(
        &mut out,
        Kind::Setting,
        "the storage parameter",
        &expected.settings,
        &actual.settings,
        |(name, _)| name,
        |(_, value)| value.clone(),
        |a, b| a == b,
    );
    partitioning(&mut out, expected, actual);
    row_security(&mut out, expected, actual);
    whole(&mut out, Kind::Comment, &expected.name, "the table's comment", &expected.comment, &actual.comment);
    out.0
}

struct Out(Vec<Difference>);

impl Out {
    fn push(&mut self, kind: Kind, name: &str, message: String) {
        self.0.push(Difference { kind, name: name.to_owned(), message });
    }
}

fn primary_key(out: &mut Out, expected: &TableShape, actual: &TableShape) {
    let text = |key: &Option<KeyShape>| key.as_ref().map(key_text);
    let columns = |key: &Option<KeyShape>| key.as_ref().map(|key| key.columns.clone());
    // Its name is nobody's business but that of messages.
    if columns(&expected.primary_key) != columns(&actual.primary_key) {
        whole(
            out,
            Kind::PrimaryKey,
            &expected.name,
            "the primary key",
            &text(&expected.primary_key),
            &text(&actual.primary_key),
        );
    }
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
    named(
        out,
        Kind::RowSecurity,
        "the policy",
        &policies(expected),
        &policies(actual),
        |policy| &policy.name,
        |policy| policy.using.clone(),
        |a, b| same(&a.using, &b.using) && same(&a.with_check, &b.with_check),
    );
}

fn whole(out: &mut Out, kind: Kind, name: &str, what: &str, expected: &Option<String>, found: &Option<String>) {
    if expected != found {
        out.push(kind, name, format!("{what} is {}, the model says {}", quoted(found), quoted(expected)));
    }
}

fn quoted(text: &Option<String>) -> String {
    text.as_ref().map_or_else(|| "none".to_owned(), |text| format!("`{text}`"))
}
