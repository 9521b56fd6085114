//! JSON Schema (draft 2020-12) of the records that the dynamic face reads and writes.
//!
//! Start with [`schema`] for one model and [`schemas`] for several. Embedded values and enums stand
//! once in `$defs`. `required` is what a create must say: no field with a default, none that may be
//! null, none that the engine sets; those are `readOnly`.

use serde_json::{Map, Value as Json, json};

use crate::schema::{FieldDef, ModelDef, stored_fields};
use crate::types::{Collection, EnumDef, Shape, TypeDef};

/// The dialect of every schema here.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a model's records, whole by itself.
///
/// ```
/// # use sqh_derive::PlatformModel;
/// # use sqh_model::schema::PlatformModel as _;
/// # #[derive(PlatformModel)]
/// # #[model(group = "lab", crate = "::sqh_model")]
/// # #[storage(postgres)]
/// # struct AppLabResult {
/// #     #[field(primary_key)]
/// #     id: i64,
/// #     test_type: String,
/// #     value: f64,
/// #     unit: Option<String>,
/// # }
/// use serde_json::json;
/// use sqh_model::render::json_schema;
///
/// let schema = json_schema::schema(AppLabResult::def());
/// assert_eq!(schema["properties"]["unit"], json!({"type": ["string", "null"]}));
/// assert_eq!(schema["required"], json!(["id", "test_type", "value"]));
/// ```
pub fn schema(def: &'static ModelDef) -> Json {
    let mut definitions = Definitions::default();
    let mut schema = object(def.name, def.doc, def.fields, &mut definitions);
    schema.shift_insert(0, "$schema".to_owned(), DIALECT.into());
    definitions.into_schema(schema)
}

/// One document with each of `models` in its `$defs`, named `{group}.{Model}`, beside the embedded
/// values and enums that they share.
pub fn schemas(models: &[&'static ModelDef]) -> Json {
    let mut definitions = Definitions::default();
    for model in models {
        let schema = object(model.name, model.doc, model.fields, &mut definitions);
        definitions.insert(format!("{}.{}", model.group, model.name), schema.into());
    }
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), DIALECT.into());
    definitions.into_schema(schema)
}

/// What `$ref` can name, in the order of their names.
#[derive(Default)]
struct Definitions {
    schemas: std::collections::BTreeMap<String, Json>,
    /// The subdocuments that are being written: one that contains itself meets its own name.
    open: Vec<&'static str>,
}

impl Definitions {
    fn insert(&mut self, name: String, schema: Json) {
        self.schemas.insert(name, schema);
    }

    /// A reference to a schema, under `name` or, if another has that, under `name2` and so on: a
    /// generic value has one name for many types.
    fn refer(&mut self, name: &str, schema: Json) -> Json {
        let names = std::iter::once(name.to_owned()).chain((2..).map(|i| format!("{name}{i}")));
        let free = |name: &String| self.schemas.get(name).is_none_or(|known| *known == schema);
        let name = names.into_iter().find(free).expect("there are more numbers than definitions");
        self.insert(name.clone(), schema);
        reference(&name)
    }

    fn subdocument(&mut self, model: &'static ModelDef) -> Json {
        if self.open.contains(&model.name) {
            return reference(model.name);
        }
        self.open.push(model.name);
        let schema = object(model.name, model.doc, model.fields, self);
        self.open.pop();
        self.refer(model.name, schema.into())
    }

    fn into_schema(self, mut schema: Map<String, Json>) -> Json {
        if !self.schemas.is_empty() {
            schema.insert("$defs".to_owned(), Json::Object(self.schemas.into_iter().collect()));
        }
        Json::Object(schema)
    }
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/$defs/{name}")})
}

fn object(title: &str, doc: &str, fields: &'static [FieldDef], definitions: &mut Definitions) -> Map<String, Json> {
    let mut schema = Map::new();
    schema.insert("title".to_owned(), title.into());
    describe(&mut schema, doc);
    schema.insert("type".to_owned(), "object".into());
    let properties: Map<_, _> =
        stored_fields(fields).map(|field| (field.json.to_owned(), property(field, definitions))).collect();
    schema.insert("properties".to_owned(), properties.into());
    let required: Vec<&str> =
        stored_fields(fields).filter(|it| !it.has_default() && !it.ty.nullable).map(|it| it.json).collect();
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

fn property(field: &'static FieldDef, definitions: &mut Definitions) -> Json {
    let mut schema = of_type(&field.ty, definitions);
    // JSON itself is any value, which `true` says; what is said of the field needs an object.
    if schema == Json::Bool(true) {
        schema = json!({});
    }
    let Json::Object(mut schema) = schema else {
        return schema;
    };
    if let Some(max_len) = field.max_len {
        schema.insert("maxLength".to_owned(), max_len.into());
    }
    describe(&mut schema, field.doc);
    if field.is_managed() {
        schema.insert("readOnly".to_owned(), true.into());
    }
    Json::Object(schema)
}

fn describe(schema: &mut Map<String, Json>, doc: &str) {
    if !doc.is_empty() {
        schema.insert("description".to_owned(), doc.into());
    }
}

fn of_type(ty: &TypeDef, definitions: &mut Definitions) -> Json {
    let schema = match ty.shape {
        Shape::Scalar(scalar) => (scalar.json_schema)(),
        Shape::Enum(def) => definitions.refer(def.name, names(def)),
        Shape::Link(link) => of_type(&link.key, definitions),
        Shape::Record(record) => {
            let schema = object(record.name, record.doc, record.fields, definitions);
            definitions.refer(record.name, schema.into())
        }
        Shape::Subdocument(model) => definitions.subdocument(model()),
        Shape::Collection(collection, element) => array(collection, element, definitions),
        Shape::Parent => json!({}),
    };
    if ty.nullable { nullable(schema) } else { schema }
}

fn array(collection: Collection, element: &TypeDef, definitions: &mut Definitions) -> Json {
    let items = of_type(element, definitions);
    match collection {
        // A set may be sent with repetitions; they are taken for one.
        Collection::List | Collection::Set => json!({"type": "array", "items": items}),
        Collection::Array { dimensions } => {
            (0..dimensions).fold(items, |items, _| json!({"type": "array", "items": items}))
        }
    }
}

fn nullable(schema: Json) -> Json {
    match schema {
        Json::Object(mut schema) if schema.get("type").is_some_and(Json::is_string) => {
            let kind = schema["type"].clone();
            schema.insert("type".to_owned(), json!([kind, "null"]));
            Json::Object(schema)
        }
        Json::Object(mut schema) if schema.contains_key("anyOf") => {
            if let Some(Json::Array(options)) = schema.get_mut("anyOf") {
                options.push(json!({"type": "null"}));
            }
            Json::Object(schema)
        }
        Json::Bool(true) => Json::Bool(true),
        schema => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

fn names(def: &'static EnumDef) -> Json {
    let values: Vec<&str> = def.variants.iter().map(|variant| variant.name).collect();
    let mut schema = Map::new();
    schema.insert("title".to_owned(), def.name.into());
    let mut lines = vec![def.doc.to_owned()];
    lines.extend(def.variants.iter().filter(|it| !it.doc.is_empty()).map(|it| format!("{}: {}", it.name, it.doc)));
    lines.retain(|line| !line.is_empty());
    describe(&mut schema, &lines.join("\n"));
    schema.insert("type".to_owned(), "string".into());
    schema.insert("enum".to_owned(), values.into());
    Json::Object(schema)
}
