//! The TerminusDB schema of models: one array of JSON documents, the `@context` first.
//!
//! Start with [`schema`]. A model is a `Class`, an embedded value a subdocument class, an enum an
//! `Enum`; what a model refers to comes with it, so that the schema of a single model is whole.
//! What TerminusDB 12 would accept and then do something else with is refused, naming the model
//! and the field: `check` has those rules. [`normal_form`] is what the server makes of a schema.

mod check;
mod class;
mod classes;
mod normal;
mod property;

pub use self::normal::normal_form;

use serde_json::{Value as Json, json};

use crate::error::Result;
use crate::schema::ModelDef;

/// The schema of the graph models among `models`, and of all that they refer to, sorted by name.
///
/// ```
/// # use sqh_derive::PlatformModel;
/// # use sqh_model::schema::PlatformModel as _;
/// # use sqh_model::types::Id;
/// # #[derive(PlatformModel)]
/// # #[model(group = "crm", crate = "::sqh_model")]
/// # struct AppCrmAccount {
/// #     id: Id<Self>,
/// #     name: Option<String>,
/// # }
/// use serde_json::json;
/// use sqh_model::render::terminusdb;
///
/// let schema = terminusdb::schema(&[AppCrmAccount::def()]).unwrap();
/// assert_eq!(schema[0]["@type"], "@context");
/// assert_eq!(schema[1]["name"], json!({"@type": "Optional", "@class": "xsd:string"}));
/// ```
///
/// # Errors
/// `Invalid`, naming model and field, for what TerminusDB would not keep as the model says it.
pub fn schema(models: &[&'static ModelDef]) -> Result<Json> {
    let classes = classes::of(models.iter().copied().filter(|model| !model.is_postgres()))?;
    check::no_class_unfolds_into_itself(&classes)?;
    let mut documents = vec![context(models)];
    for class in classes.values() {
        documents.push(class::render(class)?);
    }
    Ok(Json::Array(documents))
}

/// The prefixes that a new database has, and what the schema is of.
fn context(models: &[&'static ModelDef]) -> Json {
    let mut groups: Vec<&str> = models.iter().filter(|model| !model.is_postgres()).map(|model| model.group).collect();
    groups.sort_unstable();
    groups.dedup();
    json!({
        "@type": "@context",
        "@base": "terminusdb:///data/",
        "@schema": "terminusdb:///schema#",
        "@documentation": {
            "@title": groups.join(", "),
            "@description": "Generated from the models: change them, not this.",
        },
    })
}
