//! How the schemas are laid out in the snapshots: a line for each member of a class.

use serde_json::Value as Json;
use sqh_model::render::terminusdb;
use sqh_model::schema::PlatformModel;

/// The classes of a model's TerminusDB schema, its context left out.
pub(crate) fn classes<M: PlatformModel>() -> String {
    let schema = terminusdb::schema(&[M::def()]).unwrap();
    schema.as_array().unwrap()[1..].iter().map(|class| lines(class, 1)).collect::<Vec<_>>().join("\n")
}

/// JSON in which the members of the outer `depth` objects have a line each.
pub(crate) fn lines(json: &Json, depth: usize) -> String {
    indented(json, depth, 0)
}

fn indented(json: &Json, depth: usize, indent: usize) -> String {
    match json {
        Json::Object(object) if depth > 0 && !object.is_empty() => {
            let member = |(key, json): (&String, &Json)| {
                let width = indent + 2;
                format!("{:width$}{}: {}", "", Json::from(key.as_str()), indented(json, depth - 1, width))
            };
            let members: Vec<String> = object.iter().map(member).collect();
            format!("{{\n{}\n{:indent$}}}", members.join(",\n"), "")
        }
        json => json.to_string(),
    }
}
