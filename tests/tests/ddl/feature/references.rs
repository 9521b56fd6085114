//! References: foreign keys, and those that are none.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature {
        name: "references",
        // Given the wrong way round: what is referred to must come first.
        models: models![AppBook, AppReview, AppShelf, AppAuthor, AppEditor, AppPublisher].into(),
    }
}

#[derive(PlatformModel)]
#[model(group = "library")]
#[storage(postgres)]
struct AppBook {
    #[field(primary_key)]
    id: Uuid,
    author: Link<AppAuthor>,
    #[field(references = AppAuthor, on_delete = "set_null")]
    second_author: Option<Link<AppAuthor>>,
    #[field(references = AppEditor.badge, on_delete = "restrict")]
    editor: Option<i32>,
    // Two fields, one key.
    #[field(references = AppShelf.room, on_delete = "cascade")]
    shelf_room: i32,
    #[field(references = AppShelf.number)]
    shelf_number: i16,
    #[field(references = AppBook, on_delete = "cascade")]
    sequel: Option<Uuid>,
    // Without a constraint: in the shared database, in the graph, many, half a key.
    #[field(references = AppPublisher)]
    publisher: Option<String>,
    subject: Option<Link<AppSubject>>,
    translators: Vec<Link<AppAuthor>>,
    #[field(references = AppReview.day)]
    reviewed_on: Option<NaiveDate>,
}

/// Refers to books, and books to it.
#[derive(PlatformModel)]
#[model(group = "library")]
#[storage(postgres)]
struct AppAuthor {
    #[field(primary_key)]
    id: Uuid,
    #[field(references = AppBook, on_delete = "no_action")]
    best_book: Option<Uuid>,
}

#[derive(PlatformModel)]
#[model(group = "library")]
#[storage(postgres)]
struct AppEditor {
    #[field(primary_key)]
    id: Uuid,
    #[field(unique)]
    badge: i32,
}

#[derive(PlatformModel)]
#[model(group = "library")]
#[storage(postgres)]
struct AppShelf {
    #[field(primary_key)]
    room: i32,
    #[field(primary_key)]
    number: i16,
}

/// Partitioned: only its whole key can be referred to.
#[derive(PlatformModel)]
#[model(group = "library")]
#[storage(postgres, partition_by = "day")]
struct AppReview {
    #[field(primary_key)]
    id: Uuid,
    day: NaiveDate,
    #[field(references = AppBook, on_delete = "cascade")]
    book: Uuid,
    #[field(references = AppReview.id, on_delete = "set_null")]
    answer_to: Option<Uuid>,
    #[field(references = AppReview.day)]
    answer_to_day: Option<NaiveDate>,
}

#[derive(PlatformModel)]
#[model(group = "library")]
#[storage(postgres, shared)]
struct AppPublisher {
    #[field(primary_key)]
    code: String,
}

#[derive(PlatformModel)]
#[model(group = "library")]
struct AppSubject {
    id: Id<Self>,
}
