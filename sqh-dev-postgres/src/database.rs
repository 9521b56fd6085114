//! A database of its own for a test.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::Server;
use crate::error::{Error, ErrorKind};

/// A database that is dropped with the value, connections to it included.
///
/// A process that is killed leaves its databases on the server of `DATABASE_URL`; a temporary
/// cluster goes with it.
///
/// Made by [`Server::test_database`] and [`Server::test_database_from`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use sqlx::Connection as _;
///
/// let server = sqh_dev_postgres::shared().await;
/// let database = server.test_database("orders").await?;
/// let mut connection = sqlx::PgConnection::connect(database.url()).await?;
/// sqlx::query("CREATE TABLE orders (id bigint)").execute(&mut connection).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    url: String,
    admin_url: String,
}

impl TestDatabase {
    /// The URL to connect to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The database's name: the prefix, eight digits of this process and a number.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `template0` is what nobody can be connected to, and what a user's server has not added
    /// to; the encoding is stated because a server made under `LANG=C` has another default.
    pub(crate) async fn create(server: &Server, prefix: &str, template: Option<&str>) -> Result<Self, Error> {
        let name = unique_name(prefix);
        let admin_url = server.admin_url();
        let template = match template {
            Some(template) => quote(template),
            None => String::from("template0 ENCODING 'UTF8'"),
        };
        let statement = format!("CREATE DATABASE {} TEMPLATE {template}", quote(&name));
        run(&admin_url, &statement).await.map_err(|error| {
            let message = format!("while creating the test database {name}");
            Error::new(ErrorKind::Database, message).with(error)
        })?;
        let url = server.url(&name);
        Ok(Self { name, url, admin_url })
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote(&self.name));
        let url = std::mem::take(&mut self.admin_url);
        // A thread, because the one that drops may be in the middle of a runtime.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(sqlx::Error::Io)?;
            runtime.block_on(run(&url, &statement))
        });
        let trouble = match dropped.join() {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_) => String::from("the thread panicked"),
        };
        tracing::warn!(database = self.name, trouble, "a test database was not dropped");
    }
}

pub(crate) async fn run(url: &str, statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    // Safe: names are quoted, and the rest is ours.
    connection.execute(sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))).await?;
    connection.close().await
}

pub(crate) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Unique on the server, to which other processes and other machines may be connected. At most
/// 52 of PostgreSQL's 63 bytes, so that users can append.
fn unique_name(prefix: &str) -> String {
    static PROCESS: OnceLock<u32> = OnceLock::new();
    static NEXT: AtomicU32 = AtomicU32::new(0);

    let process = PROCESS.get_or_init(|| RandomState::new().hash_one(std::process::id()) as u32);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }
    };
    let prefix: String = prefix.chars().map(plain).take(32).collect();
    format!("{prefix}_{process:08x}_{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_plain_and_unique() {
        let name = unique_name(&"Überlang-er Name ".repeat(9));
        assert!(name.len() <= 52, "{name}");
        assert!(name.starts_with("_berlang_er_name__berlang_er_nam_"), "{name}");
        assert_ne!(unique_name("a"), unique_name("a"));
    }

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(quote(r#"a"b"#), r#""a""b""#);
    }
}
