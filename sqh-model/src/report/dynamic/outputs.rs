//! The columns, how they group, and their order.

use serde_json::Value as Json;

use super::names::{Names, reference};
use super::place::{Place, array, object, text, truth};
use super::scalar::Wanted;
use crate::error::Result;
use crate::expr::Found;
use crate::report::{Grouping, Output, Report, Scalar};
use crate::schema::ColumnDef;
use crate::types::FieldType as _;

/// Adds a column. Its type is known once all of them are there.
pub(super) fn push(report: &mut Report, at: Place<'_>, name: String, of: Scalar) -> Result<()> {
    if report.outputs.iter().any(|output| output.name == name) {
        return Err(at.wrong(format!("there is a column `{name}` already: give this one another name by `as`")));
    }
    report.outputs.push(Output { name, of, ty: i64::DEF });
    Ok(())
}

/// Reads `group_by`: a column each.
pub(super) fn group_by(report: &mut Report, at: Place<'_>, json: &Json) -> Result<()> {
    let keys = array(at, json, "it is an array such as [\"field\", {\"month\": \"field\"}]")?;
    keys.iter().enumerate().try_for_each(|(i, json)| named(report, at.item(i), json))
}

/// Reads `select`. `*` is every field, `boss.*` every field of a joined model.
pub(super) fn select(report: &mut Report, at: Place<'_>, json: &Json) -> Result<()> {
    let columns = array(at, json, "it is an array such as [\"field\", \"Model.field\"]")?;
    columns.iter().enumerate().try_for_each(|(i, json)| {
        let at = at.item(i);
        match json.as_str() {
            Some(name) => several(report, at, name),
            None => named(report, at, json),
        }
    })
}

/// Reads `metrics`: a column each.
pub(super) fn metrics(report: &mut Report, at: Place<'_>, json: &Json) -> Result<()> {
    let metrics = object(at, json, "metrics are an object such as {\"n\": \"count\", \"mean\": {\"avg\": \"field\"}}")?;
    metrics.iter().try_for_each(|(name, json)| {
        let at = at.word(name);
        let metric = Names::of(report).scalar(at, json, Wanted::Metric, &[])?;
        push(report, at, name.clone(), metric)
    })
}

/// Reads `order`: by columns, or, of records, by fields that are none.
pub(super) fn order(report: &mut Report, at: Place<'_>, json: &Json) -> Result<()> {
    let outputs: Vec<&str> = report.outputs.iter().map(|output| output.name.as_str()).collect();
    let order = Names::of(report).sorts_by(at, json, |at, name| {
        match report.outputs.iter().find(|output| output.name == name) {
            Some(output) => Ok(output.of.clone()),
            None if report.grouping.is_some() => Err(at.unknown(name, &outputs)),
            None => Names::of(report).column(at, name),
        }
    })?;
    report.order = order;
    Ok(())
}

/// Reads `rollup`, `cube` and `sets`, of which there may be one.
pub(super) fn grouping<'a>(
    report: &Report,
    given: impl Fn(&'static str) -> Option<(Place<'a>, &'a Json)>,
) -> Result<Option<Grouping>> {
    let mut found: Option<(Grouping, &str)> = None;
    for word in ["rollup", "cube", "sets"] {
        let Some((at, json)) = given(word) else { continue };
        let grouping = match word {
            "sets" => Grouping::Sets(sets(report, at, json)?),
            _ if !truth(at, json)? => continue,
            "rollup" => Grouping::Rollup,
            _ => Grouping::Cube,
        };
        if report.keys().next().is_none() {
            return Err(at.wrong("there is nothing to group by: add `group_by`"));
        }
        if let Some((_, other)) = found {
            return Err(at.wrong(format!("records are grouped in one way, and there is `{other}` already")));
        }
        found = Some((grouping, word));
    }
    Ok(found.map(|(grouping, _)| grouping))
}

/// Sets of keys by their names: as numbers among the keys.
fn sets(report: &Report, at: Place<'_>, json: &Json) -> Result<Vec<Vec<usize>>> {
    const IS: &str = "sets are arrays of what is grouped by, such as [[\"a\", \"b\"], [\"a\"], []]";
    let keys: Vec<&str> = report.keys().map(|key| report.outputs[key].name.as_str()).collect();
    let set = |(i, json): (usize, &Json)| {
        let at = at.item(i);
        let names = array(at, json, IS)?.iter().enumerate();
        let key = |(i, json): (usize, &Json)| {
            let at = at.item(i);
            let name = text(at, json, IS)?;
            keys.iter().position(|key| *key == name).ok_or_else(|| at.unknown(name, &keys))
        };
        names.map(key).collect()
    };
    array(at, json, IS)?.iter().enumerate().map(set).collect()
}

/// A value with the name that it says, or that of its field or of its word.
fn named(report: &mut Report, at: Place<'_>, json: &Json) -> Result<()> {
    let of = Names::of(report).scalar(at, json, Wanted::Value, &["as"])?;
    let name = match json {
        Json::Object(entries) => match entries.get("as") {
            Some(name) => text(at.word("as"), name, "a column has a name")?.to_owned(),
            None => match entries.get("field").and_then(Json::as_str) {
                Some(field) => field.to_owned(),
                None => entries.keys().next().cloned().unwrap_or_default(),
            },
        },
        json => json.as_str().unwrap_or_default().to_owned(),
    };
    push(report, at, name, of)
}

/// The columns of a name: those of a flattened value, or of a whole record, are more than one.
fn several(report: &mut Report, at: Place<'_>, name: &str) -> Result<()> {
    let names = Names::of(report);
    let (source, rest) = names.split(name);
    let (of, columns): (_, Vec<&'static ColumnDef>) = match rest {
        "*" => (&name[..name.len() - 1], source.model.layout().columns().iter().collect()),
        _ => match names.found(at, name)? {
            (_, Found::Column(column)) => {
                let of = reference(source, column);
                return push(report, at, name.to_owned(), of);
            }
            (_, Found::Flattened(columns)) => (&name[..name.len() - rest.len()], columns),
        },
    };
    let source = source.clone();
    columns.into_iter().try_for_each(|column| {
        push(report, at, format!("{of}{}", column.json_path.join(".")), reference(&source, column))
    })
}
