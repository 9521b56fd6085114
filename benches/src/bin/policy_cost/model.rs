//! What is measured on: notes, and letters with a trigram index, under the same rules.

use sqh_runtime::prelude::*;

/// A note that its writer and their desk read, and its writer changes.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "bench")]
#[storage(postgres)]
#[policy(allow(read) if owner || team)]
#[policy(allow(create, update, delete) if owner)]
#[policy(forbid(update, delete) if status == "locked")]
pub(super) struct AppNote {
    #[field(primary_key)]
    pub(super) id: i64,
    pub(super) title: String,
    #[field(owner)]
    pub(super) writer: String,
    #[field(team)]
    pub(super) desk: String,
    pub(super) status: String,
    pub(super) pages: i32,
    pub(super) ratio: f64,
    pub(super) key: Uuid,
    pub(super) at: DateTime<Utc>,
}

/// What can be searched. Notes have no such index, beside which all else that a write costs would be little.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "bench")]
#[storage(postgres)]
#[index(columns = ["title"], using = "gin", ops = "gin_trgm_ops")]
#[policy(allow(read) if owner || team)]
#[policy(allow(create, update, delete) if owner)]
pub(super) struct AppLetter {
    #[field(primary_key)]
    id: i64,
    #[field(search)]
    title: String,
    #[field(owner)]
    writer: String,
    #[field(team)]
    desk: String,
}

/// Every fourth is Ann's.
pub(super) fn note(id: i64) -> AppNote {
    AppNote {
        id,
        title: title(id),
        writer: writer(id).to_owned(),
        desk: "west".to_owned(),
        status: "open".to_owned(),
        pages: 1,
        ratio: 0.5,
        key: Uuid::from_u128(id as u128),
        at: DateTime::UNIX_EPOCH,
    }
}

pub(super) fn letter(id: i64) -> AppLetter {
    AppLetter { id, title: title(id), writer: writer(id).to_owned(), desk: "west".to_owned() }
}

fn title(id: i64) -> String {
    format!("note of {} number {}", writer(id), id / 4)
}

fn writer(id: i64) -> &'static str {
    ["ann", "bob", "eve", "joe"][(id % 4) as usize]
}
