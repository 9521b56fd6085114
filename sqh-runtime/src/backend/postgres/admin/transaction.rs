//! [`AdminTransaction`]: work on one database that happens as a whole, or not at all.

use sqh_model::Result;
use sqlx::PgConnection;

use super::error::of_admin;
use crate::tenancy::{ConnectionKey, ConnectionStore, Lease, is_connection_lost};

/// The time-out is longer than any of our own work takes: whoever waits for a lock makes others wait
/// behind. One message, so that it can be sent again as a whole.
const BEGIN: &str = "BEGIN; SET LOCAL lock_timeout = '30s'";
const COMMIT: &str = "COMMIT";

/// What the platform's advisory locks share, "sqh" in ASCII; applications have the other numbers.
const LOCK_SPACE: i32 = 0x73_71_68;

/// What the locks of views share, "sqv" in ASCII; the other number is of the view's name.
const VIEW_LOCK_SPACE: i32 = 0x73_71_76;

/// What an advisory lock of the platform protects, within one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// The database's own schema: tables, extensions, the ledger.
    Schema = 1,
    /// The list of databases, in the database for administration.
    Databases = 2,
    /// The roles of the server, in the database for administration.
    Roles = 3,
}

/// A transaction on one database. Dropped without a commit, it goes with its connection.
#[derive(Debug)]
pub(crate) struct AdminTransaction {
    lease: Lease,
}

impl AdminTransaction {
    /// Opens a transaction, on a connection that answers.
    pub(crate) async fn begin(store: &ConnectionStore, key: ConnectionKey) -> Result<Self> {
        let mut lease = store.acquire(key).await?;
        first(&mut lease, BEGIN).await?;
        lease.began();
        Ok(Self { lease })
    }

    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        self.lease.connection()
    }

    /// Waits for a lock, which is held until the transaction ends. Every statement after it sees
    /// what the last holder did.
    pub(crate) async fn lock(&mut self, lock: Lock) -> Result<()> {
        let query = sqlx::query("SELECT pg_advisory_xact_lock($1, $2)").bind(LOCK_SPACE).bind(lock as i32);
        query.execute(self.connection()).await.map_err(of_admin)?;
        Ok(())
    }

    /// Waits for the lock of a view, as [`lock`](Self::lock) does. Two views whose names have one number wait
    /// for each other, and no more.
    pub(crate) async fn lock_view(&mut self, schema: &str, name: &str) -> Result<()> {
        let query = sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext(format('%I.%I', $2::text, $3::text)))");
        let query = query.bind(VIEW_LOCK_SPACE).bind(schema).bind(name);
        query.execute(self.connection()).await.map_err(of_admin)?;
        Ok(())
    }

    /// Keeps the work.
    pub(crate) async fn commit(mut self) -> Result<()> {
        sqlx::raw_sql(COMMIT).execute(self.lease.connection()).await.map_err(of_admin)?;
        self.lease.ended();
        self.lease.settled();
        Ok(())
    }
}

/// A lease on a connection that answers and holds a lock for its session. It is closed at the end,
/// which frees the lock.
pub(crate) async fn lock_for_session(store: &ConnectionStore, key: ConnectionKey, lock: Lock) -> Result<Lease> {
    let mut lease = store.acquire(key).await?;
    first(&mut lease, "SET lock_timeout = '30s'").await?;
    let query = sqlx::query("SELECT pg_advisory_lock($1, $2)").bind(LOCK_SPACE).bind(lock as i32);
    query.execute(lease.connection()).await.map_err(of_admin)?;
    Ok(lease)
}

/// Sends the first statement on a lease. A connection that died idle shows here and nowhere later,
/// and is replaced.
async fn first(lease: &mut Lease, sql: &'static str) -> Result<()> {
    while let Err(error) = sqlx::raw_sql(sql).execute(lease.connection()).await {
        if lease.is_fresh() || !is_connection_lost(&error) {
            return Err(of_admin(error));
        }
        lease.renew().await?;
    }
    Ok(())
}
