//! Queries in WOQL, as JSON-LD.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use sqh_model::{Error, Result};

use super::request::Request;
use super::{Client, Commit, Failure, Place};

/// What variables are bound to, in one solution. What is unbound is null.
pub type Bindings = Map<String, Json>;

/// What a query came to.
#[derive(Debug, Deserialize)]
pub struct Outcome {
    /// The solutions: one without variables for a query that holds and has none.
    pub bindings: Vec<Bindings>,
    /// How many triples were added.
    #[serde(default)]
    pub inserts: u64,
    /// How many triples were taken away.
    #[serde(default)]
    pub deletes: u64,
    /// How often the server ran it anew, because others were faster.
    #[serde(default, rename = "transaction_retry_count")]
    pub retries: u64,
}

const ENDPOINT: &str = "woql";

impl Client {
    /// Runs a query that reads.
    ///
    /// # Errors
    /// `Invalid` for a query that is not well formed, saying where.
    pub async fn woql(&self, place: &Place, query: &Json) -> Result<Outcome> {
        let request = Request::new(Method::POST, ENDPOINT, place).json(&json!({ "query": query }))?;
        outcome(self.send(&request.that_reads()).await?.json()?)
    }

    /// Runs a query that writes. Its conditions hold when it is committed: it is run anew where others were
    /// faster, which no data version asks for.
    ///
    /// # Errors
    /// `Invalid` with model and field for what does not fit the schema, and as [`woql`](Client::woql).
    pub async fn woql_write(&self, place: &Place, query: &Json, commit: Commit<'_>) -> Result<Outcome> {
        let commit_info = json!({ "author": commit.author, "message": commit.message });
        let body = json!({ "query": query, "commit_info": commit_info });
        let request = Request::new(Method::POST, ENDPOINT, place).json(&body)?;
        outcome(self.write(place, &request).await?.json()?)
    }
}

fn outcome(answer: Json) -> Result<Outcome> {
    if answer.get("api:error").is_some() {
        return Err(Failure::from_json(200, &answer).into_error());
    }
    serde_json::from_value(answer).map_err(|error| Error::internal("the answer has no bindings").with_source(error))
}
