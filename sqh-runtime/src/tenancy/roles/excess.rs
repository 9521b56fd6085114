//! [`check`]: whether the roles that read and write records have more rights than they need.

use sqh_model::schema::SHARED_REFERENCE_DB_NAME;
use sqh_model::{Error, ErrorKind, Result};

use super::owner_key;
use crate::backend::postgres::admin::database;
use crate::backend::postgres::admin::roles::{self, Excess};
use crate::backend::postgres::admin::transaction::AdminTransaction;
use crate::tenancy::server::Server;
use crate::tenancy::{ConnectionKey, ConnectionStore, DEFAULT_SERVER, Role};

/// Those that read and write records. The others make what these work on.
const CHECKED: [Role; 3] = [Role::Application, Role::SharedReader, Role::SharedWriter];

/// Those that none of [`CHECKED`] may become, unless it is the one itself.
const STRONGER: [Role; 4] = [Role::Owner, Role::Migrator, Role::SharedWriter, Role::Application];

/// What PostgreSQL makes for administrators: whoever is a member passes by the rights on tables, or by the
/// server altogether.
const OF_ADMINISTRATORS: [&str; 5] = [
    "pg_execute_server_program",
    "pg_write_server_files",
    "pg_read_server_files",
    "pg_write_all_data",
    "pg_read_all_data",
];

/// Asserts that the roles that read and write records own no tables, do not get around row security, and
/// can become no role that may more; and that in the shared reference database only its writer writes.
/// Nothing is asserted of what is not there yet.
///
/// # Errors
/// `Denied`, with what to do.
pub(in crate::tenancy) async fn check(store: &ConnectionStore, server: &Server) -> Result<()> {
    let mut transaction = AdminTransaction::begin(store, owner_key(server)).await?;
    let mut faults = Vec::new();
    for role in CHECKED {
        let user = server.user(role);
        let stronger = STRONGER.into_iter().filter(|stronger| *stronger != role).map(|stronger| server.user(stronger));
        let others: Vec<&str> = stronger.chain(OF_ADMINISTRATORS).collect();
        let excess = roles::excess(transaction.connection(), user, &others).await?;
        faults.extend(excess.and_then(|excess| remedy(server, role, &excess)).map(|remedy| (role, remedy)));
    }
    let has_shared = &**server.name() == DEFAULT_SERVER
        && database::exists(transaction.connection(), SHARED_REFERENCE_DB_NAME).await?;
    transaction.commit().await?;
    if has_shared && faults.is_empty() {
        faults.extend(written_shared(store, server).await?);
    }
    match faults.into_iter().next() {
        None => Ok(()),
        Some((role, remedy)) => {
            let (title, user) = (title(role), server.user(role));
            let message = format!("{title} `{user}` on {server} has too many rights: {remedy}");
            Err(Error::new(ErrorKind::Denied, message))
        }
    }
}

/// Who writes shared records beside their writer, and what to do.
async fn written_shared(store: &ConnectionStore, server: &Server) -> Result<Option<(Role, String)>> {
    let key = ConnectionKey::new(server.name().clone(), SHARED_REFERENCE_DB_NAME, Role::Owner);
    let mut transaction = AdminTransaction::begin(store, key).await?;
    let readers = [Role::SharedReader, Role::Application];
    let found = roles::writable(transaction.connection(), &readers.map(|role| server.user(role))).await?;
    transaction.commit().await?;
    Ok(found.and_then(|(user, table)| {
        let role = readers.into_iter().find(|role| server.user(*role) == user)?;
        let revoke = format!("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM \"{user}\", PUBLIC");
        Some((role, format!("it may write `{table}` of `{SHARED_REFERENCE_DB_NAME}`; run `{revoke}` there")))
    }))
}

/// What a role is called.
const fn title(role: Role) -> &'static str {
    match role {
        Role::Owner => "the owner",
        Role::Migrator => "the migrator",
        Role::Application => "the application's role",
        Role::SharedReader => "the reader of shared records",
        Role::SharedWriter => "the writer of shared records",
    }
}

/// The first thing that is wrong about a role, and what to do.
fn remedy(server: &Server, role: Role, excess: &Excess) -> Option<String> {
    let user = server.user(role);
    if let Some(same) = STRONGER.into_iter().find(|other| *other != role && server.user(*other) == user) {
        return Some(format!("it is {} too; give each a URL of another user", title(same)));
    }
    if excess.superuser {
        return Some(format!("it is a superuser; run `ALTER ROLE \"{user}\" NOSUPERUSER`"));
    }
    if excess.bypasses_row_security {
        return Some(format!("it gets around row security; run `ALTER ROLE \"{user}\" NOBYPASSRLS`"));
    }
    if let Some(other) = excess.member_of.first() {
        let of = STRONGER.into_iter().find(|stronger| server.user(*stronger) == other);
        let of = of.map_or_else(|| format!("`{other}`"), |stronger| title(stronger).to_owned());
        return Some(format!("it is a member of {of}; run `REVOKE \"{other}\" FROM \"{user}\"`"));
    }
    if excess.makes_roles {
        return Some(format!("it may make roles; run `ALTER ROLE \"{user}\" NOCREATEROLE`"));
    }
    let migrator = server.user(Role::Migrator);
    excess.owns.then(|| {
        format!(
            "it owns tables or what they are in; run `REASSIGN OWNED BY \"{user}\" TO \"{migrator}\"` in each \
             database where it does"
        )
    })
}
