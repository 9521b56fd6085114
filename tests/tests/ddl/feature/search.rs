//! Indexes that need an extension of PostgreSQL's own.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "search", models: models![AppParameter].into() }
}

#[derive(PlatformModel)]
#[model(group = "water")]
#[storage(postgres)]
#[index(columns = ["description"], using = "gin", ops = "gin_trgm_ops")]
#[index(columns = ["code"], using = "gist", ops = "gist_trgm_ops")]
#[index(columns = ["tags", "unit"], using = "gin")]
#[index(columns = ["kind", "limit"], using = "gist")]
struct AppParameter {
    #[field(primary_key)]
    code: String,
    description: String,
    tags: BTreeSet<String>,
    unit: String,
    kind: i32,
    limit: f64,
    #[field(sql_type = "citext")]
    name: String,
}
