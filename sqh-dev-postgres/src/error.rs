//! What can go wrong on the way to a server.

use std::error::Error as StdError;
use std::fmt;

/// Why there is no server, or why it did not do what was asked.
///
/// The message says what was tried, in order, and what to do; [`Error::kind`] is for programs.
///
/// ```
/// use sqh_dev_postgres::{Config, ErrorKind, Server};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let config = Config::new().database_url("postgres://app:secret@127.0.0.1:1/app");
/// let error = Server::start_with(config).await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Unreachable);
/// assert!(!error.to_string().contains("secret"));
/// # }
/// ```
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The sort of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting such as `DATABASE_URL` or `SQH_PG_BIN` does not say what it must.
    InvalidConfig,
    /// The server of `DATABASE_URL` did not let us in.
    Unreachable,
    /// There is a server, or there are binaries, but older than [`MINIMUM_MAJOR`](crate::MINIMUM_MAJOR).
    TooOld,
    /// There is no PostgreSQL on this machine.
    NotFound,
    /// PostgreSQL is there, and a temporary cluster did not start.
    Start,
    /// The server refused a statement.
    Database,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(crate) fn with(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// For a file or a process that did not do what a start needs.
    pub(crate) fn start(doing: impl fmt::Display, error: std::io::Error) -> Self {
        Self::new(ErrorKind::Start, format!("while {doing}")).with(error)
    }

    /// The sort of the error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // The message holds the source's own words already: a reporter that walks the chain
        // continues below it.
        self.source.as_deref().and_then(|source| source.source())
    }
}
