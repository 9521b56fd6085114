//! [`TerminusDbServer`]: a TerminusDB server, and how to log in to it.

use std::fmt;
use std::time::Duration;

use reqwest::Url;
use sqh_model::{Error, Result};

use crate::tenancy::PasswordReference;

/// The organization of a new server, which is also its administrator's.
const ORGANIZATION: &str = "admin";

/// A TerminusDB server and who logs in to it. The password is shown nowhere.
#[derive(Clone)]
pub struct TerminusDbServer {
    /// Without user and password.
    pub(super) url: Url,
    pub(super) organization: String,
    pub(super) login: Login,
    pub(super) timeout: Duration,
    pub(super) max_answer_bytes: usize,
}

#[derive(Clone)]
pub(super) enum Login {
    Password { user: String, password: Secret },
    Token(Secret),
}

/// What proves who logs in, or where that is.
#[derive(Clone)]
pub(super) enum Secret {
    Value(String),
    Reference(PasswordReference),
}

impl Secret {
    pub(super) fn resolve(&self) -> Result<String> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Reference(reference) => reference.resolve(),
        }
    }
}

impl TerminusDbServer {
    /// A server from a URL such as `http://user:password@host:6363`. The user is `admin` where the URL
    /// names none.
    ///
    /// # Errors
    /// `Invalid` for a text that is no such URL. The text is not shown.
    pub fn new(url: &str) -> Result<Self> {
        let wrong =
            || Error::invalid("the URL of the TerminusDB server is to be like `http://user:password@host:6363`");
        let mut url = Url::parse(url).map_err(|_| wrong())?;
        let is_known = matches!(url.scheme(), "http" | "https");
        if !is_known || url.host_str().is_none() || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong());
        }
        let user = if url.username().is_empty() { ORGANIZATION } else { url.username() };
        let user = decoded(user).ok_or_else(wrong)?;
        let password = Secret::Value(decoded(url.password().unwrap_or_default()).ok_or_else(wrong)?);
        url.set_username("").and_then(|()| url.set_password(None)).map_err(|()| wrong())?;
        Ok(Self {
            url,
            organization: ORGANIZATION.to_owned(),
            login: Login::Password { user, password },
            timeout: Duration::from_secs(60),
            max_answer_bytes: 256 << 20,
        })
    }

    /// The same with a user of its own, whose password is somewhere else.
    #[must_use]
    pub fn login(self, user: &str, password: PasswordReference) -> Self {
        let login = Login::Password { user: user.to_owned(), password: Secret::Reference(password) };
        Self { login, ..self }
    }

    /// The same with a bearer token, which is somewhere else.
    #[must_use]
    pub fn token(self, token: PasswordReference) -> Self {
        Self { login: Login::Token(Secret::Reference(token)), ..self }
    }

    /// The same with the databases of another organization than `admin`.
    #[must_use]
    pub fn organization(self, name: &str) -> Self {
        Self { organization: name.to_owned(), ..self }
    }

    /// The same with another time for an answer than a minute: up to its first byte, and between two
    /// parts of it.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The same with another bound for what is read of an answer that is not streamed than 256 MiB.
    #[must_use]
    pub fn max_answer_bytes(self, bytes: usize) -> Self {
        Self { max_answer_bytes: bytes, ..self }
    }
}

fn decoded(part: &str) -> Option<String> {
    percent_encoding::percent_decode_str(part).decode_utf8().ok().map(Into::into)
}

impl fmt::Display for TerminusDbServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the TerminusDB server at {}", self.url.host_str().unwrap_or_default())?;
        match self.url.port() {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for TerminusDbServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TerminusDbServer")
            .field("url", &self.url.as_str())
            .field("organization", &self.organization)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_url_is_not_shown() {
        for text in ["", "hush", "admin:hush@host", "ftp://admin:hush@host", "http://", "http://host/?password=hush"] {
            let error = TerminusDbServer::new(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hush"), "{error}");
        }
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        let server = TerminusDbServer::new("http://ann:h%75sh@host:6363/db/").unwrap();
        assert!(!format!("{server} {server:?}").contains("hush"));
        let Login::Password { user, password } = &server.login else { panic!("it logs in by a password") };
        assert_eq!((user.as_str(), password.resolve().unwrap().as_str()), ("ann", "hush"));
        assert_eq!(server.url.as_str(), "http://host:6363/db/");
    }
}
