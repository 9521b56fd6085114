//! Documents: read by identity or class, and written in one request, all or none.

use reqwest::Method;
use serde_json::{Value as Json, json};
use sqh_model::{Error, Result};

use super::request::Request;
use super::{Client, Documents, Place, is};

const ENDPOINT: &str = "document";

/// Who writes, and why: it stands in the history.
#[derive(Debug, Clone, Copy)]
pub struct Commit<'a> {
    /// Who writes.
    pub author: &'a str,
    /// Why.
    pub message: &'a str,
}

/// Which documents of which graph.
#[derive(Debug, Clone, Default)]
pub struct Selection<'a> {
    /// Those of a class and of what inherits it; all that stand by themselves without.
    pub class: Option<&'a str>,
    /// So many are left out.
    pub skip: u64,
    /// At most so many.
    pub count: Option<u64>,
}

impl Client {
    /// The document with an identity. One that was deleted is none.
    ///
    /// # Errors
    /// `NotFound` for a database that is not there, `Unavailable` for a server that is not.
    pub async fn document(&self, place: &Place, identity: &str) -> Result<Option<Json>> {
        // As a list: the answer for what was deleted would be a 200 with an error in it.
        let request = Request::new(Method::GET, ENDPOINT, place).query("id", identity).flag("as_list", true);
        let documents = documents(self.send(&request).await?.json()?)?;
        Ok(documents.into_iter().next())
    }

    /// The documents with these identities, in their order; those that are not there are left out.
    ///
    /// # Errors
    /// As [`document`](Client::document).
    pub async fn documents_with(&self, place: &Place, identities: &[String]) -> Result<Vec<Json>> {
        if identities.is_empty() {
            return Ok(Vec::new());
        }
        let request = Request::get_with(ENDPOINT, place, &json!({ "ids": identities, "as_list": true }))?;
        documents(self.send(&request).await?.json()?)
    }

    /// The documents of a selection as they arrive. Their order is the server's.
    ///
    /// # Errors
    /// As [`document`](Client::document).
    pub async fn documents(&self, place: &Place, selection: &Selection<'_>) -> Result<Documents> {
        let mut request = Request::new(Method::GET, ENDPOINT, place);
        if let Some(class) = selection.class {
            request = request.query("type", class);
        }
        if selection.skip > 0 {
            request = request.query("skip", selection.skip.to_string());
        }
        if let Some(count) = selection.count {
            request = request.query("count", count.to_string());
        }
        Ok(Documents::new(self.open(&request).await?))
    }

    /// Stores new documents, all or none. Gives their identities in the same order, in full.
    ///
    /// # Errors
    /// `Conflict` for an identity that is taken, `Invalid` with model and field for what does not fit the
    /// schema.
    pub async fn insert(&self, place: &Place, documents: &[Json], commit: Commit<'_>) -> Result<Vec<String>> {
        self.put(Method::POST, place, documents, commit).await
    }

    /// Stores documents in the place of those with their identities, all or none.
    ///
    /// # Errors
    /// `NotFound` if one of them is not there, and as [`insert`](Client::insert).
    pub async fn replace(&self, place: &Place, documents: &[Json], commit: Commit<'_>) -> Result<Vec<String>> {
        self.put(Method::PUT, place, documents, commit).await
    }

    async fn put(&self, method: Method, place: &Place, documents: &[Json], commit: Commit<'_>) -> Result<Vec<String>> {
        if documents.is_empty() {
            return Ok(Vec::new());
        }
        let request = written(Request::new(method, ENDPOINT, place), commit);
        let body = Json::Array(documents.to_vec());
        let identities = self.write(place, &request.json(&body)?).await?.texts()?;
        // It takes a body that ends too early for one without documents.
        if identities.len() != documents.len() {
            let message = format!("{} documents were sent, and {} stored", documents.len(), identities.len());
            return Err(Error::internal(message));
        }
        Ok(identities)
    }

    /// Deletes a document. Gives whether it was there.
    ///
    /// # Errors
    /// `Invalid` if another document must refer to it.
    pub async fn delete(&self, place: &Place, identity: &str, commit: Commit<'_>) -> Result<bool> {
        let request = written(Request::new(Method::DELETE, ENDPOINT, place), commit).query("id", identity);
        match self.write(place, &request).await {
            Ok(_) => Ok(true),
            Err(error) if is(&error, "DocumentNotFound") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Deletes documents, all or none; those that are not there are none.
    ///
    /// # Errors
    /// As [`delete`](Client::delete).
    pub async fn delete_all(&self, place: &Place, identities: &[String], commit: Commit<'_>) -> Result<()> {
        if identities.is_empty() {
            return Ok(());
        }
        let request = written(Request::new(Method::DELETE, ENDPOINT, place), commit);
        self.write(place, &request.json(&json!(identities))?).await.map(drop)
    }

    /// The schema: its context first, and a class, an enum or a union on each line.
    ///
    /// # Errors
    /// As [`document`](Client::document).
    pub async fn schema(&self, place: &Place) -> Result<Vec<Json>> {
        let request = Request::new(Method::GET, ENDPOINT, place).query("graph_type", "schema").flag("as_list", true);
        documents(self.send(&request).await?.json()?)
    }

    /// Stores a schema, whose context is its first document, in the place of the whole one.
    ///
    /// # Errors
    /// `Invalid` with model and field for what is none, or does not fit the documents that are there.
    pub async fn replace_schema(&self, place: &Place, schema: &Json, commit: Commit<'_>) -> Result<()> {
        let request = written(Request::new(Method::POST, ENDPOINT, place), commit);
        let request = request.query("graph_type", "schema").flag("full_replace", true);
        let sent = schema.as_array().map_or(0, Vec::len).saturating_sub(1);
        let classes = self.write(place, &request.json(schema)?).await?.texts()?;
        if classes.len() != sent {
            return Err(Error::internal(format!("{sent} classes were sent, and {} stored", classes.len())));
        }
        Ok(())
    }
}

pub(super) fn written<'a>(request: Request<'a>, commit: Commit<'a>) -> Request<'a> {
    request.query("author", commit.author).query("message", commit.message)
}

fn documents(answer: Json) -> Result<Vec<Json>> {
    match answer {
        Json::Array(documents) => Ok(documents),
        _ => Err(Error::internal("the answer is no list of documents")),
    }
}
