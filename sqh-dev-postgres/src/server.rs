//! The server, wherever it comes from.

use std::path::PathBuf;

use sqlx::{Connection as _, PgConnection};
use tokio::sync::OnceCell;
use url::Url;

use crate::cluster::Cluster;
use crate::database::TestDatabase;
use crate::database_url;
use crate::error::{Error, ErrorKind};
use crate::version::Version;
use crate::{Config, MINIMUM_MAJOR};

/// A PostgreSQL server to develop and test with.
///
/// One that was started here stops when the value is dropped, and when the process ends,
/// however it ends.
///
/// ```
/// use sqh_dev_postgres::Server;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), sqh_dev_postgres::Error> {
/// let server = Server::start().await?;
/// println!("using {}", server.describe());
/// assert!(server.version() >= 150_000);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    url: Url,
    version: Version,
    source: Source,
    /// Held for its end.
    cluster: Option<Cluster>,
}

/// Where a [`Server`] comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The server of `DATABASE_URL`, which is left as it is.
    DatabaseUrl,
    /// A temporary cluster of the binaries in this folder.
    Binaries(PathBuf),
    /// A temporary cluster of the binaries that the feature `oliphaunt` brings.
    Oliphaunt,
}

/// One server for all tests of the process, started by whoever asks first.
///
/// It reads [`Config::from_env`], and it ends with the process.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), sqh_dev_postgres::Error> {
/// let database = sqh_dev_postgres::shared().await.test_database("reports").await?;
/// # Ok(())
/// # }
/// ```
///
/// # Panics
/// Where there is no server, with what [`try_shared`] returns as an error.
pub async fn shared() -> &'static Server {
    match try_shared().await {
        Ok(server) => server,
        Err(error) => panic!("{error}"),
    }
}

/// Does what [`shared`] does, for tests that can do without a server.
///
/// # Errors
/// As [`Server::start`]. The next call tries again.
pub async fn try_shared() -> Result<&'static Server, Error> {
    static SHARED: OnceCell<Server> = OnceCell::const_new();
    SHARED.get_or_try_init(Server::start).await
}

impl Server {
    /// Connects to the server of `DATABASE_URL`, or starts a temporary one: see
    /// [`Config::from_env`].
    ///
    /// # Errors
    /// Says what was tried, in order, and what to do: see [`ErrorKind`].
    pub async fn start() -> Result<Self, Error> {
        Self::start_with(Config::from_env()).await
    }

