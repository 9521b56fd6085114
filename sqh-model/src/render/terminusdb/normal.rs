//! What the server makes of a schema that it reads back.

use serde_json::{Map, Value as Json, json};

/// The schema as TerminusDB 12 returns it: the `@context` first, then the classes by name, then
/// tagged unions and enums; all keys sorted; a single `@inherits` as a string, `@dimensions` in
/// every array, exact cardinalities as bounds.
///
/// Two schemas are the same if their normal forms are equal, so it is idempotent and applies to
/// what was rendered and to what was read alike.
pub fn normal_form(schema: &Json) -> Json {
    let documents = match schema {
        Json::Array(documents) => documents.as_slice(),
        document => std::slice::from_ref(document),
    };
    let mut documents: Vec<Json> = documents.iter().map(document).collect();
    documents.sort_by_key(|document| (rank(document), text(document, "@id").to_owned()));
    Json::Array(documents)
}

fn rank(document: &Json) -> u8 {
    match text(document, "@type") {
        "@context" => 0,
        "TaggedUnion" => 2,
        "Enum" => 3,
        _ => 1,
    }
}

fn text<'a>(document: &'a Json, key: &str) -> &'a str {
    document.get(key).and_then(Json::as_str).unwrap_or_default()
}

fn document(json: &Json) -> Json {
    let Json::Object(document) = json else {
        return json.clone();
    };
    let mut document = document.clone();
    if let Some(Json::Array(parents)) = document.get("@inherits")
        && let [parent] = parents.as_slice()
    {
        let parent = parent.clone();
        document.insert("@inherits".to_owned(), parent);
    }
    for (key, property) in &mut document {
        if let (false, Json::Object(property)) = (key.starts_with('@'), property) {
            family(property);
        }
    }
    sorted(&Json::Object(document))
}

fn family(property: &mut Map<String, Json>) {
    if property.get("@type").is_some_and(|kind| kind == "Array") {
        property.entry("@dimensions").or_insert(json!(1));
    }
    if let Some(exact) = property.remove("@cardinality") {
        property.insert("@min_cardinality".to_owned(), exact.clone());
        property.insert("@max_cardinality".to_owned(), exact);
    }
}

fn sorted(json: &Json) -> Json {
    match json {
        Json::Array(items) => items.iter().map(sorted).collect(),
        Json::Object(object) => {
            let mut entries: Vec<_> = object.iter().map(|(key, json)| (key.clone(), sorted(json))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Json::Object(entries.into_iter().collect())
        }
        json => json.clone(),
    }
}
