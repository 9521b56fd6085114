//! [`Statement`]: SQL that is ready to run, and how its binds and its reply are coded.
//!
//! Statements by key ([`keyed`]) are rendered once for each route and shape and kept ([`cache`]);
//! those with a filter ([`filtered`]) are rendered when they run.

pub(super) mod cache;
pub(super) mod filtered;
pub(super) mod guard;
pub(super) mod keyed;
pub(super) mod raw;
pub(super) mod related;
pub(super) mod report;
pub(super) mod shipment;
pub(super) mod similar;
pub(super) mod sql;
pub(super) mod target;
pub(super) mod text_search;

use std::sync::Arc;

use sqh_model::expr::lower::Binds;
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result, Value};
use sqlx::Arguments as _;
use sqlx::postgres::{PgArguments, PgRow};

use self::guard::Guard;
use self::sql::Sql;
use self::target::{Owner, Target};
use super::codec::{Codec, RowCodec, bind};

/// The alias of the model's table in every statement.
pub(super) const ALIAS: &str = "t";

/// How many binds a statement can have: the protocol counts them in 16 bits.
const MOST_BINDS: usize = u16::MAX as usize;

/// SQL that is ready to run.
pub(super) struct Statement {
    pub(super) def: &'static ModelDef,
    pub(super) sql: Arc<str>,
    /// How the rows of the reply are read.
    pub(super) reply: RowCodec,
    inputs: Vec<Input>,
    /// What a filter has collected; its placeholders stand behind those of the inputs.
    binds: Binds,
    /// How often the filter of [`Inputs::scope`] stands in it, behind all others.
    scopes: usize,
    /// Whether the tenant's key is its first bind: in row placement.
    is_owned: bool,
    /// Whether the route's epoch is in the binds behind it.
    is_guarded: bool,
    /// Whether it is planned for its very values each time: they say how many rows there are.
    pub(super) is_once: bool,
    /// Where in the reply the tenant's column stands; `None` if no record comes back.
    owner_at: Option<usize>,
}

/// A bind that an operation's own parts give.
struct Input {
    codec: Codec,
    /// The column's position in the layout.
    position: usize,
    source: Source,
}

#[derive(Debug, Clone, Copy)]
enum Source {
    /// The key's part of this number.
    Key(usize),
    /// The row's value of the column.
    Row,
    /// The version that the caller saw.
    Version,
}

/// The parts of an operation that a statement takes its binds from.
#[derive(Clone, Copy, Default)]
pub(super) struct Inputs<'a> {
    /// Whose rows they are, in row placement.
    pub(super) owner: Option<&'a Owner>,
    /// By which route they are written.
    pub(super) guard: Option<Guard<'a>>,
    pub(super) key: &'a [Value],
    pub(super) row: &'a [Value],
    pub(super) version: Option<&'a Value>,
    /// The values of what the principal may touch, for a statement that is kept.
    pub(super) scope: Option<&'a Binds>,
    /// Binds that are written by somebody else.
    pub(super) others: Option<&'a dyn Encode>,
}

/// Writes the binds of a statement.
pub(super) trait Encode: Sync {
    fn encode(&self, arguments: &mut PgArguments) -> Result<()>;
}

impl Statement {
    /// A statement without inputs of its own whose reply is read so.
    pub(super) fn new(target: &Target<'_>, sql: Sql<'_>, reply: RowCodec, binds: Binds) -> Self {
        let is_owned = target.tenant.is_some();
        let owner_at = is_owned.then(|| reply.width());
        let (sql, inputs) = (sql.finish().into(), Vec::new());
        let is_guarded = target.is_guarded;
        Self { def: target.def, sql, reply, inputs, binds, scopes: 0, is_owned, is_guarded, is_once: false, owner_at }
    }

    /// A statement that writes nothing and replies values, none of which is a whole record.
    pub(super) fn of_text(target: &Target<'_>, sql: String, reply: RowCodec, binds: Binds) -> Self {
        let (is_owned, sql, inputs) = (target.tenant.is_some(), sql.into(), Vec::new());
        let (is_guarded, is_once, owner_at) = (false, false, None);
        Self { def: target.def, sql, reply, inputs, binds, scopes: 0, is_owned, is_guarded, is_once, owner_at }
    }

    /// The same, if it replies no records.
    pub(super) fn without_records(self) -> Self {
        Self { owner_at: None, ..self }
    }

    /// Refuses a row of another tenant.
    ///
    /// # Errors
    /// `Internal`.
    pub(super) fn verify(&self, owner: Option<&Owner>, row: &PgRow) -> Result<()> {
        match (self.owner_at, owner) {
            (None, _) => Ok(()),
            (Some(at), Some(owner)) => owner.verify(self.def, row, at),
            (Some(_), None) => Err(target::nobody()),
        }
    }

    /// The SQL that replies one row of the same types, whatever this one finds, and looks for nothing.
    pub(super) fn described(&self) -> Arc<str> {
        format!("SELECT q.* FROM (SELECT 1) AS one LEFT JOIN ({}) AS q ON FALSE", self.sql).into()
    }

    /// The same, if it is planned for its very values each time.
    pub(super) fn once(self) -> Self {
        Self { is_once: true, ..self }
    }

    /// The statement that tells what the planner thinks of this one, as JSON.
    pub(super) fn estimated(self) -> Self {
        Self { sql: format!("EXPLAIN (FORMAT JSON) {}", self.sql).into(), owner_at: None, ..self }
    }

    /// The statement that tells how this one would be run, a line of text in each row.
    pub(super) fn explained(self) -> Self {
        Self { sql: format!("EXPLAIN {}", self.sql).into(), owner_at: None, ..self }
    }

    /// The binds.
    ///
    /// # Errors
    /// `Invalid`, naming model and field, for a value that PostgreSQL cannot hold, and for more values
    /// than a statement can have.
    pub(super) fn arguments(&self, inputs: Inputs<'_>) -> Result<PgArguments> {
        let mut arguments = PgArguments::default();
        if self.is_owned {
            inputs.owner.ok_or_else(target::nobody)?.bind(&mut arguments)?;
        }
        if self.is_guarded {
            inputs.guard.ok_or_else(target::nobody)?.bind(&mut arguments)?;
        }
        if let Some(others) = inputs.others {
            others.encode(&mut arguments)?;
        }
        for input in &self.inputs {
            let value = match input.source {
                Source::Key(part) => inputs.key.get(part),
                Source::Row => inputs.row.get(input.position),
                Source::Version => inputs.version,
            };
            let value = value.ok_or_else(|| Error::internal("the operation has not the parts of its statement"))?;
            bind::add(&mut arguments, &input.codec, value).map_err(|error| {
                error.in_field(&self.def.layout().columns()[input.position].path).in_model(self.def.name)
            })?;
        }
        bind::add_binds(&mut arguments, &self.binds).map_err(|error| error.in_model(self.def.name))?;
        for scope in std::iter::repeat_n(inputs.scope, self.scopes).flatten() {
            bind::add_binds(&mut arguments, scope).map_err(|error| error.in_model(self.def.name))?;
        }
        if arguments.len() > MOST_BINDS {
            let message = format!(
                "the operation has {} values, and PostgreSQL takes at most 65,535 in one statement: split its filter",
                arguments.len()
            );
            return Err(Error::invalid(message).in_model(self.def.name));
        }
        Ok(arguments)
    }
}
