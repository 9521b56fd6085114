//! `schema`: the models in each system.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use sqh_model::Error;
use sqh_model::render::ddl::{self, DdlOptions};
use sqh_model::render::{json_schema, terminusdb};
use sqh_model::schema::{ModelDef, Registry, SHARED_REFERENCE_DB_NAME};

use super::args::{DdlArgs, SchemaForm, Which, name};
use super::output::{Answer, Failure};

pub(super) fn print(registry: &Registry, form: SchemaForm) -> Result<Answer, Failure> {
    match form {
        SchemaForm::Ddl(args) => print_ddl(registry, &args),
        SchemaForm::Terminusdb { which } => print_terminusdb(registry, &which).map(Answer::text),
        SchemaForm::Json { which } => print_json(registry, &which).map(Answer::text),
    }
}

/// One script: shared models and tenants' models live in different databases, and either part can
/// be applied by itself. For machines, a script each.
fn print_ddl(registry: &Registry, args: &DdlArgs) -> Result<Answer, Failure> {
    let options = DdlOptions {
        placement: args.placement.into(),
        schema: args.schema.clone(),
        partitions: args.partitions,
        ..DdlOptions::default()
    };
    let models = match &args.which.model {
        Some(_) => ddl::with_referenced(&chosen(registry, &args.which), &options).map_err(Failure::Usage)?,
        None => chosen(registry, &args.which).into_iter().filter(|model| model.is_postgres()).collect(),
    };
    let (shared, own): (Vec<_>, Vec<_>) = models.into_iter().partition(|model| model.storage.shared);
    let (mut script, mut scripts) = (String::new(), Vec::new());
    let parts = [
        ("shared", shared, format!("Shared models: the database {SHARED_REFERENCE_DB_NAME}.")),
        ("tenant", own, format!("Models of a tenant: {}.", args.placement.place())),
    ];
    for (of, models, title) in parts {
        if models.is_empty() {
            continue;
        }
        let ddl = ddl::render(&models, &options).map_err(Failure::Usage)?;
        let sql = ddl.to_script();
        let _ = write!(script, "-- {title}\n\n{sql}\n");
        scripts.push(json!({ "of": of, "sql": sql }));
    }
    script.truncate(script.trim_end().len());
    script.push('\n');
    Ok(Answer::text(script).or_json(scripts.into()))
}

fn print_terminusdb(registry: &Registry, which: &Which) -> Result<String, Failure> {
    let models = chosen(registry, which);
    if let (Some(_), [model]) = (&which.model, models.as_slice())
        && model.is_postgres()
    {
        return Err(Failure::Usage(
            Error::invalid("the model is stored in PostgreSQL and has no class: print its DDL").in_model(model.name),
        ));
    }
    Ok(pretty(&terminusdb::schema(&models)?))
}

fn print_json(registry: &Registry, which: &Which) -> Result<String, Failure> {
    let models = chosen(registry, which);
    Ok(pretty(&match (&which.model, models.as_slice()) {
        (Some(_), [model]) => json_schema::schema(model),
        _ => json_schema::schemas(&models),
    }))
}

fn pretty(json: &Json) -> String {
    format!("{json:#}\n")
}

fn chosen(registry: &Registry, which: &Which) -> Vec<&'static ModelDef> {
    let wanted =
        |model: &&&'static ModelDef| which.model.as_ref().is_none_or(|wanted| *wanted == name(registry, model));
    registry.models().iter().filter(wanted).copied().collect()
}
