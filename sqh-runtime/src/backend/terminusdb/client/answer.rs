//! [`Answer`]: what came back, and the error that may stand inside it.
//!
//! Once its headers are out, a server that fails writes `Status: 404`, headers and the error into the body
//! of its 200.

use reqwest::Response;
use serde_json::Value as Json;
use sqh_model::{Error, ErrorKind, Result};

use super::Failure;

const DATA_VERSION: &str = "terminusdb-data-version";

/// A whole answer.
pub(super) struct Answer {
    /// The version of the branch that was read, or that the write has made.
    pub(super) data_version: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    pub(super) async fn read(response: Response, max_bytes: usize) -> Result<Self> {
        let data_version = response.headers().get(DATA_VERSION).and_then(|version| version.to_str().ok());
        let data_version = data_version.map(str::to_owned);
        Ok(Self { data_version, body: read(response, max_bytes).await? })
    }

    /// The JSON of its body.
    ///
    /// # Errors
    /// The error that stands in it, or `Unavailable` if it broke off.
    pub(super) fn json(&self) -> Result<Json> {
        serde_json::from_slice(&self.body).map_err(|error| broken(&self.body, error))
    }

    /// The texts of its body, a list.
    pub(super) fn texts(&self) -> Result<Vec<String>> {
        serde_json::from_slice(&self.body).map_err(|error| broken(&self.body, error))
    }
}

/// Reads a body up to a bound.
///
/// # Errors
/// `Invalid` for one that is longer, `Unavailable` if it breaks off.
pub(super) async fn read(mut response: Response, max_bytes: usize) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broke_off)? {
        if body.len() + chunk.len() > max_bytes {
            let message = format!("the answer has more than {max_bytes} bytes: ask for fewer records, or for a stream");
            return Err(Error::invalid(message));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

pub(super) fn broke_off(error: reqwest::Error) -> Error {
    Error::new(ErrorKind::Unavailable, "the answer broke off").with_source(error.without_url())
}

/// Why a body is no JSON.
pub(super) fn broken(body: &[u8], error: serde_json::Error) -> Error {
    match embedded(body) {
        Some(failure) => failure.into_error(),
        None => Error::new(ErrorKind::Unavailable, "the answer is not whole").with_source(error),
    }
}

/// The failure that stands in a body. No JSON holds its second line, since a text has no line ends.
fn embedded(body: &[u8]) -> Option<Failure> {
    const MARK: &[u8] = b"Status: ";
    let mut rest = body;
    while let Some(at) = find(rest, MARK) {
        rest = &rest[at + MARK.len()..];
        let end = find(rest, b"\n")?;
        let status = std::str::from_utf8(&rest[..end]).ok().and_then(|status| status.trim().parse().ok());
        if let (Some(status), true) = (status, rest[end + 1..].starts_with(b"Content-type:")) {
            let error = find(rest, b"\n\n").map_or(&[][..], |at| &rest[at + 2..]);
            return Some(Failure::new(status, error));
        }
    }
    None
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_inside_an_answer_is_found() {
        let error =
            "Content-type: application/json; charset=UTF-8\n\n{\"api:error\": {\"@type\":\"api:DocumentNotFound\"}}";
        let cases = [
            (format!("Status: 404\n{error}"), Some("DocumentNotFound")),
            (format!("{{\"bindings\": [ {{\"A\": {{\"@language\":Status: 500\n{error}"), Some("DocumentNotFound")),
            // A record may say so too, and break off.
            ("[\n{\"a\":\"Status: 404\\nContent-type: x".to_owned(), None),
            ("[\n{\"a\":\"Status: 1 2\n".to_owned(), None),
            ("Status: 500\nContent-type: text/html".to_owned(), Some("")),
        ];
        for (body, kind) in cases {
            let found = embedded(body.as_bytes());
            assert_eq!(found.is_some(), kind.is_some(), "{body}");
            assert!(found.is_none_or(|failure| failure.is(kind.unwrap())), "{body}");
        }
    }
}
