//! Indexes of every kind in the grammar that needs no extension.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "indexes", models: models![AppArticle].into() }
}

#[derive(PlatformModel)]
#[model(group = "press")]
#[storage(postgres)]
#[index(columns = ["section", "published_at desc"])]
#[index(columns = ["section", "published_at desc"], where = "published_at IS NOT NULL AND section IN ('a', 'b')", name = "article_published")]
#[index(columns = ["title"], ops = "text_pattern_ops")]
#[index(columns = ["words desc"], ops = "int4_ops")]
#[index(columns = ["section"], using = "hash")]
#[index(columns = ["tags", "body"], using = "gin")]
#[index(columns = ["body"], using = "gin", ops = "jsonb_path_ops", name = "article_paths")]
#[index(columns = ["published_at"], using = "brin")]
#[index(columns = ["valid"], using = "gist")]
#[index(columns = ["title", "section desc"], unique, where = "NOT (words = 0)")]
struct AppArticle {
    #[field(primary_key)]
    id: Uuid,
    #[field(index)]
    title: String,
    section: String,
    #[field(index)]
    tags: BTreeSet<String>,
    #[field(index)]
    body: serde_json::Value,
    words: i32,
    published_at: Option<DateTime<Utc>>,
    #[field(sql_type = "tstzrange")]
    valid: String,
}
