//! The one error of the house: what the caller should do, where it happened, and what lies beneath.

use std::fmt;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a caller can do about an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no such record, model, tenant or field. Denied reads look like this too.
    NotFound,
    /// The stored state is another than the caller assumed: a duplicate key, a stale version.
    Conflict,
    /// The input is wrong; sending it again will not help.
    Invalid,
    /// The principal may not do this.
    Denied,
    /// The backend, the server or this version cannot do this; the message names the way out.
    Unsupported,
    /// There are more callers than capacity; try again later.
    Overloaded,
    /// A server is down or unreachable; try again later.
    Unavailable,
    /// A fault of this library or of its set-up.
    Internal,
}

/// An error that says what to do ([`Error::kind`]) and names the model and the field it is about.
///
/// Messages are lower case and never hold another tenant's data. The driver's own error, where
/// there is one, is in [`std::error::Error::source`] and in no signature.
///
/// ```
/// use sqh_model::{Error, ErrorKind};
///
/// let error = Error::invalid("2.5 is not a whole number").in_field("count").in_model("AppVisit");
/// assert_eq!(error.kind(), ErrorKind::Invalid);
/// assert_eq!(error.to_string(), "2.5 is not a whole number (model `AppVisit`, field `count`)");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    model: Option<String>,
    field: Option<String>,
    context: Vec<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    is_stale_route: bool,
}

impl Error {
    /// An error of a kind, with a message in lower case.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            model: None,
            field: None,
            context: Vec::new(),
            source: None,
            is_stale_route: false,
        }))
    }

    /// Shorthand for [`ErrorKind::Invalid`].
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// Shorthand for [`ErrorKind::Unsupported`].
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// Shorthand for [`ErrorKind::Internal`].
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Shorthand for [`ErrorKind::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// Shorthand for [`ErrorKind::Conflict`].
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, message)
    }

    /// An [`ErrorKind::Unavailable`] because the tenant's records are in another place by now: see
    /// [`is_stale_route`](Error::is_stale_route).
    pub fn stale_route(message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::Unavailable, message);
        error.0.is_stale_route = true;
        error
    }

    /// Names the model, unless a closer place has named one.
    #[must_use]
    pub fn in_model(mut self, model: &str) -> Self {
        self.0.model.get_or_insert_with(|| model.to_owned());
        self
    }

    /// Names the field. A field named already becomes the inner part of the path: `address.city`.
    #[must_use]
    pub fn in_field(mut self, field: &str) -> Self {
        self.0.field = Some(match self.0.field.take() {
            Some(inner) => format!("{field}.{inner}"),
            None => field.to_owned(),
        });
        self
    }

    /// Says what was being done, such as `while creating a record`.
    #[must_use]
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.0.context.push(context.into());
        self
    }

    /// Keeps the error beneath as [`std::error::Error::source`].
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the same call may succeed later without a change.
    pub fn is_retryable(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Overloaded | ErrorKind::Unavailable)
    }

    /// Whether a write was refused because the tenant's records have moved since its route was found.
    /// Nothing was written, and a new scope, or a new transaction, leads to the new place.
    pub fn is_stale_route(&self) -> bool {
        self.0.is_stale_route
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The model it is about.
    pub fn model(&self) -> Option<&str> {
        self.0.model.as_deref()
    }

    /// The field it is about, dotted where values are nested.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for context in self.0.context.iter().rev() {
            write!(f, "{context}: ")?;
        }
        f.write_str(&self.0.message)?;
        match (&self.0.model, &self.0.field) {
            (Some(model), Some(field)) => write!(f, " (model `{model}`, field `{field}`)"),
            (Some(model), None) => write!(f, " (model `{model}`)"),
            (None, Some(field)) => write!(f, " (field `{field}`)"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind);
        out.field("message", &self.to_string());
        if let Some(source) = &self.0.source {
            out.field("source", source);
        }
        out.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
