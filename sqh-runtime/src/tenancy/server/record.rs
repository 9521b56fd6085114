//! [`NewServer`] and [`ServerRecord`]: a server as the catalog knows it, without its password.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqh_model::{Error, Result};
use url::Url;

use super::{PasswordReference, Server};
use crate::tenancy::{DEFAULT_SERVER, Slug};

/// The variable in which the command line finds the URLs of the first server's replicas, with spaces
/// between.
pub(crate) const REPLICA_URLS: &str = "SQH_REPLICA_URLS";

/// The variable in which the command line finds the URL of the first server itself, where its URL leads to a
/// pooler.
#[cfg(feature = "cli")]
pub(crate) const DIRECT_URL: &str = "SQH_DIRECT_URL";

/// A server that is to be added to the catalog.
///
/// ```
/// use sqh_runtime::tenancy::NewServer;
///
/// let east = NewServer::new("east", "postgres://admin@east.example")?
///     .password("env:SQH_EAST_PASSWORD")?
///     .replica("postgres://east-copy.example")?;
/// assert!(NewServer::new("west", "postgres://admin:hush@west.example").is_err());
/// # Ok::<(), sqh_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewServer {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) password: Option<PasswordReference>,
    pub(crate) replicas: Vec<String>,
    pub(crate) direct_url: Option<String>,
}

/// A server as the catalog knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerRecord {
    /// The name.
    pub name: String,
    /// Where records are written. `None` for the server that the platform starts with.
    pub url: Option<String>,
    /// Where the owner's password is.
    pub password: Option<PasswordReference>,
    /// Where reads may go.
    pub replicas: Vec<String>,
    /// The server itself, if the URL leads to a pooler in front of it.
    pub direct_url: Option<String>,
    /// Whether tenants are placed there.
    pub status: ServerStatus,
    /// How many tenants it has.
    pub tenants: u64,
    /// When it was added, which tells it from an earlier server of this name.
    pub added_at: DateTime<Utc>,
}

/// Whether tenants are placed on a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerStatus {
    /// They are.
    Active,
    /// New ones are not: those that are there stay until they are moved.
    Draining,
}

impl ServerStatus {
    /// The name in the catalog.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Draining => "draining",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Draining].into_iter().find(|status| status.name() == name)
    }
}

impl NewServer {
    /// A server with a name of the grammar of [`Slug`], and the URL of its owner, without a password.
    ///
    /// # Errors
    /// `Invalid` for a name or a URL that is none, or a URL with a password. No URL is shown.
    pub fn new(name: &str, url: &str) -> Result<Self> {
        if name == DEFAULT_SERVER {
            return Err(Error::invalid(format!(
                "the server `{DEFAULT_SERVER}` is the one that the platform starts with, and not added: its URL is the \
                 platform's own (`DATABASE_URL`, `PlatformBuilder::postgres`), its replicas \
                 are the builder's (`PlatformBuilder::replica`), and the command line's by {REPLICA_URLS}, one after \
                 the other with spaces between"
            )));
        }
        let name = Slug::new(name).map_err(|error| error.context("while naming a server"))?;
        check_url(name.as_str(), url)?;
        let (name, url) = (name.as_str().to_owned(), url.to_owned());
        Ok(Self { name, url, password: None, replicas: Vec::new(), direct_url: None })
    }

    /// The same with a password that is in a variable: `env:NAME`.
    ///
    /// # Errors
    /// `Invalid` for anything else, which is not shown.
    pub fn password(self, reference: &str) -> Result<Self> {
        Ok(Self { password: Some(PasswordReference::new(reference)?), ..self })
    }

    /// The same with a copy that reads may go to.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn replica(mut self, url: &str) -> Result<Self> {
        check_url(&self.name, url)?;
        self.replicas.push(url.to_owned());
        Ok(self)
    }

    /// The same behind a pooler that lends a connection for a transaction: the URL leads to the pooler,
    /// and this one to the server itself.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn pooled(self, direct_url: &str) -> Result<Self> {
        check_url(&self.name, direct_url)?;
        Ok(Self { direct_url: Some(direct_url.to_owned()), ..self })
    }

    /// What the catalog is to have of it.
    pub(crate) fn record(&self) -> ServerRecord {
        let Self { name, url, password, replicas, direct_url } = self.clone();
        let (url, status, tenants, added_at) = (Some(url), ServerStatus::Active, 0, Utc::now());
        ServerRecord { name, url, password, replicas, direct_url, status, tenants, added_at }
    }

    /// How to log in.
    pub(crate) fn server(&self) -> Result<Server> {
        Ok(Server { record: None, ..self.record().server()?.expect("a new server has a URL") })
    }
}

impl ServerRecord {
    /// Whether one logs in to both in the same way.
    pub(crate) fn is_same_place(&self, other: &Self) -> bool {
        let place = |record: &Self| {
            let Self { name, url, password, replicas, direct_url, .. } = record.clone();
            (name, url, password, replicas, direct_url)
        };
        place(self) == place(other)
    }

    /// Whether what is known of the one holds for the other: it is the same server, where it was.
    pub(crate) fn is_same_server(&self, other: &Self) -> bool {
        self.added_at == other.added_at && self.is_same_place(other)
    }

    /// How to log in. `None` for the server that the platform starts with.
    pub(crate) fn server(&self) -> Result<Option<Server>> {
        let Some(url) = &self.url else { return Ok(None) };
        let mut server = Server { record: Some(Arc::new(self.clone())), ..Server::named(&self.name, url)? };
        if let Some(reference) = &self.password {
            server = server.password(reference.clone());
        }
        if let Some(direct_url) = &self.direct_url {
            server = server.pooled(direct_url)?;
        }
        self.replicas.iter().try_fold(server, |server, url| server.replica(url)).map(Some)
    }
}

fn check_url(name: &str, text: &str) -> Result<()> {
    Server::named(name, text)?;
    let has_password = |url: &Url| url.password().is_some() || url.query_pairs().any(|(key, _)| key == "password");
    if Url::parse(text).is_ok_and(|url| !has_password(&url)) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "a URL of the server `{name}` holds a password, which the catalog does not store: leave it out, and name the \
         variable that holds it, `env:NAME`"
    )))
}

#[cfg(test)]
mod tests {
    use sqh_model::ErrorKind;

    use super::*;

    #[test]
    fn passwords_are_refused_and_not_shown() {
        let good = || NewServer::new("east", "postgres://admin@db").unwrap();
        let errors = [
            NewServer::new("east", "postgres://admin:hush@db").unwrap_err(),
            NewServer::new("east", "postgres://admin@db?password=hush").unwrap_err(),
            NewServer::new("east", "postgres://admin@db?pass%77ord=hush").unwrap_err(),
            NewServer::new("east", "hush").unwrap_err(),
            good().replica("postgres://:hush@db").unwrap_err(),
            good().pooled("postgres://admin:hush@db").unwrap_err(),
            good().password("hush").unwrap_err(),
            NewServer::new("default", "postgres://admin@db").unwrap_err(),
            NewServer::new("East", "postgres://admin@db").unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
        }
    }
}
