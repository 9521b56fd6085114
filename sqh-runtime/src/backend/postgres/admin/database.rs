//! Databases of a server, seen from the one for administration.

use sqh_model::Result;
use sqh_model::render::ddl::quoted;
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::{of_admin, sqlstate};

/// Whether there is a database of this name.
pub(crate) async fn exists(connection: &mut PgConnection, name: &str) -> Result<bool> {
    let query = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)").bind(name);
    query.fetch_one(connection).await.map_err(of_admin)
}

/// Creates a database. One that somebody else creates at the same time is as good.
///
/// It is made of `template0`, which nobody has added to, and always in UTF-8. The rest of the locale
/// is the server's, but for a server that knows no letters beyond ASCII: there, texts would be
/// compared without regard to case in ASCII only. The order of text is each column's own.
pub(crate) async fn create(connection: &mut PgConnection, name: &str) -> Result<()> {
    let mut sql = format!("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", quoted(name));
    if let Some(locale) = unicode_locale(connection).await? {
        sql.push_str(&format!(" LC_CTYPE '{}'", locale.replace('\'', "''")));
    }
    match sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await {
        // Told by the check of names, or by the index on them, if the other is done in between.
        Err(error) if matches!(sqlstate(&error).as_deref(), Some("42P04" | "23505")) => Ok(()),
        done => done.map(drop).map_err(of_admin),
    }
}

/// The locale of Unicode's letters, if the server has it and its own knows none.
async fn unicode_locale(connection: &mut PgConnection) -> Result<Option<String>> {
    let query = "SELECT c.collctype::text FROM pg_database d, pg_collation c \
                 WHERE d.datname = 'template0' AND d.datctype IN ('C', 'POSIX') \
                 AND c.collname IN ('C.UTF-8', 'C.utf8') AND c.collprovider = 'c' ORDER BY c.collname LIMIT 1";
    sqlx::query_scalar(query).fetch_optional(connection).await.map_err(of_admin)
}
