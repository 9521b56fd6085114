//! [`Server`]: a PostgreSQL server, and how to log in to it. Its password is shown nowhere.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr as _;
use std::sync::Arc;

use sqh_model::{Error, ErrorKind, Result};
use sqlx::postgres::{PgConnectOptions, PgDatabaseError, PgSeverity};

use super::{DEFAULT_SERVER, Endpoint};

/// The oldest PostgreSQL that works: `ON DELETE SET NULL (column)` came with it.
pub const MINIMUM_POSTGRES_MAJOR: u32 = 15;

/// What `pg_stat_activity` shows for every connection of the platform.
pub const APPLICATION_NAME: &str = "sqh";

/// The database that is always there.
const MAINTENANCE_DB_NAME: &str = "postgres";

/// A PostgreSQL server.
#[derive(Clone)]
pub struct Server {
    name: Arc<str>,
    options: PgConnectOptions,
    maintenance: Arc<str>,
}

/// Who the platform logs in as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Role {
    /// Creates databases, extensions and roles: the user of the server's URL.
    Owner,
    /// Owns schemas and tables.
    Migrator,
    /// Reads and writes the records of tenants.
    Application,
    /// Reads the shared reference database.
    SharedReader,
    /// Writes the shared reference database.
    SharedWriter,
}

/// The servers of a platform, by name.
#[derive(Debug, Clone)]
pub struct Servers(Arc<BTreeMap<Arc<str>, Server>>);

impl Server {
    /// The first server, from a URL such as `postgres://user:password@host:5432/database`. The
    /// database of the URL is the one for administration; `postgres` if there is none.
    ///
    /// # Errors
    /// `Invalid` for a text that is no such URL. The text is not shown.
    pub fn new(url: &str) -> Result<Self> {
        Self::named(DEFAULT_SERVER, url)
    }

    pub(crate) fn named(name: &str, url: &str) -> Result<Self> {
        let form = "postgres://user:password@host:port/database";
        // The parser's own error quotes parts of the URL, and nobody knows where in a wrong one
        // the password is.
        let invalid = || Error::invalid(format!("the URL of the server `{name}` is not of the form {form}"));
        if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
            return Err(invalid());
        }
        let options = PgConnectOptions::from_str(url).map_err(|_| invalid())?;
        let maintenance = Arc::from(options.get_database().unwrap_or(MAINTENANCE_DB_NAME));
        Ok(Self { name: Arc::from(name), options: options.application_name(APPLICATION_NAME), maintenance })
    }

    /// The name in the catalog.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The database for administration, such as creating others.
    pub(crate) fn maintenance_database(&self) -> &Arc<str> {
        &self.maintenance
    }

    /// Where one can log in.
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = Endpoint> {
        std::iter::once(Endpoint::Primary)
    }

    /// How to log in. Both roles are the user of the URL until roles are provisioned.
    pub(crate) fn connect_options(&self, database: &str, _role: Role, _endpoint: Endpoint) -> PgConnectOptions {
        self.options.clone().database(database)
    }

    /// Refuses a server that is too old; `version` is of the form 150018.
    pub(crate) fn check_version(&self, version: Option<u32>) -> Result<()> {
        let major = version.map(|version| version / 10_000);
        if major.is_some_and(|major| major >= MINIMUM_POSTGRES_MAJOR) {
            return Ok(());
        }
        let found = major.map_or_else(|| "of an unknown version".to_owned(), |major| format!("PostgreSQL {major}"));
        Err(Error::unsupported(format!(
            "{self} is {found}: PostgreSQL {MINIMUM_POSTGRES_MAJOR} is the minimum, upgrade the server"
        )))
    }

    /// What a failed connection attempt means to the caller.
    pub(crate) fn connect_error(&self, database: &str, error: sqlx::Error) -> Error {
        let user = self.options.get_username();
        let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default();
        let error_of = |kind, message| Error::new(kind, message);
        let typed = match code.as_ref() {
            "28P01" => error_of(
                ErrorKind::Internal,
                format!("{self} refused the password of `{user}`: correct it in the server's URL"),
            ),
            "28000" => error_of(
                ErrorKind::Internal,
                format!("{self} does not let `{user}` in: create the role, or allow it in pg_hba.conf"),
            ),
            // Not `NotFound`, which would say of a record that it is not there.
            "3D000" => error_of(
                ErrorKind::Unavailable,
                format!("there is no database `{database}` on {self}: it was dropped or moved, or is not made yet"),
            ),
            "53300" => error_of(
                ErrorKind::Overloaded,
                format!("{self} has no connection left: lower the budget of its clients, or raise max_connections"),
            ),
            "57P01" | "57P02" | "57P03" => {
                error_of(ErrorKind::Unavailable, format!("{self} is starting or stopping: try again later"))
            }
            "" if is_connection_lost(&error) => {
                error_of(ErrorKind::Unavailable, format!("{self} does not answer: start it, or correct its URL"))
            }
            "" => error_of(ErrorKind::Internal, format!("{self} cannot be talked to")),
            code => error_of(ErrorKind::Internal, format!("{self} refused `{user}` with SQLSTATE {code}")),
        };
        typed.with_source(error)
    }
}

