//! What is joined, and by what.

use serde_json::Value as Json;

use super::names::{Names, reference, taken};
use super::place::{Place, array, object, text};
use crate::error::{Error, Result};
use crate::expr::Comparison;
use crate::report::{Condition, Join, JoinKind, Report, Scalar, Source, SourceRef};
use crate::schema::{ColumnDef, ModelDef, Registry};
use crate::types::Shape;

const KINDS: [(&str, JoinKind); 4] =
    [("inner", JoinKind::Inner), ("left", JoinKind::Left), ("semi", JoinKind::Semi), ("anti", JoinKind::Anti)];

const WORDS: [&str; 6] = ["inner", "left", "semi", "anti", "on", "filter"];

/// Reads `joins`, in order.
pub(super) fn read(registry: &Registry, report: &mut Report, at: Place<'_>, json: &Json) -> Result<()> {
    let joins = array(at, json, "joins are an array such as [{\"left\": \"Model\"}]")?;
    joins.iter().enumerate().try_for_each(|(i, json)| join(registry, report, at.item(i), json))
}

fn join(registry: &Registry, report: &mut Report, at: Place<'_>, json: &Json) -> Result<()> {
    let words = object(at, json, "a join is an object such as {\"left\": \"Model\"}")?;
    at.check_words(words, &WORDS)?;
    let mut kinds = KINDS.iter().filter_map(|(word, kind)| Some((*word, *kind, words.get(*word)?)));
    let (Some((word, kind, joined)), None) = (kinds.next(), kinds.next()) else {
        return Err(at.wrong("a join has one of `inner`, `left`, `semi` and `anti`, with the model that is joined"));
    };
    let relation = source(registry, report, at.word(word), joined)?;
    report.sources.push(Source { relation, join: Some(Join { kind, on: Condition::Always }) });
    let mut condition = match words.get("on") {
        Some(json) => on(report, at.word("on"), json)?,
        None => declared(report, at)?,
    };
    if let Some(json) = words.get("filter") {
        condition = condition.and(Names::of_joined(report).condition(at.word("filter"), json)?);
    }
    let last = report.sources.len() - 1;
    report.sources[last].join = Some(Join { kind, on: condition });
    Ok(())
}

/// `"Model"`, or `{"model": "Model", "as": "alias"}`.
fn source(registry: &Registry, report: &Report, at: Place<'_>, json: &Json) -> Result<SourceRef> {
    let relation = match json {
        Json::Object(entries) => {
            at.check_words(entries, &["model", "as"])?;
            let name = entries.get("model").ok_or_else(|| at.wrong("name the model by `model`"))?;
            let mut relation = named(registry, report.root(), at.word("model"), name)?;
            if let Some(alias) = entries.get("as") {
                let at = at.word("as");
                let alias = text(at, alias, "an alias is a name")?;
                if alias.is_empty() || alias.contains('.') || alias == "self" {
                    return Err(at.wrong(format!("an alias is a name without dots, not `{alias}`")));
                }
                relation.alias = alias.to_owned().into();
            }
            relation
        }
        json => named(registry, report.root(), at, json)?,
    };
    match report.sources.iter().any(|other| other.relation.to_string() == relation.to_string()) {
        true => at.of(Err(taken(&relation))),
        false => Ok(relation),
    }
}

// A model of the first one's group, or the only one of its name.
fn named(registry: &Registry, root: &ModelDef, at: Place<'_>, json: &Json) -> Result<SourceRef> {
    let name = text(at, json, "a model is a name")?;
    if let Some((group, name)) = name.split_once('/') {
        return at.of(registry.find(group, name).map(SourceRef::of));
    }
    at.of(registry.find(root.group, name).or_else(|error| {
        let mut named = registry.models().iter().filter(|model| model.name == name);
        match (named.next(), named.next()) {
            (Some(model), None) => Ok(*model),
            (Some(one), Some(other)) => {
                let message = "there are several models of this name: write it with its group, such as";
                Err(Error::invalid(format!("{message} `{}/{name}` or `{}/{name}`", one.group, other.group)))
            }
            (None, _) => Err(error),
        }
    }))
    .map(SourceRef::of)
}

/// `{"field of what stands before it": "field of what is joined"}`, all of which are equal.
fn on(report: &Report, at: Place<'_>, json: &Json) -> Result<Condition> {
    let pairs = object(at, json, "`on` is an object such as {\"customer_id\": \"id\"}")?;
    if pairs.is_empty() {
        return Err(at.wrong("a join has at least one pair of fields that are equal"));
    }
    pairs.iter().try_fold(Condition::Always, |all, (left, right)| {
        let at = at.word(left);
        let right = text(at, right, "it is the name of a field of what is joined")?;
        let left = Names::of(report).column(at, left)?;
        let right = Names::of_joined(report).column(at, right)?;
        Ok(all.and(Condition::Compare(left, Comparison::Eq, right)))
    })
}

/// By the one reference that is declared between what is joined and what stands before it.
fn declared(report: &Report, at: Place<'_>) -> Result<Condition> {
    let last = report.sources.len() - 1;
    let joined = &report.sources[last].relation;
    let mut found = Vec::new();
    for before in report.sources[..last].iter().map(|source| &source.relation) {
        for (column, target) in references(before.model, joined.model) {
            found.push(((before, column), (joined, target)));
        }
        for (column, target) in references(joined.model, before.model) {
            found.push(((before, target), (joined, column)));
        }
    }
    match found.as_slice() {
        [((left, column), (right, target))] => {
            let (left, right): (Scalar, Scalar) = (reference(left, column), reference(right, target));
            Ok(Condition::Compare(left, Comparison::Eq, right))
        }
        [] => Err(at.wrong(format!(
            "no reference is declared between `{joined}` and what stands before it: add such as \"on\": {{\"field\": \
             \"id\"}}"
        ))),
        found => {
            let name = |(source, column): (&SourceRef, &ColumnDef)| format!("{source}.{}", column.json_path.join("."));
            let pairs = found.iter().map(|(left, right)| format!("`{}` and `{}`", name(*left), name(*right)));
            let pairs = pairs.collect::<Vec<_>>().join(", or ");
            Err(at.wrong(format!("there are several references: say by `on` which fields are equal: {pairs}")))
        }
    }
}

/// The fields of a model that refer to another, and what they refer to.
fn references(
    from: &'static ModelDef,
    to: &'static ModelDef,
) -> impl Iterator<Item = (&'static ColumnDef, &'static ColumnDef)> {
    from.layout().columns().iter().filter_map(move |column| {
        let (model, field) = match (column.field.references, column.ty.shape) {
            (Some(reference), _) => ((reference.model)(), reference.column),
            (None, Shape::Link(link)) => ((link.target)(), None),
            _ => return None,
        };
        if model != to {
            return None;
        }
        let layout = to.layout();
        let position = match (field, layout.key()) {
            (Some(field), _) => layout.position(field)?,
            (None, [key]) => *key,
            (None, _) => return None,
        };
        Some((column, &layout.columns()[position]))
    })
}
