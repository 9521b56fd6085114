//! The server itself, and its databases.

use reqwest::Method;
use serde_json::{Value as Json, json};
use sqh_model::Result;

use super::request::Request;
use super::{Client, Place, is};

const ENDPOINT: &str = "db";

impl Client {
    /// The server's version, such as `12.0.6`.
    ///
    /// # Errors
    /// `Internal` for a login that it refuses, `Unavailable` for a server that is not there.
    pub async fn version(&self) -> Result<String> {
        let info = self.send(&Request::of_server(Method::GET, "info")).await?.json()?;
        let version = info.pointer("/api:info/terminusdb/version").and_then(Json::as_str);
        Ok(version.unwrap_or("unknown").to_owned())
    }

    /// Makes a database with a schema. Gives whether it was not there.
    ///
    /// # Errors
    /// `Invalid` for a name that it refuses.
    pub async fn create_database(&self, name: &str, label: &str) -> Result<bool> {
        let place = Place::database(name);
        let request = Request::new(Method::POST, ENDPOINT, &place).json(&json!({ "label": label }))?;
        match self.write(&place, &request).await {
            Ok(_) => Ok(true),
            Err(error) if is(&error, "DatabaseAlreadyExists") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Deletes a database with all that is in it. Gives whether it was there.
    ///
    /// # Errors
    /// `Unavailable` for a server that is not there.
    pub async fn delete_database(&self, name: &str) -> Result<bool> {
        let place = Place::database(name);
        match self.write(&place, &Request::new(Method::DELETE, ENDPOINT, &place)).await {
            Ok(_) => Ok(true),
            Err(error) if is(&error, "UnknownDatabase") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether there is a database.
    ///
    /// # Errors
    /// `Unavailable` for a server that is not there.
    pub async fn has_database(&self, name: &str) -> Result<bool> {
        let place = Place::database(name);
        match self.send(&Request::new(Method::GET, ENDPOINT, &place)).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == sqh_model::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}
