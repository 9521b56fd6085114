//! What a failed login means to the caller.

use std::time::Duration;

use sqh_model::{Error, ErrorKind};
use sqlx::postgres::{PgDatabaseError, PgSeverity};

use super::{Role, Server};

impl Server {
    /// What a failed connection attempt means to the caller.
    pub(crate) fn connect_error(&self, database: &str, role: Role, error: sqlx::Error) -> Error {
        let user = self.user(role);
        let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default();
        let error_of = |kind, message| Error::new(kind, message);
        let typed = match code.as_ref() {
            "28P01" => error_of(
                ErrorKind::Internal,
                format!("{self} refused the password of `{user}`: {}", self.password_remedy(role)),
            ),
            "28000" => {
                error_of(ErrorKind::Internal, format!("{self} does not let `{user}` in: {}", self.login_remedy(role)))
            }
            // Not `NotFound`, which would say of a record that it is not there.
            "3D000" => error_of(
                ErrorKind::Unavailable,
                format!("there is no database `{database}` on {self}: it was dropped or moved, or is not made yet"),
            ),
            "42501" => error_of(
                ErrorKind::Denied,
                format!("`{user}` may not connect to the database `{database}` on {self}: {MAKE_ROLES} lets it in"),
            ),
            "53300" => error_of(
                ErrorKind::Overloaded,
                format!("{self} has no connection left: lower the budget of its clients, or raise max_connections"),
            ),
            "57P01" | "57P02" | "57P03" => {
                error_of(ErrorKind::Unavailable, format!("{self} is starting or stopping: try again later"))
            }
            "" if is_connection_lost(&error) => {
                error_of(ErrorKind::Unavailable, format!("{self} does not answer: start it, or correct its URL"))
            }
            "" => error_of(ErrorKind::Internal, format!("{self} cannot be talked to")),
            code => error_of(ErrorKind::Internal, format!("{self} refused `{user}` with SQLSTATE {code}")),
        };
        typed.with_source(error)
    }

    /// A login that took too long.
    pub(crate) fn too_slow(&self, timeout: Duration) -> Error {
        let message = format!("{self} did not log in within {timeout:?}: try again later");
        Error::new(ErrorKind::Unavailable, message)
    }

    fn password_remedy(&self, role: Role) -> String {
        match self.is_made(role) {
            true => format!("{MAKE_ROLES} sets it, and makes the role, from that of the server's URL"),
            false => "correct it in the server's URL".to_owned(),
        }
    }

    fn login_remedy(&self, role: Role) -> String {
        match self.is_made(role) {
            true => format!(
                "{MAKE_ROLES} makes the role; else allow it in pg_hba.conf, or give it a URL of its own by {}",
                role.url_variable()
            ),
            false => "create the role, or allow it in pg_hba.conf".to_owned(),
        }
    }
}

/// What makes the roles.
const MAKE_ROLES: &str = "`platform.init()` (`sqh init-db`)";

/// Whether a login failed because there is no such database, or no such role yet.
pub(crate) fn is_not_made_yet(error: &Error) -> bool {
    matches!(login_code(error).as_deref(), Some("3D000" | "28000" | "28P01"))
}

/// The SQLSTATE of a failed login.
pub(crate) fn login_code(error: &Error) -> Option<String> {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<sqlx::Error>());
    Some(source?.as_database_error()?.code()?.into_owned())
}

/// Whether an error says that the connection is gone, or never was.
pub(crate) fn is_connection_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed => true,
        // A fatal message is the server's last one on a connection.
        sqlx::Error::Database(error) => error.try_downcast_ref::<PgDatabaseError>().is_some_and(|error| {
            matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic) || error.code().starts_with("08")
        }),
        _ => false,
    }
}
