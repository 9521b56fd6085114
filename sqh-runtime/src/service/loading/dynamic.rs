//! Related records by names: relations and references as JSON, read into the same [`Loading`].

use serde_json::{Map, Value as Json, json};
use sqh_model::expr::{Loaded, Loading};
use sqh_model::record_json::row_to_json;
use sqh_model::schema::{ModelDef, Reference};
use sqh_model::types::{Shape, describe_json};
use sqh_model::{Error, Result};

use crate::service::DynamicQuery;

/// What is loaded along, and how it is called in the reply.
pub(super) struct Named {
    pub(super) loading: Vec<Loading>,
    names: Vec<Name>,
}

struct Name {
    name: String,
    model: &'static ModelDef,
    /// A reference, which leads to one record.
    is_one: bool,
    along: Vec<Name>,
}

/// Reads what is to be loaded along with the records of a model: an array of names, or of objects
/// `{"name": {"filter": …, "order": …, "limit_per_parent": …, "with": […]}}`.
///
/// # Errors
/// `Invalid`, saying where: ``in `with.1.samples`: …``.
pub(super) fn read(def: &'static ModelDef, json: &Json) -> Result<Named> {
    let entries = json.as_array().ok_or_else(|| {
        Error::invalid(format!("`with` is an array such as [\"samples\"], not {}", describe_json(json)))
    })?;
    let mut named = Named { loading: Vec::new(), names: Vec::new() };
    for (i, entry) in entries.iter().enumerate() {
        let (name, options) = match entry {
            Json::String(name) => (name.as_str(), None),
            Json::Object(object) if object.len() == 1 => {
                object.iter().next().map_or(("", None), |(name, options)| (name.as_str(), Some(options)))
            }
            other => {
                let message = "it is a relation's name, or an object of one name and its options, not";
                return Err(at(&i.to_string(), Error::invalid(format!("{message} {}", describe_json(other)))));
            }
        };
        let (loading, name) = one(def, name, options).map_err(|error| at(&format!("{i}.{name}"), error))?;
        if named.names.iter().any(|known| known.name == name.name) {
            return Err(at(&i.to_string(), Error::invalid(format!("`{}` is loaded twice", name.name))));
        }
        named.loading.push(loading);
        named.names.push(name);
    }
    Ok(named)
}

impl Named {
    /// Records with what belongs to them.
    pub(super) fn to_json(&self, def: &'static ModelDef, records: &[Loaded]) -> Result<Vec<Json>> {
        records.iter().map(|record| to_json(def, &self.names, record)).collect()
    }
}

fn to_json(def: &'static ModelDef, names: &[Name], Loaded { row, along }: &Loaded) -> Result<Json> {
    let mut members = Map::from_iter([("record".to_owned(), row_to_json(def, row)?)]);
    let mut with = Map::new();
    for (name, found) in names.iter().zip(along) {
        let mut found =
            found.iter().map(|loaded| to_json(name.model, &name.along, loaded)).collect::<Result<Vec<_>>>()?;
        let found = if name.is_one { found.pop().unwrap_or_default() } else { Json::Array(found) };
        with.insert(name.name.clone(), found);
    }
    if !with.is_empty() {
        members.insert("with".to_owned(), Json::Object(with));
    }
    Ok(Json::Object(members))
}

fn one(def: &'static ModelDef, name: &str, options: Option<&Json>) -> Result<(Loading, Name)> {
    let (model, from, to, is_one) = find(def, name)?;
    if def.storage.shared && !model.storage.shared {
        let message = format!("`{}` belongs to tenants, and shared records lead to no tenant's", model.name);
        return Err(Error::invalid(message).in_model(def.name));
    }
    if is_one && !model.is_unique(to) {
        let message = "the field is not unique, and of several records none is the one referred to";
        return Err(Error::invalid(message).in_field(&model.layout().columns()[to].path).in_model(model.name));
    }
    let mut query = DynamicQuery::default();
    let mut along = Named { loading: Vec::new(), names: Vec::new() };
    for (word, value) in options.map(members).transpose()?.into_iter().flatten() {
        match word.as_str() {
            "filter" => query.filter = value.clone(),
            "with" => along = read(model, value)?,
            "order" if !is_one => query.order = value.clone(),
            "limit_per_parent" if !is_one => query.limit = Some(limit(value)?),
            _ => return Err(unknown(word, is_one)),
        }
    }
    let name = Name { name: name.to_owned(), model, is_one, along: along.names };
    Ok((Loading { model, from, to, query: query.resolve(model)?, along: along.loading }, name))
}