    /// Does what [`Server::start`] does, with a configuration of one's own.
    ///
    /// ```
    /// use sqh_dev_postgres::{Config, Server};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), sqh_dev_postgres::Error> {
    /// let config = Config::from_env().setting("track_commit_timestamp", "on");
    /// let server = Server::start_with(config).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn start_with(config: Config) -> Result<Self, Error> {
        let server = match &config.database_url {
            Some(url) => Self::connect(url).await?,
            None => Self::start_cluster(config).await?,
        };
        if server.version.major() < MINIMUM_MAJOR {
            let message = format!(
                "{} is older than {MINIMUM_MAJOR}; set DATABASE_URL to a newer server, or leave it \
                 unset to run a temporary cluster",
                server.describe()
            );
            return Err(Error::new(ErrorKind::TooOld, message));
        }
        Ok(server)
    }

    /// A streaming standby of a temporary cluster, which is behind by what it has not received yet.
    /// `None` where there is no `pg_basebackup`, or the server is no temporary cluster.
    ///
    /// # Errors
    /// Says why it does not start.
    pub async fn start_standby(&self, config: Config) -> Result<Option<Self>, Error> {
        let Some(primary) = self.cluster.as_ref().filter(|cluster| cluster.binaries().has("pg_basebackup")) else {
            return Ok(None);
        };
        let (binaries, port) = (primary.binaries().clone(), primary.port());
        let started = tokio::task::spawn_blocking(move || Cluster::standby(&config, binaries, port));
        match started.await {
            Ok(started) => started.map(|cluster| Some(Self::of_cluster(cluster))),
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }

    /// The URL of one of the server's databases, for any PostgreSQL client.
    pub fn url(&self, database: &str) -> String {
        database_url::of_database(&self.url, database).into()
    }

    /// The URL for creating databases and roles: that of `DATABASE_URL` as it is, or the
    /// database `postgres` of a temporary cluster, as a superuser.
    pub fn admin_url(&self) -> String {
        self.url.clone().into()
    }

    /// The version as PostgreSQL's `server_version_num` has it: 150018 is 15.18.
    pub fn version(&self) -> u32 {
        self.version.0
    }

    /// Where the server comes from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The server in a line for people, without passwords, such as `PostgreSQL 15.18, temporary
    /// cluster from /usr/lib/postgresql/15/bin`.
    pub fn describe(&self) -> String {
        let version = self.version;
        match &self.source {
            Source::DatabaseUrl => {
                format!("PostgreSQL {version}, DATABASE_URL {}", database_url::without_password(&self.url))
            }
            Source::Binaries(folder) => {
                format!("PostgreSQL {version}, temporary cluster from {}", folder.display())
            }
            Source::Oliphaunt => format!("PostgreSQL {version}, temporary cluster from the crate oliphaunt"),
        }
    }

    /// Those of the extensions that cannot be created on this server, in the order given.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub async fn missing_extensions<'a>(&self, names: &[&'a str]) -> Result<Vec<&'a str>, Error> {
        let available: Vec<String> = async {
            let mut connection = PgConnection::connect(self.url.as_str()).await?;
            let query = sqlx::query_scalar("SELECT name::text FROM pg_available_extensions");
            query.fetch_all(&mut connection).await
        }
        .await
        .map_err(|error| {
            let message = "while asking for the available extensions";
            Error::new(ErrorKind::Database, message).with(error)
        })?;
        let missing = |name: &&str| !available.iter().any(|available| available == name);
        Ok(names.iter().copied().filter(missing).collect())
    }

    /// A new, empty database, whose name begins with `prefix`.
    ///
    /// # Errors
    /// Where the server does not create it.
    pub async fn test_database(&self, prefix: &str) -> Result<TestDatabase, Error> {
        TestDatabase::create(self, prefix, None).await
    }

    /// A new database, whose name begins with `prefix`, as a copy of the database `template`.
    ///
    /// # Errors
    /// Where the server does not create it; PostgreSQL does not copy a database to which
    /// somebody is connected.
    pub async fn test_database_from(&self, template: &str, prefix: &str) -> Result<TestDatabase, Error> {
        TestDatabase::create(self, prefix, Some(template)).await
    }

    async fn connect(text: &str) -> Result<Self, Error> {
        let url = database_url::parse(text)?;
        let version = server_version(&url).await.map_err(|error| {
            let message = format!(
                "DATABASE_URL is set, and {} does not answer; start that server, correct the URL \
                 or leave DATABASE_URL unset to run a temporary cluster",
                database_url::without_password(&url)
            );
            Error::new(ErrorKind::Unreachable, message).with(error)
        })?;
        Ok(Self { url, version, source: Source::DatabaseUrl, cluster: None })
    }

    async fn start_cluster(config: Config) -> Result<Self, Error> {
        let cluster = match tokio::task::spawn_blocking(move || Cluster::start(&config)).await {
            Ok(started) => started?,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        };
        Ok(Self::of_cluster(cluster))
    }

    fn of_cluster(cluster: Cluster) -> Self {
        let url = format!("postgres://postgres@127.0.0.1:{}/postgres", cluster.port());
        let binaries = cluster.binaries();
        Self {
            url: Url::parse(&url).expect("a URL with a number in it"),
            version: binaries.version,
            source: match binaries.built_in {
                true => Source::Oliphaunt,
                false => Source::Binaries(binaries.folder.clone()),
            },
            cluster: Some(cluster),
        }
    }
}

async fn server_version(url: &Url) -> Result<Version, sqlx::Error> {
    let mut connection = PgConnection::connect(url.as_str()).await?;
    let query = sqlx::query_scalar("SELECT current_setting('server_version_num')::int4");
    let number: i32 = query.fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(Version(number.unsigned_abs()))
}
