//! Texts that are found by their words.

use sqh_runtime::prelude::*;

/// An article, which its writer may see.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "press", search(language = "english"))]
#[storage(postgres)]
#[index(columns = ["title"], using = "gin", ops = "gin_trgm_ops")]
#[policy(allow(all) if owner)]
#[policy(allow(all) if permission("press:admin"))]
pub struct Article {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// The title, which counts most.
    #[field(search = "A", rename = "headline")]
    pub title: String,
    /// The text.
    #[field(search = "B")]
    pub body: Option<String>,
    /// Who wrote it.
    #[field(owner)]
    pub writer: String,
    /// How many pages it has.
    pub pages: i32,
    /// Who told it, for few.
    #[field(redact = permission("press:sources"))]
    pub source: Option<String>,
}

impl Article {
    /// An article of one page by Ann.
    pub fn new(id: i64, title: &str, body: &str) -> Self {
        Self {
            id,
            title: title.to_owned(),
            body: Some(body.to_owned()),
            writer: "ann".to_owned(),
            pages: 1,
            source: Some("a little bird".to_owned()),
        }
    }
}
