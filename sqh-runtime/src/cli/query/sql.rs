//! `query sql`: a statement of models and their fields, read before a server is asked.

use std::ops::Range;

use clap::Args;
use serde_json::Value as Json;
use sqh_model::schema::{ModelDef, Registry};
use sqh_model::{Error, Result};

use crate::sql::{RawSql, fill};

#[derive(Debug, Args)]
pub(super) struct StatementArgs {
    /// One SELECT; `{Model.field}` stands for a name that is checked, `:name` for a parameter
    #[arg(value_name = "STATEMENT")]
    text: String,
    /// What `:name` stands for: a number, true or false, an array in JSON for a list, else a text
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
}

/// A statement that was read.
pub(super) struct Statement {
    text: String,
    params: Vec<(String, Json)>,
}

impl Statement {
    /// The statement, to be run once.
    pub(super) fn sql(&self) -> RawSql {
        let sql = RawSql::new(self.text.as_str());
        self.params.iter().fold(sql, |sql, (name, value)| set(sql, name, value))
    }
}

impl StatementArgs {
    /// The statement, and the first model that it reads.
    ///
    /// # Errors
    /// `Invalid`, pointing at the word where it can be told.
    pub(super) fn read(self, registry: &Registry) -> Result<(Statement, &'static ModelDef)> {
        let params = self.params.iter().map(|param| read(param)).collect::<Result<_>>()?;
        let filled = fill(registry, &self.text).map_err(|error| pointing(&self.text, &error, None))?;
        let statement = Statement { text: filled.text.clone(), params };
        let checked = statement.sql().check(registry, None).map_err(|error| {
            let at = place(error.message(), &filled.text).map(|at| filled.origin(at));
            pointing(&self.text, &error, at)
        })?;
        Ok((statement, checked.checked.sources[0].model))
    }
}

/// `name=value`.
fn read(param: &str) -> Result<(String, Json)> {
    let (name, value) = param
        .split_once('=')
        .ok_or_else(|| Error::invalid(format!("write it as a name and a value: least=3.5\n\n  --param {param}")))?;
    let json = match serde_json::from_str(value) {
        Ok(json @ (Json::Number(_) | Json::Bool(_) | Json::String(_))) => json,
        Ok(Json::Array(values)) if is_list(&values) => Json::Array(values),
        Ok(Json::Array(_)) => {
            let message = "the values of a list are all numbers, all true or false, or all texts";
            return Err(Error::invalid(format!("{message}\n\n  --param {param}")));
        }
        _ => Json::from(value),
    };
    Ok((name.to_owned(), json))
}

fn is_list(values: &[Json]) -> bool {
    [Json::is_number, Json::is_boolean, Json::is_string].into_iter().any(|is| values.iter().all(is))
}

