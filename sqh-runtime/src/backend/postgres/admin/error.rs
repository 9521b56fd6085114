//! What a failure of administration means to the caller.

use sqh_model::{Error, ErrorKind};

use crate::tenancy::is_connection_lost;

/// The error of a statement of administration. It holds names of databases, tables and columns, and
/// no records.
pub(crate) fn of_admin(error: sqlx::Error) -> Error {
    let Some(server) = error.as_database_error() else {
        let (kind, message) = match is_connection_lost(&error) {
            true => (ErrorKind::Unavailable, "the server has closed the connection"),
            false => (ErrorKind::Internal, "the server cannot be talked to"),
        };
        return Error::new(kind, message).with_source(error);
    };
    let code = server.code().unwrap_or_default().into_owned();
    let message = server.message();
    let (kind, message) = match code.as_str() {
        "42501" => (ErrorKind::Denied, format!("the platform's role may not do that on the server: {message}")),
        "55P03" | "40P01" | "57014" | "55006" => {
            (ErrorKind::Overloaded, format!("other transactions are in the way: {message}; try again later"))
        }
        code if code.starts_with("53") => {
            (ErrorKind::Overloaded, format!("the server is short of resources: {message}"))
        }
        code if code.starts_with("57P") || code.starts_with("08") => {
            (ErrorKind::Unavailable, format!("the server is stopping: {message}"))
        }
        code => (ErrorKind::Internal, format!("PostgreSQL refuses with SQLSTATE {code}: {message}")),
    };
    Error::new(kind, message).with_source(error)
}

/// The SQLSTATE, if the server sent one.
pub(crate) fn sqlstate(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}
