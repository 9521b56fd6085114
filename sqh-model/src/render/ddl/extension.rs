//! Which extensions a model needs, read off its types and its indexes.

use super::statement::{Creates, Statement};
use super::{index, name, type_name};
use crate::schema::{IndexMethod, ModelDef};

/// The types of an extension, by how their names begin.
const OF_TYPES: &[(&str, &str)] = &[
    ("geometry", "postgis"),
    ("geography", "postgis"),
    ("citext", "citext"),
    ("hstore", "hstore"),
    ("ltree", "ltree"),
    ("vector", "vector"),
];

/// The operator classes of an extension.
const OF_OPERATOR_CLASSES: &[(&str, &str)] = &[("gin_trgm_ops", "pg_trgm"), ("gist_trgm_ops", "pg_trgm")];

/// The extensions that the model's table needs, by name. A model of TerminusDB needs none.
///
/// ```
/// use sqh_derive::PlatformModel;
/// use sqh_model::render::ddl::extensions;
/// use sqh_model::schema::PlatformModel;
///
/// #[derive(PlatformModel)]
/// #[model(group = "water", crate = "sqh_model")]
/// #[storage(postgres)]
/// #[index(columns = ["name"], using = "gin", ops = "gin_trgm_ops")]
/// struct AppSite {
///     #[field(primary_key)]
///     name: String,
///     place: sqh_model::types::Point,
/// }
///
/// assert_eq!(extensions(AppSite::def()), ["pg_trgm", "postgis"]);
/// ```
pub fn extensions(def: &'static ModelDef) -> Vec<&'static str> {
    if !def.is_postgres() {
        return Vec::new();
    }
    let types = def.layout().columns().iter().filter_map(|column| of_type(&type_name::of_column(column)));
    let classes = def.indexes.iter().filter_map(|index| {
        let class = index.ops?;
        OF_OPERATOR_CLASSES.iter().find(|(name, _)| *name == class).map(|(_, extension)| *extension)
    });
    let scalars = def.indexes.iter().filter(|index| index.ops.is_none()).filter_map(|index| {
        let extension = match index.using {
            IndexMethod::Gin => "btree_gin",
            IndexMethod::Gist => "btree_gist",
            _ => return None,
        };
        index::columns_of(def, index).ok()?.iter().any(|(column, _)| needs_scalar_class(column)).then_some(extension)
    });
    let mut extensions: Vec<&str> = types.chain(classes).chain(scalars).collect();
    extensions.sort_unstable();
    extensions.dedup();
    extensions
}

/// Makes an extension.
pub(super) fn statement(extension: &str) -> Statement {
    let name = name::quoted(extension);
    Statement::new(
        Creates::Extension,
        extension,
        format!("CREATE EXTENSION {name}"),
        format!("CREATE EXTENSION IF NOT EXISTS {name}"),
    )
}

fn of_type(type_name: &str) -> Option<&'static str> {
    OF_TYPES.iter().find(|(prefix, _)| type_name.starts_with(prefix)).map(|(_, extension)| *extension)
}

// GIN and GiST know documents, arrays, ranges and geometries by themselves.
fn needs_scalar_class(column: &crate::schema::ColumnDef) -> bool {
    match column.field.sql_type {
        Some(_) => {
            let name = type_name::of_column(column);
            of_type(&name).is_none() && !name.ends_with("[]") && !name.contains("range") && !name.starts_with("ts")
        }
        None => type_name::is_btree_scalar(&column.ty),
    }
}
