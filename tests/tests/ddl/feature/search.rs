//! Indexes that need an extension of PostgreSQL's own.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "search", models: models![AppParameter, AppReport].into() }
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

/// Found by its words, by the index that its language brings along.
#[derive(PlatformModel)]
#[model(group = "water", search(language = "german"))]
#[storage(postgres)]
struct AppReport {
    #[field(primary_key)]
    id: i64,
    #[field(search = "A", max_len = 200)]
    title: String,
    #[field(search = "C", column = "full text")]
    text: Option<String>,
    #[field(search)]
    remarks: String,
    #[field(index)]
    search: i32,
}
