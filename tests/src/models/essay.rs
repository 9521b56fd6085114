//! What only some servers can: trigrams. And words.

use sqh_runtime::prelude::*;

/// A text that is found by a misspelt word.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "essays", search(language = "english"))]
#[storage(postgres)]
#[index(columns = ["title"], using = "gin", ops = "gin_trgm_ops")]
pub struct Essay {
    /// The key.
    #[field(primary_key)]
    pub id: i32,
    /// The title.
    #[field(search)]
    pub title: String,
}
