//! [`Guard`]: by which route a tenant's records are written; and how a transaction opens under it.
//!
//! The database knows the epoch of each tenant whose records it has. A write asks for it in its own
//! statement, or right behind BEGIN: `sqh.check_placement` holds off whoever moves the tenant until the
//! transaction has ended, and refuses an epoch that is another.

use std::time::Duration;

use sqh_model::Result;
use sqh_model::render::ddl::TENANT_SETTING;
use sqh_model::schema::Placement;
use sqlx::Arguments as _;
use sqlx::postgres::PgArguments;

use crate::engine::Route;

/// The epoch that a tenant's writers know.
#[derive(Debug, Clone, Copy)]
pub(in crate::backend::postgres) struct Guard<'a> {
    tenant: &'a str,
    epoch: i64,
}

impl<'a> Guard<'a> {
    /// How many binds a guard has.
    pub(super) const BINDS: usize = 2;

    /// `None` for shared records, which never move.
    pub(in crate::backend::postgres) fn of(route: &'a Route) -> Option<Self> {
        route.tenant().map(|tenant| Self { tenant: tenant.slug(), epoch: tenant.epoch() })
    }

    /// The check as a condition, of which the first bind has this number. It depends on no row, so
    /// the server evaluates it once, and before it looks for rows.
    pub(super) fn condition(first: usize) -> String {
        format!("(SELECT sqh.check_placement(${first}, ${}))", first + 1)
    }

    pub(super) fn bind(&self, arguments: &mut PgArguments) -> Result<()> {
        let added = arguments.add(self.tenant).and_then(|()| arguments.add(self.epoch));
        added.map_err(|error| sqh_model::Error::internal("the route's epoch cannot be sent").with_source(error))
    }
}

/// Opens a transaction where a route leads to: one message, whatever it says.
pub(in crate::backend::postgres) fn begin(route: &Route, is_write: bool) -> String {
    let mut sql = "BEGIN".to_owned();
    if let Some(Guard { tenant, epoch }) = Guard::of(route).filter(|_| is_write) {
        sql += &format!("; SELECT sqh.check_placement({}, {epoch})", literal(tenant));
    }
    if let (Placement::Row, Some(tenant)) = (route.place().placement, route.tenant()) {
        sql += &format!("; SELECT set_config({}, {}, true)", literal(TENANT_SETTING), literal(tenant.key()));
    }
    sql
}

/// As [`begin`], for a statement that somebody else has written.
pub(in crate::backend::postgres) fn begin_read_only(route: &Route, timeout: Duration) -> String {
    let milliseconds = timeout.as_millis().clamp(1, i32::MAX as u128);
    let begin = begin(route, false);
    let rest = begin.strip_prefix("BEGIN").unwrap_or_default();
    format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {milliseconds}{rest}")
}

/// A text in quotes. The form with an `E` means the same whatever the server's settings are.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_ends_where_it_should() {
        assert_eq!(literal("a'b\\'; DROP TABLE c"), "E'a''b\\\\''; DROP TABLE c'");
    }
}
