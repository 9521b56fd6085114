//! How columns differ.

use super::super::expression::same;
use super::super::shape::{ColumnShape, TableShape};
use super::{DifferenceKind as Kind, Out, quoted, whole};

/// Missing, changed and added columns.
pub(super) fn columns(out: &mut Out, expected: &TableShape, actual: &TableShape) {
    for column in &expected.columns {
        match actual.column(&column.name) {
            Some(found) => one_column(out, column, found),
            None => out.push(Kind::MissingColumn, &column.name, format!("there is no column `{}`", column.name)),
        }
    }
    for found in actual.columns.iter().filter(|found| expected.column(&found.name).is_none()) {
        let must_be_filled = !found.nullable && found.default.is_none() && found.generated.is_none();
        let (kind, rest) = match must_be_filled {
            true => (Kind::ExtraRequiredColumn, ", and it must be filled"),
            false => (Kind::ExtraColumn, ""),
        };
        out.push_extra(kind, &found.name, format!("the column `{}` is not in the model{rest}", found.name));
    }
}

fn one_column(out: &mut Out, expected: &ColumnShape, found: &ColumnShape) {
    let name = &expected.name;
    if !expected.type_name.eq_ignore_ascii_case(&found.type_name) {
        let message = format!("column `{name}` is `{}`, the model says `{}`", found.type_name, expected.type_name);
        out.push(Kind::Type, name, message);
    }
    if expected.nullable != found.nullable {
        let say = |nullable| if nullable { "may be null" } else { "is never null" };
        let message =
            format!("column `{name}` {}, the model says that it {}", say(found.nullable), say(expected.nullable));
        out.push(Kind::Nullability, name, message);
    }
    let expression = |out: &mut Out, kind, what: &str, expected: &Option<String>, found: &Option<String>| {
        let is_same = match (expected, found) {
            (Some(expected), Some(found)) => same(expected, found),
            (expected, found) => expected.is_none() && found.is_none(),
        };
        if !is_same {
            let message = format!("column `{name}` has {what} {}, the model says {}", quoted(found), quoted(expected));
            out.push(kind, name, message);
        }
    };
    expression(out, Kind::Default, "the default", &expected.default, &found.default);
    let kind = match expected.generated.is_some() == found.generated.is_some() {
        true => Kind::Generated,
        false => Kind::IsGenerated,
    };
    expression(out, kind, "the generating expression", &expected.generated, &found.generated);
    whole(
        out,
        Kind::Collation,
        name,
        &format!("the collation of column `{name}`"),
        &expected.collation,
        &found.collation,
    );
    whole(out, Kind::Comment, name, &format!("the comment of column `{name}`"), &expected.comment, &found.comment);
}