fn set(sql: RawSql, name: &str, value: &Json) -> RawSql {
    let numbers = |values: &[Json]| values.iter().filter_map(Json::as_f64).collect::<Vec<f64>>();
    let texts = |values: &[Json]| values.iter().filter_map(Json::as_str).map(str::to_owned).collect::<Vec<String>>();
    match value {
        Json::Bool(value) => sql.set(name, *value),
        Json::Number(number) => match number.as_i64() {
            Some(number) => sql.set(name, number),
            None => sql.set(name, number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::Array(values) if values.iter().all(Json::is_i64) && !values.is_empty() => {
            sql.set(name, values.iter().filter_map(Json::as_i64).collect::<Vec<i64>>())
        }
        Json::Array(values) if values.iter().all(Json::is_number) && !values.is_empty() => {
            sql.set(name, numbers(values))
        }
        Json::Array(values) if values.iter().all(Json::is_boolean) && !values.is_empty() => {
            sql.set(name, values.iter().filter_map(Json::as_bool).collect::<Vec<bool>>())
        }
        Json::Array(values) => sql.set(name, texts(values)),
        Json::String(text) => sql.text(name, text.as_str()),
        Json::Null | Json::Object(_) => sql.text(name, value.to_string()),
    }
}

/// The place that the parser names: ` at Line: 1, Column: 8`.
fn place(message: &str, text: &str) -> Option<usize> {
    let (_, named) = message.rsplit_once(" at Line: ")?;
    let (line, column) = named.split_once(", Column: ")?;
    let (line, column) = (line.parse::<usize>().ok()?, column.trim_end_matches('.').parse::<usize>().ok()?);
    let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let in_line = text[start..].char_indices().nth(column.checked_sub(1)?);
    let at = in_line.map_or(text.len(), |(at, _)| start + at);
    // The parser may have gone one word further than the one that it names.
    let found = message.rsplit_once("found: ").and_then(|(_, rest)| rest.split(' ').next());
    let found = found.filter(|found| !text[at..].starts_with(found)).and_then(|found| text[..at].rfind(found));
    Some(found.unwrap_or(at))
}

/// The error with the line of the statement below it, and a word marked: the one at a place, or the first that
/// the error names.
fn pointing(text: &str, error: &Error, at: Option<usize>) -> Error {
    let message = error.message();
    let message = message.rsplit_once(" at Line: ").map_or(message, |(message, _)| message);
    let word = match at {
        Some(at) => Some(at..end_of_word(text, at)),
        None => message.split('`').skip(1).step_by(2).find_map(|name| find(text, name)),
    };
    let Some(Range { start, end }) = word else {
        return Error::invalid(format!("{message}\n\n  {}", text.replace('\n', "\n  ")));
    };
    let line_start = text[..start].rfind('\n').map_or(0, |found| found + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |found| start + found);
    let width = |text: &str| text.chars().count();
    let indent = " ".repeat(width(&text[line_start..start]));
    let marks = "^".repeat(width(&text[start..end.min(line_end)]).max(1));
    Error::invalid(format!("{message}\n\n  {}\n  {indent}{marks}", &text[line_start..line_end]))
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn end_of_word(text: &str, at: usize) -> usize {
    text[at..].find(|c| !is_of_word(c)).map_or(text.len(), |found| at + found)
}

/// Where a name stands by itself, in the letters in which it was written or in others.
fn find(text: &str, name: &str) -> Option<Range<usize>> {
    let stands_alone = |at: &usize| {
        let before = text[..*at].chars().next_back().is_some_and(is_of_word);
        let after = text[at + name.len()..].chars().next().is_some_and(is_of_word);
        let is_word = name.starts_with(is_of_word);
        !(is_word && before || name.ends_with(is_of_word) && after)
    };
    if name.is_empty() {
        return None;
    }
    let exact = text.match_indices(name).map(|(at, _)| at).find(|at| stands_alone(at));
    let folded = || {
        let places = text.char_indices().map(|(at, _)| at);
        places
            .filter(|at| text.get(*at..at + name.len()).is_some_and(|part| part.eq_ignore_ascii_case(name)))
            .find(|at| stands_alone(at))
    };
    exact.or_else(folded).map(|at| at..at + name.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_word_that_an_error_names_is_marked() {
        let told = |text: &str, message: &str| pointing(text, &Error::invalid(message), None).message().to_owned();
        for (text, message, expected) in [
            ("SELECT nam FROM A", "there is no column `nam` in `A`", "  SELECT nam FROM A\n         ^^^"),
            ("SELECT a\nFROM names, nam", "no `nam`", "  FROM names, nam\n              ^^^"),
            (
                "SELECT é, PG_SLEEP(1)",
                "the function `pg_sleep` is refused",
                "  SELECT é, PG_SLEEP(1)\n            ^^^^^^^^",
            ),
            ("SELECT :least", "the parameter `:least` is missing", "  SELECT :least\n         ^^^^^^"),
            ("SELECT 1\n+ 2", "it reads no model", "  SELECT 1\n  + 2"),
        ] {
            assert_eq!(told(text, message), format!("{message}\n\n{expected}"));
        }
    }

    #[test]
    fn the_place_that_the_parser_names_is_found() {
        let text = "SELECT a,\nFROM x";
        let at = place("Expected: an expression, found: FROM at Line: 2, Column: 1", text);
        assert_eq!(at, Some(10));
        let error = Error::invalid("Expected: an expression, found: FROM at Line: 2, Column: 1");
        assert!(pointing(text, &error, at).message().ends_with("found: FROM\n\n  FROM x\n  ^^^^"));
        assert_eq!(place("Expected: an expression, found: FROM at Line: 2, Column: 6", text), Some(10));
        assert_eq!(place("nothing", text), None);
    }

    #[test]
    fn a_value_is_a_number_or_a_text() {
        for (param, expected) in [
            ("n=3", json!(3)),
            ("n=3.5", json!(3.5)),
            ("n=true", json!(true)),
            ("n=pH", json!("pH")),
            ("n=\"3\"", json!("3")),
            ("n=a=b", json!("a=b")),
            ("n=[\"a\", \"b\"]", json!(["a", "b"])),
            ("n={}", json!("{}")),
            ("n=null", json!("null")),
        ] {
            assert_eq!(read(param).unwrap().1, expected, "{param}");
        }
        assert!(read("n").is_err() && read("n=[1, \"a\"]").is_err());
    }
}
