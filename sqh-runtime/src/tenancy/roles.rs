//! Roles: made on a server, let into databases, and checked to have no more rights than they need.
//!
//! | Role | May |
//! |---|---|
//! | owner, the URL's user | create databases, extensions and roles |
//! | `sqh_migrator` | make schemas and tables, which are its own; keep the catalog |
//! | `sqh_app` | read and write the records of tenants |
//! | `sqh_shared_reader` | read the shared reference database |
//! | `sqh_shared_writer` | read and write its records |
//!
//! [`prepare`] is for whoever makes a database or a schema, [`check`] for whoever starts.

mod excess;

use sqh_model::schema::SHARED_REFERENCE_DB_NAME;
use sqh_model::{Error, Result};

pub(super) use self::excess::check;
use super::server::{Server, login_code};
use super::{CATALOG_DB_NAME, ConnectionKey, ConnectionStore, Place, Role};
use crate::backend::postgres::admin::roles::{self, Grants, Rights};
use crate::backend::postgres::admin::transaction::{AdminTransaction, Lock, lock_for_session};

/// Makes the roles of a server that are not there, and names those that it made. A password that has
/// changed with the owner's is set anew.
///
/// # Errors
/// `Denied` if the owner may not make roles, or if one that reads or writes records has too many rights.
pub(super) async fn ensure(store: &ConnectionStore, server: &str) -> Result<Vec<String>> {
    let server = &*store.servers().find(server)?;
    let doing = |error: Error| error.context(format!("while making the roles of {server}"));
    let made = make_missing(store, server).await.map_err(doing)?;
    check(store, server).await?;
    Ok(made)
}

/// Whether the roles are there that the platform makes.
pub(super) async fn are_there(transaction: &mut AdminTransaction, server: &Server) -> Result<bool> {
    let names: Vec<&str> = Role::MADE.into_iter().map(|role| server.user(role)).collect();
    let there = roles::existing(transaction.connection(), &names).await?;
    Ok(names.iter().all(|name| there.iter().any(|there| there == name)))
}

/// The roles that are not there, if the others have no more rights than they need.
pub(super) async fn look(store: &ConnectionStore, server: &Server) -> Result<Vec<String>> {
    check(store, server).await?;
    let names: Vec<&str> = Role::MADE.into_iter().map(|role| server.user(role)).collect();
    let mut transaction = AdminTransaction::begin(store, owner_key(server)).await?;
    let there = roles::existing(transaction.connection(), &names).await?;
    transaction.commit().await?;
    Ok(names.into_iter().filter(|name| !there.iter().any(|there| there == name)).map(str::to_owned).collect())
}

async fn make_missing(store: &ConnectionStore, server: &Server) -> Result<Vec<String>> {
    let maintenance = owner_key(server);
    let ours: Vec<Role> = Role::MADE.into_iter().filter(|role| server.is_made(*role)).collect();
    let names: Vec<&str> = ours.iter().map(|role| server.user(*role)).collect();
    let mut made = Vec::new();
    for role in &ours {
        store.identify(server, *role).await?;
    }
    let mut lease = lock_for_session(store, maintenance, Lock::Roles).await?;
    let there = roles::existing(lease.connection(), &names).await?;
    for role in &ours {
        let name = server.user(*role);
        if !there.iter().any(|there| there == name)
            && roles::create(lease.connection(), name, server.role_verifier(*role)?.as_deref()).await?
        {
            made.push(name.to_owned());
        }
        // The owner gives the migrator what it makes, and ends the connections of all of them.
        roles::join(lease.connection(), name).await?;
    }
    drop(lease);
    for role in ours {
        if !made.iter().any(|made| made == server.user(role)) {
            renew_password(store, server, role).await?;
        }
    }
    Ok(made)
}

/// Sets a role's password if the server does not take the one that follows from the owner's.
async fn renew_password(store: &ConnectionStore, server: &Server, role: Role) -> Result<()> {
    let Some(verifier) = server.role_verifier(role)? else { return Ok(()) };
    let key = ConnectionKey { role, ..owner_key(server) };
    match store.acquire(key).await {
        // Authenticated, whatever the role may do in that database.
        Ok(_) => return Ok(()),
        Err(error) => match login_code(&error).as_deref() {
            Some("42501") => return Ok(()),
            Some("28P01") => {}
            _ => return Err(error),
        },
    }
    let mut transaction = AdminTransaction::begin(store, owner_key(server)).await?;
    roles::set_password(transaction.connection(), server.user(role), &verifier).await?;
    transaction.commit().await
}

/// Lets the roles into a database and gives them their rights in a schema, which is made unless it is
/// there. What the owner owns in it becomes the migrator's.
///
/// Whoever makes a database or a schema calls this once the database is there. It is idempotent, and a
/// table that is used for the first time comes here too if it was left out.
///
/// # Errors
/// `Denied` if the owner may not do that; `Internal` if the server's roles are not made yet.
pub(super) async fn prepare(store: &ConnectionStore, server: &str, database: &str, schema: &str) -> Result<()> {
    let server = &*store.servers().find(server)?;
    let grants = grants(server, users(server, database));
    let key = ConnectionKey::new(server.name().clone(), database, Role::Owner);
    let mut transaction = AdminTransaction::begin(store, key).await?;
    transaction.lock(Lock::Schema).await?;
    roles::prepare(transaction.connection(), database, schema, &grants).await?;
    transaction.commit().await
}

/// Opens a transaction of the migrator in a place that is prepared for it. None of the tables, if they
/// are there, is the owner's: what was made by hand, or by an earlier version, becomes the migrator's.
pub(super) async fn begin_as_migrator(
    store: &ConnectionStore,
    place: &Place,
    tables: &[&str],
) -> Result<AdminTransaction> {
    let server = &*store.servers().find(&place.server)?;
    let grants = grants(server, users(server, &place.database));
    let key = ConnectionKey::new(server.name().clone(), place.database.clone(), Role::Migrator);
    match AdminTransaction::begin(store, key.clone()).await {
        Ok(mut transaction) => {
            if roles::is_prepared(transaction.connection(), &place.schema, tables, &grants).await? {
                return Ok(transaction);
            }
            // One connection at a time: nobody waits for a place that they hold themselves.
            transaction.commit().await?;
        }
        Err(error) if login_code(&error).as_deref() == Some("42501") => {}
        Err(error) => return Err(error),
    }
    prepare(store, &place.server, &place.database, &place.schema).await?;
    AdminTransaction::begin(store, key).await
}

fn grants<'a>(server: &'a Server, users: Vec<(&'a str, Rights)>) -> Grants<'a> {
    Grants { owner: server.user(Role::Owner), migrator: server.user(Role::Migrator), users }
}

/// Who uses the records of a database.
fn users<'a>(server: &'a Server, database: &str) -> Vec<(&'a str, Rights)> {
    match database {
        CATALOG_DB_NAME => Vec::new(),
        SHARED_REFERENCE_DB_NAME => {
            vec![(server.user(Role::SharedReader), Rights::Read), (server.user(Role::SharedWriter), Rights::Write)]
        }
        _ => vec![(server.user(Role::Application), Rights::Write)],
    }
}

fn owner_key(server: &Server) -> ConnectionKey {
    ConnectionKey::new(server.name().clone(), server.maintenance_database().clone(), Role::Owner)
}
