//! Extensions: which ones there may be, and what to do about one that is not there.

use std::fmt;

use sqh_model::{Error, ErrorKind, Result};
use sqlx::PgConnection;

use crate::backend::postgres::admin::extension::{ExtensionState, create, state};
use crate::backend::postgres::admin::transaction::{AdminTransaction, Lock};
use crate::tenancy::{ConnectionKey, ConnectionStore};

/// What reference data wants.
pub(super) const SHARED_EXTENSIONS: &[&str] = &["pg_trgm", "postgis"];

/// The extensions that models and tenants may have, and Debian's package of each; `%` is the server's
/// version.
const KNOWN: &[(&str, &str)] = &[
    ("btree_gin", CONTRIB),
    ("btree_gist", CONTRIB),
    ("citext", CONTRIB),
    ("fuzzystrmatch", CONTRIB),
    ("hstore", CONTRIB),
    ("ltree", CONTRIB),
    ("pg_trgm", CONTRIB),
    ("pgcrypto", CONTRIB),
    ("postgis", "postgresql-%-postgis-3"),
    ("postgres_fdw", CONTRIB),
    ("unaccent", CONTRIB),
    ("vector", "postgresql-%-pgvector"),
];

const CONTRIB: &str = "postgresql-contrib";

/// An extension that a database has not got, and how to get it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingExtension {
    /// Its name.
    pub name: &'static str,
    /// What to do, such as a command that installs it.
    pub remedy: String,
}

impl fmt::Display for MissingExtension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.remedy)
    }
}

/// What became of some extensions.
#[derive(Debug, Default)]
pub(super) struct Extensions {
    pub(super) made: Vec<&'static str>,
    pub(super) missing: Vec<MissingExtension>,
}

/// Makes an extension in a database, and says whether it was this that made it.
pub(super) async fn ensure(store: &ConnectionStore, key: ConnectionKey, name: &str) -> Result<bool> {
    // Before anything is sent.
    let (name, _) = known(name)?;
    let mut transaction = AdminTransaction::begin(store, key).await?;
    let made = ensure_here(&mut transaction, name).await?;
    transaction.commit().await?;
    Ok(made)
}

/// Makes the extensions that can be had, and says which cannot, and what to do.
pub(super) async fn ensure_those_there_are(
    store: &ConnectionStore,
    key: ConnectionKey,
    names: &[&str],
) -> Result<Extensions> {
    let mut extensions = Extensions::default();
    for name in names {
        let (name, _) = known(name)?;
        // One transaction each: a refusal ends its transaction.
        match ensure(store, key.clone(), name).await {
            Ok(true) => extensions.made.push(name),
            Ok(false) => {}
            Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Denied) => {
                extensions.missing.push(MissingExtension { name, remedy: error.message().to_owned() });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(extensions)
}

/// Those of some extensions that a database has not got.
pub(super) async fn missing(
    store: &ConnectionStore,
    key: ConnectionKey,
    names: &[&'static str],
) -> Result<Vec<&'static str>> {
    let mut transaction = AdminTransaction::begin(store, key).await?;
    let mut missing = Vec::new();
    for name in names {
        if state(transaction.connection(), name).await? != ExtensionState::Created {
            missing.push(*name);
        }
    }
    transaction.commit().await?;
    Ok(missing)
}

/// Whether the database has all of some extensions.
pub(super) async fn all_there(transaction: &mut AdminTransaction, names: &[&str]) -> Result<bool> {
    for name in names {
        if state(transaction.connection(), name).await? != ExtensionState::Created {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn ensure_here(transaction: &mut AdminTransaction, name: &str) -> Result<bool> {
    let (name, package) = known(name)?;
    if state(transaction.connection(), name).await? == ExtensionState::Created {
        return Ok(false);
    }
    transaction.lock(Lock::Schema).await?;
    let connection = transaction.connection();
    match state(connection, name).await? {
        ExtensionState::Created => Ok(false),
        ExtensionState::Available => create(connection, name).await.map(|()| true),
        ExtensionState::Missing => Err(Error::unsupported(format!(
            "the server has no extension `{name}`: install it with `apt-get install {}`, or by your system's own \
             package",
            package.replace('%', &major(connection))
        ))),
    }
}

fn known(name: &str) -> Result<(&'static str, &'static str)> {
    KNOWN.iter().find(|(known, _)| *known == name).copied().ok_or_else(|| {
        let names: Vec<&str> = KNOWN.iter().map(|(name, _)| *name).collect();
        Error::invalid(format!("the extension {name:?} is not one of `{}`", names.join("`, `")))
    })
}

fn major(connection: &PgConnection) -> String {
    connection.server_version_num().map_or_else(|| "15".to_owned(), |version| (version / 10_000).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_on_the_list_is_refused() {
        for name in ["plpython3u", "file_fdw", "pg_trgm\"; DROP", ""] {
            let error = known(name).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(error.message().contains("`pg_trgm`"), "{error}");
        }
    }
}
