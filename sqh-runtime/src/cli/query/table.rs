//! Rows of any columns: for people in columns, numbers at the right; for machines an array of objects.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::{Map, Value as Json};

use crate::cli::output::Answer;

/// The rows as an answer.
pub(super) fn answer(rows: Vec<Map<String, Json>>) -> Answer {
    let text = text(&rows);
    Answer::text(text).or_json(rows.into_iter().map(Json::Object).collect())
}

/// Records as rows.
pub(super) fn objects(records: Vec<Json>) -> Vec<Map<String, Json>> {
    let object = |record| match record {
        Json::Object(fields) => fields,
        other => Map::from_iter([("record".to_owned(), other)]),
    };
    records.into_iter().map(object).collect()
}

/// The rows in columns.
pub(super) fn text(rows: &[Map<String, Json>]) -> String {
    let Some(first) = rows.first() else {
        return "no rows\n".to_owned();
    };
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(first.keys());
    table.add_rows(rows.iter().map(|row| row.values().map(cell).collect::<Vec<_>>()));
    for (column, name) in table.column_iter_mut().zip(first.keys()) {
        column.set_padding((0, 2));
        let mut values = rows.iter().filter_map(|row| row.get(name)).filter(|value| !value.is_null()).peekable();
        if values.peek().is_some() && values.all(Json::is_number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt() + "\n"
}

/// A text as it is, but on one line; nothing for null.
fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.replace(['\n', '\r', '\t'], " "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_stand_at_the_right_and_nulls_are_empty() {
        let rows = objects(vec![
            json!({"name": "Plumtree Run", "value": 7.25, "tags": ["a"], "unit": null}),
            json!({"name": "a\nb", "value": 1234, "tags": [], "unit": "mg/L"}),
        ]);
        let expected =
            "name          value  tags   unit\nPlumtree Run   7.25  [\"a\"]\na b            1234  []     mg/L\n";
        assert_eq!(text(&rows), expected);
        assert_eq!(text(&[]), "no rows\n");
    }
}
