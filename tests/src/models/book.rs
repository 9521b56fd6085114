//! An ordinary record: managed fields, search, unique constraints, limits.

use sqh_runtime::prelude::*;

/// A book.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "library")]
#[storage(postgres)]
#[index(columns = ["title", "shelf"], unique)]
pub struct Book {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// Its number, which no other book has.
    #[field(unique)]
    pub isbn: Option<String>,
    /// Its title.
    #[field(search = "A", max_len = 40)]
    pub title: String,
    /// What it is about.
    #[field(search)]
    pub blurb: Option<String>,
    /// Where it stands.
    pub shelf: Option<String>,
    /// How many pages it has.
    #[field(default = 1)]
    pub pages: i32,
    /// How readers rate it.
    #[field(rename = "rating")]
    pub stars: Option<f64>,
    /// What kind of book.
    pub genre: Option<Genre>,
    /// Counts updates.
    #[field(version)]
    pub version: i64,
    /// Set when it is created.
    #[field(created_at)]
    pub created_at: DateTime<Utc>,
    /// Set when it is written.
    #[field(updated_at)]
    pub updated_at: DateTime<Utc>,
}

impl Book {
    /// A book with nothing but a key and a title.
    pub fn new(id: i64, title: &str) -> Self {
        Self {
            id,
            isbn: None,
            title: title.to_owned(),
            blurb: None,
            shelf: None,
            pages: 1,
            stars: None,
            genre: None,
            version: 0,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }
}

/// What kind of book: the order of a native enum is that of its declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PlatformEnum)]
#[platform_enum(native, rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Genre {
    Poetry,
    Novel,
    Atlas,
}

/// A place of books: a composite key.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "library")]
#[storage(postgres)]
pub struct BookShelf {
    /// The room.
    #[field(primary_key)]
    pub room: String,
    /// The number in the room.
    #[field(primary_key, rename = "no")]
    pub number: i32,
    /// How many books it holds.
    pub capacity: Option<i32>,
}