/// Whether a login failed because there is no such database.
pub(crate) fn is_database_missing(error: &Error) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<sqlx::Error>());
    let code = source.and_then(|error| error.as_database_error()).and_then(|error| error.code());
    code.as_deref() == Some("3D000")
}

/// Whether an error says that the connection is gone, or never was.
pub(crate) fn is_connection_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed => true,
        // A fatal message is the server's last one on a connection.
        sqlx::Error::Database(error) => error.try_downcast_ref::<PgDatabaseError>().is_some_and(|error| {
            matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic) || error.code().starts_with("08")
        }),
        _ => false,
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = (self.options.get_host(), self.options.get_port());
        match self.options.get_socket() {
            Some(socket) => write!(f, "the server `{}` ({}, port {port})", self.name, socket.display()),
            None => write!(f, "the server `{}` ({host}, port {port})", self.name),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("name", &self.name).field("place", &self.to_string()).finish_non_exhaustive()
    }
}

impl Servers {
    /// A platform on one server.
    pub fn single(server: Server) -> Self {
        Self(Arc::new(BTreeMap::from([(Arc::clone(&server.name), server)])))
    }

    /// The server with this name.
    ///
    /// # Errors
    /// `NotFound`, which names the ones there are.
    pub fn find(&self, name: &str) -> Result<&Server> {
        self.0.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.0.keys().map(|name| &**name).collect();
            Error::not_found(format!("there is no server `{name}`: the servers are `{}`", known.join("`, `")))
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Server> {
        self.0.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_server_is_refused() {
        let server = Server::new("postgres://app:hush@db/app").unwrap();
        for good in [150_000, 150_018, 180_001] {
            server.check_version(Some(good)).unwrap();
        }
        for (version, found) in [(Some(140_011), "PostgreSQL 14"), (Some(90_600), "PostgreSQL 9"), (None, "unknown")] {
            let error = server.check_version(version).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.message().contains(found) && error.message().contains("15 is the minimum"), "{error}");
        }
    }

    #[test]
    fn a_text_that_is_no_url_is_not_shown() {
        for url in ["", "app:hush@db", "mysql://app:hush@db/app", "postgres://app:hush@db:port/app", "postgres://[hush"]
        {
            let error = Server::new(url).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            let shown = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
            assert!(!shown.contains("hush"), "{shown}");
            assert!(error.message().contains("postgres://user:password@host:port/database"), "{error}");
        }
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        let server = Server::new("postgres://app:hush@db:6543/app").unwrap();
        let shown = format!("{server} {server:?} {:?}", Servers::single(server.clone()));
        assert!(!shown.contains("hush"), "{shown}");
        assert_eq!(server.to_string(), "the server `default` (db, port 6543)");
        assert_eq!(&**server.maintenance_database(), "app");
    }
}
