//! What was: the log of a branch, the history of a record, differences, and branches.

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use sqh_model::{Error, Result};

use super::answer::Answer;
use super::document::Commit;
use super::request::Request;
use super::{Client, Place, is};

/// A commit, as the log has it.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    /// What [`Place::commit`] takes.
    pub identifier: String,
    /// Who wrote.
    pub author: String,
    /// Why.
    pub message: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a commit did to a record, or what tells two states apart: `@op` says what it was.
pub type Change = Map<String, Json>;

#[derive(Deserialize)]
struct Entry {
    identifier: String,
    #[serde(default)]
    author: String,
    #[serde(default)]
    message: String,
    /// Seconds.
    timestamp: f64,
}

impl From<Entry> for LogEntry {
    fn from(Entry { identifier, author, message, timestamp }: Entry) -> Self {
        let at = DateTime::from_timestamp_micros((timestamp * 1e6) as i64).unwrap_or_default();
        Self { identifier, author, message, at }
    }
}

impl Client {
    /// The commits of a branch, the last one first.
    ///
    /// # Errors
    /// `NotFound` for a database or branch that is not there.
    pub async fn log(&self, place: &Place, start: u64, count: u64) -> Result<Vec<LogEntry>> {
        let request = Request::new(Method::GET, "log", place);
        let request = request.query("start", start.to_string()).query("count", count.to_string());
        entries(&self.send(&request).await?)
    }

    /// The commits that made, changed or deleted a record, the last one first; none of one that never was.
    ///
    /// # Errors
    /// As [`log`](Client::log).
    pub async fn history(&self, place: &Place, identity: &str) -> Result<Vec<LogEntry>> {
        let request = Request::new(Method::GET, "history", place).query("id", identity);
        entries(&self.send(&request).await?)
    }

    /// What tells two branches or commits of a database apart.
    ///
    /// # Errors
    /// As [`log`](Client::log).
    pub async fn diff(&self, database: &Place, before: &str, after: &str) -> Result<Vec<Change>> {
        let body = json!({ "before_data_version": before, "after_data_version": after });
        let request = Request::new(Method::POST, "diff", database).json(&body)?.that_reads();
        read(&self.send(&request).await?)
    }

    /// The names of a database's branches.
    ///
    /// # Errors
    /// As [`log`](Client::log).
    pub async fn branches(&self, database: &Place) -> Result<Vec<String>> {
        #[derive(Deserialize)]
        struct Branches {
            branches: Vec<String>,
        }
        let request = Request::new(Method::GET, "db", database).flag("branches", true);
        read(&self.send(&request).await?).map(|Branches { branches }| branches)
    }

    /// Makes a branch that begins as another one is.
    ///
    /// # Errors
    /// `Conflict` if there is one of that name, `NotFound` if the other is not there.
    pub async fn create_branch(&self, branch: &Place, origin: &Place) -> Result<()> {
        let body = json!({ "origin": self.path_of(origin) });
        let request = Request::new(Method::POST, "branch", branch).with_branch_named().json(&body)?;
        self.write(branch, &request).await.map(drop)
    }

    /// Deletes a branch. Gives whether it was there.
    ///
    /// # Errors
    /// As [`log`](Client::log).
    pub async fn delete_branch(&self, branch: &Place) -> Result<bool> {
        let request = Request::new(Method::DELETE, "branch", branch).with_branch_named();
        match self.write(branch, &request).await {
            Ok(_) => Ok(true),
            Err(error) if is(&error, "BranchDoesNotExistError") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Puts the commits of a branch behind those of another, and makes the first one the outcome.
    ///
    /// # Errors
    /// `Invalid` with model and field where a commit does not fit what is there by then.
    pub async fn rebase(&self, branch: &Place, onto: &Place, commit: Commit<'_>) -> Result<()> {
        let body = json!({ "author": commit.author, "rebase_from": self.path_of(onto) });
        let request = Request::new(Method::POST, "rebase", branch).with_branch_named().json(&body)?;
        self.write(branch, &request).await.map(drop)
    }

    /// A branch as the body of a request names it.
    fn path_of(&self, place: &Place) -> String {
        let mut segments = vec![self.server().organization.as_str()];
        segments.extend(place.segments());
        if segments.len() == 2 {
            segments.extend(Place::MAIN_SEGMENTS);
        }
        segments.join("/")
    }
}

fn entries(answer: &Answer) -> Result<Vec<LogEntry>> {
    Ok(read::<Vec<Entry>>(answer)?.into_iter().map(LogEntry::from).collect())
}

fn read<T: serde::de::DeserializeOwned>(answer: &Answer) -> Result<T> {
    let answer = serde_json::from_value(answer.json()?);
    answer.map_err(|error| Error::internal("the answer is not what was asked for").with_source(error))
}
