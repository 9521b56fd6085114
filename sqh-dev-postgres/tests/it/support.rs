//! What the tests share.

use std::fs;
use std::path::{Path, PathBuf};

use sqh_dev_postgres::{Config, Server};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// A folder for one test, removed with the value. The user who runs PostgreSQL can pass it.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sqh-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn at(path: impl Into<PathBuf>) -> std::mem::ManuallyDrop<Self> {
        std::mem::ManuallyDrop::new(Self(path.into()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The configuration of the environment, but with all files here and no `DATABASE_URL`.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new()
            .temp_dir(self.0.join("t"))
            .cache_dir(self.0.join("c"))
            .search_path(std::env::var_os("PATH").unwrap_or_default());
        if let Some(bin) = std::env::var_os("SQH_PG_BIN") {
            config = config.bin_dir(PathBuf::from(bin));
        }
        config
    }

    /// The folders of running servers, or of ones that were not cleaned up.
    pub(crate) fn run_folders(&self) -> Vec<PathBuf> {
        self.folders("t").into_iter().filter(|path| path.is_dir()).collect()
    }

    /// What `initdb` has made, or is making.
    pub(crate) fn templates(&self) -> Vec<PathBuf> {
        let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        let inside = self.folders("c").into_iter().filter(|path| path.is_dir());
        inside.filter(|path| !name(path).starts_with("kept-oliphaunt")).collect()
    }

    fn folders(&self, name: &str) -> Vec<PathBuf> {
        let roots = fs::read_dir(self.0.join(name)).into_iter().flatten().flatten();
        let inside = roots.flat_map(|root| fs::read_dir(root.path()).into_iter().flatten());
        inside.flatten().map(|entry| entry.path()).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) async fn one(url: &str, query: &str) -> Result<i64, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query_scalar(AssertSqlSafe(query.to_owned())).fetch_one(&mut connection).await
}

pub(crate) async fn has_database(server: &Server, name: &str) -> bool {
    let query = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    one(&server.admin_url(), &query).await.unwrap() == 1
}

#[cfg(feature = "oliphaunt")]
pub(crate) async fn run(url: &str, statements: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await.unwrap();
}