fn members(options: &Json) -> Result<&Map<String, Json>> {
    options.as_object().ok_or_else(|| {
        let example = json!({"samples": {"order": ["-value"], "limit_per_parent": 2}});
        Error::invalid(format!("options are an object such as {example}, not {}", describe_json(options)))
    })
}

fn limit(value: &Json) -> Result<u64> {
    let told = || Error::invalid(format!("`limit_per_parent` is a number, not {}", describe_json(value)));
    value.as_u64().ok_or_else(told)
}

fn unknown(word: &str, is_one: bool) -> Error {
    let known = if is_one { "`filter`, `with`" } else { "`filter`, `order`, `limit_per_parent`, `with`" };
    let why = if is_one { " of a reference, which leads to one record" } else { "" };
    Error::invalid(format!("there is no option `{word}`{why}: the options are {known}"))
}

/// The model on the other side, the columns that meet, and whether there is one record at most.
fn find(def: &'static ModelDef, name: &str) -> Result<(&'static ModelDef, usize, usize, bool)> {
    if let Some(relation) = def.has_many.iter().find(|relation| relation.name == name) {
        let model = (relation.model)();
        let from = def.layout().key().first().copied().ok_or_else(|| no_column(def, "the key"))?;
        let to = model.layout().position(relation.via).ok_or_else(|| no_column(model, relation.via))?;
        return Ok((model, from, to, false));
    }
    let columns = def.layout().columns();
    let position = columns.iter().position(|column| column.json_path.join(".") == name);
    let target = position.and_then(|position| target(def, position).map(|(model, to)| (model, position, to)));
    match target {
        Some((model, from, to)) => Ok((model, from, to.ok_or_else(|| no_column(model, "the key"))?, true)),
        None => {
            let relations = def.has_many.iter().map(|relation| relation.name.to_owned());
            let references = (0..columns.len()).filter(|position| target_of(def, *position).is_some());
            let known: Vec<_> =
                relations.chain(references.map(|position| columns[position].json_path.join("."))).collect();
            let known = if known.is_empty() { "none".to_owned() } else { format!("`{}`", known.join("`, `")) };
            let message = format!("there is no relation `{name}`: relations and references are {known}");
            Err(Error::invalid(message).in_model(def.name))
        }
    }
}

fn target_of(def: &'static ModelDef, position: usize) -> Option<(&'static ModelDef, Option<&'static str>)> {
    let column = &def.layout().columns()[position];
    match (column.field.references, column.ty.shape) {
        (Some(Reference { model, column, .. }), _) => Some((model(), column)),
        (None, Shape::Link(link)) => Some(((link.target)(), None)),
        _ => None,
    }
}

/// The model that a column refers to, and the column there.
fn target(def: &'static ModelDef, position: usize) -> Option<(&'static ModelDef, Option<usize>)> {
    let (model, column) = target_of(def, position)?;
    let layout = model.layout();
    Some((
        model,
        match column {
            Some(column) => layout.position(column),
            None => layout.key().first().copied(),
        },
    ))
}

fn no_column(model: &'static ModelDef, what: &str) -> Error {
    Error::invalid(format!("{what} is no single column: records are related by one")).in_model(model.name)
}

/// The error with its place before it.
fn at(place: &str, error: Error) -> Error {
    let message = match error.message().strip_prefix("in `with.") {
        Some(inner) => format!("in `with.{place}.with.{inner}"),
        None => format!("in `with.{place}`: {}", error.message()),
    };
    let told = Error::new(error.kind(), message);
    let told = error.field().into_iter().fold(told, |told, field| told.in_field(field));
    error.model().into_iter().fold(told, |told, model| told.in_model(model))
}
