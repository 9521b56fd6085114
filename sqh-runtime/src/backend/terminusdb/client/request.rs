//! [`Request`]: one call, as it goes over the wire.

use std::borrow::Cow;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use reqwest::{Method, RequestBuilder, Url};
use serde_json::Value as Json;
use sqh_model::{Error, Result};

use super::Place;

/// Bodies that are longer are worth compressing.
const COMPRESSED_FROM: usize = 8 << 10;

const DATA_VERSION: HeaderName = HeaderName::from_static("terminusdb-data-version");
const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// One call.
pub(super) struct Request<'a> {
    pub(super) method: Method,
    endpoint: &'static str,
    /// What stands behind the organization in the path; nothing for what is about no database.
    segments: Option<Vec<&'a str>>,
    query: Vec<(&'static str, Cow<'a, str>)>,
    body: Option<Vec<u8>>,
    /// The caller saw this version of the branch, and another one is a `Conflict`.
    data_version: Option<&'a str>,
    /// A `GET` whose parameters are in its body.
    is_get_by_post: bool,
    /// It changes nothing, whatever its method is.
    reads: bool,
}

impl<'a> Request<'a> {
    /// A call that is about no database.
    pub(super) fn of_server(method: Method, endpoint: &'static str) -> Self {
        let (segments, query, body) = (None, Vec::new(), None);
        Self {
            reads: method == Method::GET,
            method,
            endpoint,
            segments,
            query,
            body,
            data_version: None,
            is_get_by_post: false,
        }
    }

    /// A call that is about a place.
    pub(super) fn new(method: Method, endpoint: &'static str, place: &'a Place) -> Self {
        Self { segments: Some(place.segments()), ..Self::of_server(method, endpoint) }
    }

    /// A `GET` with a body.
    pub(super) fn get_with(endpoint: &'static str, place: &'a Place, body: &Json) -> Result<Self> {
        let request = Self { is_get_by_post: true, reads: true, ..Self::new(Method::POST, endpoint, place) };
        request.json(body)
    }

    pub(super) fn query(mut self, name: &'static str, value: impl Into<Cow<'a, str>>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(super) fn flag(self, name: &'static str, is_set: bool) -> Self {
        if is_set { self.query(name, "true") } else { self }
    }

    pub(super) fn json(mut self, body: &Json) -> Result<Self> {
        let body = serde_json::to_vec(body);
        self.body = Some(body.map_err(|error| Error::internal("the body cannot be written").with_source(error))?);
        Ok(self)
    }

    /// The same, although its method is one of those that write.
    pub(super) fn that_reads(self) -> Self {
        Self { reads: true, ..self }
    }

    /// The same with the branch named where the short form leaves it out.
    pub(super) fn with_branch_named(mut self) -> Self {
        if let Some(segments) = self.segments.as_mut().filter(|segments| segments.len() == 1) {
            segments.extend(Place::MAIN_SEGMENTS);
        }
        self
    }

    pub(super) fn data_version(self, data_version: Option<&'a str>) -> Self {
        Self { data_version, ..self }
    }

    pub(super) fn is_write(&self) -> bool {
        !self.reads
    }

    /// Its address at a server.
    pub(super) fn url(&self, base: &Url, organization: &str) -> Result<Url> {
        let mut url = base.clone();
        {
            let mut path = url.path_segments_mut().map_err(|()| Error::internal("the server's URL has no path"))?;
            path.pop_if_empty().push("api").extend(self.endpoint.split('/'));
            if let Some(segments) = &self.segments {
                path.push(organization).extend(segments);
            }
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }

    /// Puts headers and body into what is sent.
    pub(super) fn fill(&self, mut builder: RequestBuilder) -> Result<RequestBuilder> {
        if let Some(version) = self.data_version {
            builder = builder.header(DATA_VERSION, version);
        }
        if self.is_get_by_post {
            builder = builder.header(METHOD_OVERRIDE, "GET");
        }
        let Some(body) = &self.body else { return Ok(builder) };
        let builder = builder.header(CONTENT_TYPE, "application/json");
        if body.len() < COMPRESSED_FROM {
            return Ok(builder.body(body.clone()));
        }
        Ok(builder.header(CONTENT_ENCODING, "gzip").body(compressed(body)?))
    }
}

fn compressed(body: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    let compressed = encoder.write_all(body).and_then(|()| encoder.finish());
    compressed.map_err(|error| Error::internal("the body cannot be compressed").with_source(error))
}
