//! What an error of the driver or of the server means to the caller.
//!
//! The server's details may hold the values of other records: they are read for the names of
//! columns and go nowhere.

use std::fmt;
use std::time::Duration;

use sqh_model::expr::lower::quoted;
use sqh_model::render::ddl::{self, DdlOptions, TableShape};
use sqh_model::schema::ModelDef;
use sqh_model::{Error, ErrorKind};
use sqlx::postgres::PgDatabaseError;

use crate::backend::taken;

/// The error of a statement on a model.
pub(super) fn of_statement(def: &'static ModelDef, error: sqlx::Error) -> Error {
    let error = match error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>()) {
        Some(server) => of_server(def, server).with_source(ServerError::of(server)),
        None => of_driver(error),
    };
    error.in_model(def.name)
}

/// The error of a statement that a caller has written. What it may read it may be told of; where there is
/// more, nothing of the caller's was evaluated on it.
pub(super) fn of_sql(def: &'static ModelDef, error: sqlx::Error, timeout: Duration) -> Error {
    let server = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    let told = server.and_then(|server| match server.code() {
        "57014" => {
            let message = format!("the statement takes longer than the {timeout:?} that it may: ask for less");
            Some(Error::new(ErrorKind::Overloaded, message))
        }
        "42501" | "42P01" | "42703" => None,
        code if ["0A", "21", "22", "42", "54"].iter().any(|class| code.starts_with(class)) => {
            Some(Error::invalid(format!("PostgreSQL refuses the statement: {}", server.message())))
        }
        _ => None,
    });
    told.unwrap_or_else(|| of_statement(def, error))
}

/// Whether a plan was made before the table changed: it is made anew once it is forgotten.
pub(super) fn is_stale_plan(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("0A000")) && error.to_string().contains("cached plan")
        || matches!(code.as_deref(), Some("26000"))
}

/// What the server called an error.
pub(super) fn sqlstate(error: &Error) -> Option<&str> {
    let source = std::error::Error::source(error)?;
    if let Some(error) = source.downcast_ref::<ServerError>() {
        return Some(&error.code);
    }
    // Of a login.
    let error = source.downcast_ref::<sqlx::Error>()?.as_database_error()?;
    error.try_downcast_ref::<PgDatabaseError>().map(PgDatabaseError::code)
}

fn of_driver(error: sqlx::Error) -> Error {
    let (kind, message) = match &error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => (ErrorKind::Unavailable, "the server has closed the connection"),
        _ => (ErrorKind::Internal, "the server cannot be talked to"),
    };
    Error::new(kind, message).with_source(error)
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
fn of_server(def: &'static ModelDef, error: &PgDatabaseError) -> Error {
    let message = error.message();
    let new = Error::new;
    match error.code() {
        // Raised by `sqh.check_placement`.
        "SQH01" => Error::stale_route("the tenant's records have moved, or cannot be written now: try again"),
        "23505" => unique(def, error),
        "23503" => foreign_key(def, error),
        "23502" => column(def, Error::invalid("the field cannot be null"), error.column()),
        "23514" if error.constraint().is_none() => Error::invalid("no partition of the table takes the record"),
        "23514" => check(def, error),
        "23P01" => new(ErrorKind::Conflict, "another record excludes this one"),
        "22001" => Error::invalid("a text is longer than its column allows"),
        "22003" => Error::invalid("a number is beyond what its column holds"),
        "22007" | "22008" | "22021" | "22023" | "22025" | "22P02" | "22P03" | "22P05" | "22000" | "54000" => {
            Error::invalid(format!("PostgreSQL refuses a value: {message}"))
        }
        "55000" if def.view.is_some() => {
            new(ErrorKind::Unavailable, "the view was made anew and is not computed yet: try again")
        }
        "25P02" => new(ErrorKind::Conflict, "an operation of the transaction has failed before: roll it back"),
        "25006" | "42501" => new(ErrorKind::Denied, "the database role may not do that"),
        "40001" | "40P01" => new(ErrorKind::Overloaded, "other transactions are in the way: run it again"),
        "55P03" | "57014" => new(ErrorKind::Overloaded, "the server's time limit is over: run it again"),
        "42P01" | "3F000" => Error::internal(format!(
            "the table `{}` is missing: create it with `sqh migrate` or by the statements of `sqh schema ddl`",
            def.table
        )),
        "42703" | "42704" | "42804" | "42846" | "42883" | "42P10" => Error::internal(format!(
            "the table `{}` has another shape than the model ({message}): bring it up to date with `sqh migrate`",
            def.table
        )),
        code if is_stale(code, message) => new(
            ErrorKind::Unavailable,
            "the table has changed since the connection was opened: run the transaction again",
        ),
        code if code.starts_with("53") => new(ErrorKind::Overloaded, "the server is short of resources"),
        code if code.starts_with("57") || code.starts_with("08") => {
            new(ErrorKind::Unavailable, "the server is starting or stopping, or has closed the connection")
        }
        code if code.starts_with("22") => Error::invalid(format!("PostgreSQL refuses a value: {message}")),
        code => Error::internal(format!("PostgreSQL refuses the statement with SQLSTATE {code}: {message}")),
    }
}

