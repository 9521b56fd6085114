//! Records that are somebody's: rules of their own.

use sqh_runtime::prelude::*;

/// Read by its writer and their desk, listed by its writer, changed by its writer unless it is locked.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "office")]
#[storage(postgres)]
#[policy(allow(read) if owner || team)]
#[policy(allow(list) if owner || role("archivist"))]
#[policy(allow(create, update, delete) if owner)]
#[policy(allow(update) if role("editor") && team)]
#[policy(forbid(update, delete) if status == "locked")]
#[policy(allow(all) if permission("office:admin"))]
#[index(columns = ["title"], using = "gin", ops = "gin_trgm_ops")]
pub struct Memo {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// Its title, which no other memo has.
    #[field(unique, search)]
    pub title: String,
    /// Who wrote it.
    #[field(owner)]
    pub writer: String,
    /// The desk that it was written at.
    #[field(team)]
    pub desk: Option<String>,
    /// What has become of it. While that is not known it is as good as locked.
    pub status: Option<String>,
    /// How many pages it has.
    #[field(default = 1)]
    pub pages: i32,
    /// Counts updates.
    #[field(version)]
    pub version: i64,
}

impl Memo {
    /// An open memo of one page.
    pub fn new(id: i64, title: &str, writer: &str) -> Self {
        Self {
            id,
            title: title.to_owned(),
            writer: writer.to_owned(),
            desk: None,
            status: Some("open".to_owned()),
            pages: 1,
            version: 0,
        }
    }
}

/// Identified by its number in a journal, in one partition or in several.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "office")]
#[storage(postgres, partition_by = "written_at")]
#[policy(allow(all) if owner)]
pub struct Entry {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// When.
    pub written_at: DateTime<Utc>,
    /// By whom.
    #[field(owner)]
    pub writer: String,
    /// What.
    pub text: String,
}

/// What everybody may read once it is out.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "office")]
#[storage(postgres, shared)]
#[policy(allow(read) if is_out)]
#[policy(allow(all) if role("press"))]
pub struct Notice {
    /// The key.
    #[field(primary_key)]
    pub slug: String,
    /// Whether it is out.
    pub is_out: bool,
}
