//! [`Atomic`]: statements that are kept together or not at all, also inside a transaction.

use sqh_model::schema::ModelDef;
use sqh_model::{Error, ErrorKind, Result};

use super::session::Session;

/// What undoes statements: a transaction of their own, or a savepoint of the one under way.
pub(super) enum Atomic {
    Transaction,
    Savepoint,
}

impl Atomic {
    /// Begins; `begin` says by which SQL, if it is a transaction.
    pub(super) async fn begin(
        session: &mut Session<'_>,
        def: &'static ModelDef,
        begin: impl FnOnce() -> String,
    ) -> Result<Self> {
        if session.in_transaction {
            session.raw(def, "SAVEPOINT atomic".to_owned()).await?;
            return Ok(Self::Savepoint);
        }
        session.begin(def, begin()).await?;
        Ok(Self::Transaction)
    }

    /// Keeps what was done, or undoes it if it failed.
    pub(super) async fn end<T>(self, session: &mut Session<'_>, def: &'static ModelDef, done: Result<T>) -> Result<T> {
        match (self, done) {
            (Self::Transaction, Ok(done)) => session.commit(def).await.map(|()| done),
            (Self::Savepoint, Ok(done)) => session.raw(def, "RELEASE SAVEPOINT atomic".to_owned()).await.map(|()| done),
            (Self::Transaction, Err(error)) => {
                // A connection that cannot roll back is closed, which undoes the work too.
                let _ = session.rollback(def).await;
                Err(error)
            }
            (Self::Savepoint, Err(error)) => {
                let undone = "ROLLBACK TO SAVEPOINT atomic; RELEASE SAVEPOINT atomic".to_owned();
                session.raw(def, undone).await.map_err(|_| lost())?;
                Err(error)
            }
        }
    }
}

fn lost() -> Error {
    Error::new(ErrorKind::Unavailable, "the records could not be undone: the transaction is lost")
}