fn is_stale(code: &str, message: &str) -> bool {
    code == "0A000" && message.contains("cached plan") || code == "26000"
}

fn unique(def: &'static ModelDef, error: &PgDatabaseError) -> Error {
    let columns = error.detail().and_then(detail_columns).or_else(|| {
        let shape = shape(def)?;
        let keys = shape.primary_key.iter().chain(&shape.uniques);
        let mut known = keys.map(|key| (&key.name, key.columns.clone())).chain(
            shape.indexes.iter().map(|index| (&index.name, index.columns.iter().map(|c| c.name.clone()).collect())),
        );
        known.find(|(name, _)| Some(name.as_str()) == error.constraint()).map(|(_, columns)| columns)
    });
    taken(columns.iter().flatten().filter_map(|column| path(def, column)))
}

fn foreign_key(def: &'static ModelDef, error: &PgDatabaseError) -> Error {
    // Deleting names the table that still refers as the error's own.
    if error.table() != Some(def.table)
        && error.detail().is_none_or(|detail| !detail.contains("is not present") || error.table().is_none())
        && !is_partition_of(def, error.table())
    {
        let table = error.table().unwrap_or("another table");
        return Error::conflict(format!("records of `{table}` refer to it"));
    }
    let key = error.constraint().zip(shape(def)).and_then(|(name, shape)| {
        shape.foreign_keys.into_iter().find(|key| name == key.name).map(|key| (key.target, key.columns))
    });
    let Some((target, columns)) = key else {
        return Error::conflict("there is no such record to refer to");
    };
    let field = columns.first().and_then(|column| path(def, column));
    let reference = def.fields.iter().filter_map(|field| field.references).map(|reference| (reference.model)());
    let links = def.fields.iter().filter_map(|field| match field.ty.shape {
        sqh_model::types::Shape::Link(link) => Some((link.target)()),
        _ => None,
    });
    let model = reference.chain(links).find(|model| model.table == target).map_or(target.as_str(), |model| model.name);
    let conflict = Error::conflict(format!("there is no such `{model}` record"));
    match field {
        Some(field) => conflict.in_field(field),
        None => conflict,
    }
}

fn is_partition_of(def: &'static ModelDef, table: Option<&str>) -> bool {
    def.layout().partition().is_some() && table.is_some_and(|table| table.starts_with(def.table))
}

fn check(def: &'static ModelDef, error: &PgDatabaseError) -> Error {
    let name = error.constraint().unwrap_or_default();
    let columns = def.layout().columns();
    let mut named = columns.iter().filter(|column| name.starts_with(&format!("{}_{}_", def.table, column.name)));
    let column = named.by_ref().max_by_key(|column| column.name.len());
    let expression = shape(def).and_then(|shape| shape.checks.into_iter().find(|check| check.name == name));
    let refused = Error::invalid(match expression {
        Some(check) => format!("the value fails the check `{}`", check.expression),
        None => format!("the record fails the check `{name}`"),
    });
    match column {
        Some(column) => refused.in_field(&column.path),
        None => refused,
    }
}

fn column(def: &'static ModelDef, error: Error, column: Option<&str>) -> Error {
    match column.map(|column| (column, path(def, column))) {
        Some((_, Some(path))) => error.in_field(path),
        Some((column, None)) => error.in_field(column),
        None => error,
    }
}

fn path(def: &'static ModelDef, column: &str) -> Option<&'static str> {
    let columns = def.layout().columns();
    columns.iter().find(|known| known.name == column).map(|column| column.path.as_str())
}

fn shape(def: &'static ModelDef) -> Option<TableShape> {
    ddl::expected(def, &DdlOptions::default()).ok()
}

/// The columns of `Key (a, "order")=(…) already exists.`, whatever the language around them.
fn detail_columns(detail: &str) -> Option<Vec<String>> {
    let (names, _) = detail.split_once(")=(")?;
    let (_, names) = names.split_once('(')?;
    Some(names.split(", ").map(|name| unquoted(name).to_owned()).collect())
}

fn unquoted(name: &str) -> &str {
    let inner = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    if quoted(inner) == name { inner } else { name }
}

/// The server's error without what may hold the values of other records.
struct ServerError {
    code: String,
    message: String,
    constraint: Option<String>,
}

impl ServerError {
    fn of(error: &PgDatabaseError) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.message().to_owned(),
            constraint: error.constraint().map(str::to_owned),
        }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (SQLSTATE {})", self.message, self.code)
    }
}

impl fmt::Debug for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerError")
            .field("code", &self.code)
            .field("message", &self.message)
            .field("constraint", &self.constraint)
            .finish()
    }
}

impl std::error::Error for ServerError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_gives_its_columns_and_not_its_values() {
        for (detail, expected) in [
            ("Key (id)=(7) already exists.", Some(vec!["id"])),
            ("Key (a, \"order\")=(1, x)=(y) already exists.", Some(vec!["a", "order"])),
            ("Schlüssel »(a, b)=(1, 2)« existiert bereits.", Some(vec!["a", "b"])),
            ("nothing of the kind", None),
        ] {
            let expected = expected.map(|names| names.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(detail_columns(detail), expected, "{detail}");
        }
    }
}
