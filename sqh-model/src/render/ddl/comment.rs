//! Comments: the documentation of a model and its fields, kept in the database.

use super::name::{literal, qualified, quoted};
use super::shape::TableShape;
use super::statement::{Creates, Statement};

/// The documentation as a comment; none if it is empty.
pub(super) fn of(doc: &str) -> Option<String> {
    // A line of documentation begins with the space after its slashes.
    let lines: Vec<&str> = doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    let text = lines.join("\n").trim().replace('\0', "");
    (!text.is_empty()).then_some(text)
}

/// The comments on a table, or on what else has its shape, and on its columns.
pub(super) fn statements(table: &TableShape, kind: &str, schema: Option<&str>) -> Vec<Statement> {
    let name = qualified(schema, &table.name);
    let on_table = table.comment.iter().map(|text| comment(&format!("{kind} {name}"), &table.name, text));
    let on_columns = table.columns.iter().filter_map(|column| {
        let text = column.comment.as_ref()?;
        Some(comment(
            &format!("COLUMN {name}.{}", quoted(&column.name)),
            &format!("{}.{}", table.name, column.name),
            text,
        ))
    });
    on_table.chain(on_columns).collect()
}

fn comment(on: &str, name: &str, text: &str) -> Statement {
    Statement::repeatable(Creates::Comment, name, format!("COMMENT ON {on} IS {}", literal(text)))
}
