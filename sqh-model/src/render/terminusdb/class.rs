//! One class as a schema document.

use serde_json::{Map, Value as Json, json};

use super::classes::Class;
use super::{check, property};
use crate::error::{Error, Result};
use crate::schema::{FieldDef, GraphKey, ModelDef, stored_fields};
use crate::types::{EnumDef, RecordDef};

/// The class's document.
///
/// # Errors
/// `Invalid`, naming model and field.
pub(super) fn render(class: &Class) -> Result<Json> {
    match class {
        Class::Model(model) => self::model(class, model),
        Class::Record(record) => self::record(class, record),
        Class::Enum(def) => platform_enum(def),
    }
    .map_err(|error| error.in_model(class.name()))
}

fn model(class: &Class, model: &'static ModelDef) -> Result<Json> {
    check::model(model)?;
    let mut document = head(class, model.doc)?;
    if let Some(parent) = model.parent() {
        document.insert("@inherits".to_owned(), parent.name.into());
    }
    // An abstract class has no records, and a key is not inherited.
    if !model.storage.is_abstract {
        document.insert("@key".to_owned(), key(model)?);
    }
    for (flag, word) in [
        (model.storage.is_abstract, "@abstract"),
        (model.storage.is_subdocument, "@subdocument"),
        (model.storage.is_unfoldable, "@unfoldable"),
    ] {
        if flag {
            document.insert(word.to_owned(), json!([]));
        }
    }
    properties(class, &mut document)?;
    Ok(Json::Object(document))
}

fn record(class: &Class, record: &'static RecordDef) -> Result<Json> {
    let mut document = head(class, record.doc)?;
    document.insert("@key".to_owned(), json!({"@type": "Random"}));
    document.insert("@subdocument".to_owned(), json!([]));
    check::property_names(record.fields)?;
    properties(class, &mut document)?;
    Ok(Json::Object(document))
}

fn platform_enum(def: &'static EnumDef) -> Result<Json> {
    check::name(def.name)?;
    if def.variants.is_empty() {
        return Err(Error::invalid("an enum without values has no value to store: give it one"));
    }
    let values: Vec<&str> = def.variants.iter().map(|variant| variant.name).collect();
    let mut document = start("Enum", def.name);
    let mut comment = vec![def.doc.to_owned()];
    comment.extend(def.variants.iter().filter(|it| !it.doc.is_empty()).map(|it| format!("{}: {}", it.name, it.doc)));
    comment.retain(|line| !line.is_empty());
    if !comment.is_empty() {
        document.insert("@documentation".to_owned(), json!({"@comment": comment.join("\n")}));
    }
    document.insert("@value".to_owned(), values.into());
    Ok(Json::Object(document))
}

fn head(class: &Class, doc: &str) -> Result<Map<String, Json>> {
    check::name(class.name())?;
    let mut document = start("Class", class.name());
    let mut documentation = Map::new();
    if !doc.is_empty() {
        documentation.insert("@comment".to_owned(), doc.into());
    }
    let documented = class.own_fields().filter(|field| is_property(field) && !field.doc.is_empty());
    let properties: Map<_, _> = documented.map(|field| (field.column.to_owned(), field.doc.into())).collect();
    if !properties.is_empty() {
        documentation.insert("@properties".to_owned(), properties.into());
    }
    if !documentation.is_empty() {
        document.insert("@documentation".to_owned(), documentation.into());
    }
    Ok(document)
}

fn start(kind: &str, name: &str) -> Map<String, Json> {
    let mut document = Map::new();
    document.insert("@type".to_owned(), kind.into());
    document.insert("@id".to_owned(), name.into());
    document
}

/// The identity is the document's `@id` and no property.
fn is_property(field: &FieldDef) -> bool {
    !field.primary_key
}

fn properties(class: &Class, document: &mut Map<String, Json>) -> Result<()> {
    for field in class.own_fields().filter(|field| is_property(field)) {
        let property = property::render(&field.ty).map_err(|error| error.in_field(field.name))?;
        document.insert(field.column.to_owned(), property);
    }
    Ok(())
}

fn key(model: &'static ModelDef) -> Result<Json> {
    let (kind, names) = match model.storage.graph_key {
        GraphKey::Random => return Ok(json!({"@type": "Random"})),
        GraphKey::ValueHash => return Ok(json!({"@type": "ValueHash"})),
        GraphKey::Lexical(names) => ("Lexical", names),
        GraphKey::Hash(names) => ("Hash", names),
    };
    if names.is_empty() {
        return Err(Error::invalid("the key is made of no fields: name at least one, or leave `key` out"));
    }
    let column = |name: &&'static str| {
        let field = stored_fields(model.fields).find(|field| field.name == *name);
        let field = field.ok_or_else(|| Error::invalid("the key names a field that there is not").in_field(name))?;
        check::key_field(field).map_err(|error| error.in_field(name))?;
        Ok(field.column)
    };
    let columns = names.iter().map(column).collect::<Result<Vec<_>>>()?;
    Ok(json!({"@type": kind, "@fields": columns}))
}
