//! References: one model for each thing that can happen when a record goes.

use sqh_runtime::prelude::*;

/// Whom the others refer to.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "family")]
#[storage(postgres)]
#[has_many(name = "cards", model = ReaderCard, via = reader)]
#[has_many(name = "remarks", model = Remark, via = reader)]
pub struct Reader {
    /// The key.
    #[field(primary_key)]
    pub id: i32,
    /// A second way to refer to a reader.
    #[field(unique)]
    pub handle: String,
    /// Who brought the reader.
    #[field(references = Reader)]
    pub brought_by: Option<i32>,
}

/// Goes with its reader.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "family")]
#[storage(postgres)]
#[has_many(name = "chapters", model = Chapter, via = card)]
pub struct ReaderCard {
    /// The key.
    #[field(primary_key)]
    pub id: i32,
    /// The reader.
    #[field(references = Reader, on_delete = "cascade")]
    pub reader: Link<Reader>,
}

/// Goes with its card: a cascade of a cascade.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "family")]
#[storage(postgres)]
pub struct Chapter {
    /// The key.
    #[field(primary_key)]
    pub id: i32,
    /// The card.
    #[field(references = ReaderCard, on_delete = "cascade")]
    pub card: i32,
}

/// Forgets its reader.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "family")]
#[storage(postgres)]
pub struct Remark {
    /// The key.
    #[field(primary_key)]
    pub id: i32,
    /// The reader.
    #[field(references = Reader, on_delete = "set_null")]
    pub reader: Option<i32>,
}

/// Keeps its reader, whom it names by handle.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "family")]
#[storage(postgres)]
pub struct Clue {
    /// The key.
    #[field(primary_key)]
    pub id: i32,
    /// The reader's handle.
    #[field(references = Reader.handle, on_delete = "restrict")]
    pub handle: String,
}
