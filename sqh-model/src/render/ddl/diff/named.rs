//! How things that have names differ: constraints, indexes, enums, policies.

use super::super::expression::same;
use super::super::shape::{ForeignKeyShape, IndexColumnShape, IndexShape, KeyShape};
use super::{DifferenceKind as Kind, Out};
use crate::schema::OnDelete;

/// Compares two lists whose things have names.
#[allow(clippy::too_many_arguments, reason = "one row of a table: what they are called, how they are told apart")]
pub(super) fn named<T>(
    out: &mut Out,
    kind: Kind,
    what: &str,
    expected: &[T],
    actual: &[T],
    name: fn(&T) -> &String,
    text: fn(&T) -> String,
    is_same: fn(&T, &T) -> bool,
) {
    for wanted in expected {
        let wanted_name = name(wanted);
        match actual.iter().find(|found| name(found) == wanted_name) {
            Some(found) if is_same(wanted, found) => {}
            Some(found) => {
                let message = format!("{what} `{wanted_name}` is `{}`, the model says `{}`", text(found), text(wanted));
                out.push(kind, wanted_name, message);
            }
            None => out.push(
                kind,
                wanted_name,
                format!("{what} `{wanted_name}` is missing: the model says `{}`", text(wanted)),
            ),
        }
    }
    for extra in actual.iter().filter(|found| expected.iter().all(|wanted| name(wanted) != name(found))) {
        out.push(kind, name(extra), format!("{what} `{}` is not in the model", name(extra)));
    }
}

pub(super) fn key_text(key: &KeyShape) -> String {
    key.columns.join(", ")
}

pub(super) fn foreign_key_text(key: &ForeignKeyShape) -> String {
    let on_delete = match key.on_delete {
        OnDelete::NoAction => String::new(),
        OnDelete::Cascade => " on delete cascade".to_owned(),
        OnDelete::Restrict => " on delete restrict".to_owned(),
        OnDelete::SetNull => format!(" on delete set null ({})", key.set_null.join(", ")),
    };
    format!("({}) to {} ({}){on_delete}", key.columns.join(", "), key.target, key.target_columns.join(", "))
}

pub(super) fn index_text(index: &IndexShape) -> String {
    let columns = index.columns.iter().map(|column| {
        let class = column
            .operator_class
            .as_ref()
            .filter(|_| !column.is_default_class)
            .map(|class| format!(" {class}"))
            .unwrap_or_default();
        format!("{}{class}{}", column.name, if column.descending { " desc" } else { "" })
    });
    let unique = if index.unique { "unique " } else { "" };
    let predicate = index.predicate.as_ref().map(|predicate| format!(" where {predicate}")).unwrap_or_default();
    format!("{unique}{} ({}){predicate}", index.method, columns.collect::<Vec<_>>().join(", "))
}

pub(super) fn same_index(a: &IndexShape, b: &IndexShape) -> bool {
    let predicates = match (&a.predicate, &b.predicate) {
        (Some(a), Some(b)) => same(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    let columns =
        a.columns.len() == b.columns.len() && a.columns.iter().zip(&b.columns).all(|(a, b)| same_column(a, b));
    predicates && columns && (&a.method, a.unique, &a.settings) == (&b.method, b.unique, &b.settings)
}

fn same_column(expected: &IndexColumnShape, found: &IndexColumnShape) -> bool {
    let same_class = match &expected.operator_class {
        Some(class) => found.operator_class.as_ref() == Some(class),
        None => found.is_default_class,
    };
    same_class && expected.name == found.name && expected.descending == found.descending
}
