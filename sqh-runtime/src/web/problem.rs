//! [`Problem`] and [`Rejection`]: what goes wrong, as responses of RFC 9457
//! (`application/problem+json`).

use std::fmt;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sqh_model::{Error, ErrorKind};

/// An error as a response: `async fn handler(…) -> Result<…, Problem>`, and `?` in it.
///
/// | Kind | Status |
/// |---|---|
/// | `NotFound` | 404 |
/// | `Conflict` | 409 |
/// | `Invalid` | 400 |
/// | `Denied` | 403 |
/// | `Unsupported` | 501 |
/// | `Overloaded`, `Unavailable` | 503, with `Retry-After` |
/// | `Internal` | 500 |
///
/// The body has the message, the model and the field; of 500 and 503 it has none of them, since they
/// speak of servers.
#[derive(Debug)]
pub struct Problem(pub Error);

/// Why a request has no scope.
#[derive(Debug)]
#[non_exhaustive]
pub enum Rejection {
    /// It has no credentials: 401.
    NoCredentials {
        /// What the response asks for in `WWW-Authenticate`.
        challenge: HeaderValue,
    },
    /// Its credentials are nobody's: 401.
    UnknownCredentials {
        /// What the response asks for in `WWW-Authenticate`.
        challenge: HeaderValue,
        /// What the authenticator said, which the response does not repeat.
        error: Error,
    },
    /// It names no tenant: 400.
    NoTenant,
    /// There is no such tenant that the principal may enter: 404. It is suspended: 403. It, or who
    /// authenticates, cannot be reached: 503.
    Refused(Error),
}

impl Problem {
    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        match self.0.kind() {
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Conflict => StatusCode::CONFLICT,
            ErrorKind::Invalid => StatusCode::BAD_REQUEST,
            ErrorKind::Denied => StatusCode::FORBIDDEN,
            ErrorKind::Unsupported => StatusCode::NOT_IMPLEMENTED,
            ErrorKind::Overloaded | ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl Rejection {
    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoCredentials { .. } | Self::UnknownCredentials { .. } => StatusCode::UNAUTHORIZED,
            Self::NoTenant => StatusCode::BAD_REQUEST,
            Self::Refused(error) => status_of_refusal(error),
        }
    }
}

fn status_of_refusal(error: &Error) -> StatusCode {
    match error.kind() {
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        // A slug that breaks the grammar is that of no tenant.
        ErrorKind::Invalid => StatusCode::NOT_FOUND,
        ErrorKind::Denied => StatusCode::FORBIDDEN,
        ErrorKind::Overloaded | ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, error) = (self.status(), &self.0);
        if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED {
            tracing::error!(error.type = crate::observe::error_type(error), "a request has failed");
            return response(status, None, None, None);
        }
        response(status, Some(error.message()), error.model(), error.field())
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let status = self.status();
        let said = match &self {
            Self::NoCredentials { .. } => Some("the request has no credentials"),
            Self::UnknownCredentials { .. } => Some("the credentials are not known"),
            Self::NoTenant => Some("the request names no tenant"),
            // The same of one that there is not, and of one that the principal may not enter.
            Self::Refused(_) if status == StatusCode::NOT_FOUND => Some("there is no such tenant"),
            Self::Refused(_) if status == StatusCode::FORBIDDEN => Some("the tenant cannot be used now"),
            Self::Refused(_) => None,
        };
        let mut response = response(status, said, None, None);
        if let Self::NoCredentials { challenge } | Self::UnknownCredentials { challenge, .. } = self {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

fn response(status: StatusCode, detail: Option<&str>, model: Option<&str>, field: Option<&str>) -> Response {
    let mut body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
    });
    for (member, text) in [("detail", detail), ("model", model), ("field", field)] {
        if let Some(text) = text {
            body[member] = text.into();
        }
    }
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCredentials { .. } => f.write_str("the request has no credentials"),
            Self::UnknownCredentials { error, .. } | Self::Refused(error) => fmt::Display::fmt(error, f),
            Self::NoTenant => f.write_str("the request names no tenant"),
        }
    }
}

impl std::error::Error for Rejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::UnknownCredentials { error, .. } | Self::Refused(error) => Some(error),
            _ => None,
        }
    }
}
