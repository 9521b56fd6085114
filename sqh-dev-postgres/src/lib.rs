//! A PostgreSQL server for examples and tests, without set-up.
//!
//! [`Server::start`] takes the first of these that is there:
//!
//! 1. the server of `DATABASE_URL`; an error there is reported, never skipped;
//! 2. PostgreSQL binaries of version 15 or newer, found by `SQH_PG_BIN`, `PATH`,
//!    `pg_config --bindir` and the folders where packages put them, as a temporary
//!    cluster that goes with the [`Server`];
//! 3. PostgreSQL 18 with PostGIS from crates.io, in a build with the feature `oliphaunt`, in the
//!    same way; it needs Linux with glibc 2.38 or newer, or macOS on Apple silicon;
//! 4. otherwise an error that names the command to install PostgreSQL.
//!
//! [`Server::describe`] says which one it was. [`Server::test_database`] makes a database of
//! its own for a test, and [`shared`] is one server for all tests of a process.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), sqh_dev_postgres::Error> {
//! let server = sqh_dev_postgres::shared().await;
//! println!("{}", server.describe());
//! for extension in server.missing_extensions(&["postgis", "pg_trgm"]).await? {
//!     println!("without {extension}");
//! }
//!
//! let database = server.test_database("reports").await?;
//! assert!(database.url().ends_with(database.name()));
//! # Ok(())
//! # }
//! ```
//!
//! The files of a temporary cluster go below `TMPDIR`, where a file system in memory makes tests
//! several times as fast, and the template that it starts from below `XDG_CACHE_HOME`.
//!
//! A temporary cluster listens on 127.0.0.1 without a password and loses data in a crash of
//! the machine: it is for development, on a machine whose other users are trusted. It needs a
//! Unix; elsewhere, set `DATABASE_URL`.

mod binaries;
mod cluster;
mod config;
mod database;
mod database_url;
mod embedded;
mod error;
mod folder;
mod kept;
mod privilege;
mod server;
mod stop;
mod template;
mod version;
mod watchdog;

pub use config::Config;
pub use database::TestDatabase;
pub use error::{Error, ErrorKind};
pub use server::{Server, Source, shared, try_shared};

/// The oldest server that the platform supports: a foreign key's `ON DELETE SET NULL (column)`
/// came with PostgreSQL 15.
pub const MINIMUM_MAJOR: u32 = 15;
