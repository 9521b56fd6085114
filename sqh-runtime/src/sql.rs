//! [`check`]: SQL that a caller has written, proven to read no more than its principal may.
//!
//! The text is parsed, and everything in it must be on a list: clauses, joins, operators, functions, types.
//! What is sent is written anew from what was understood. It holds none of the caller's identifiers and
//! comments: each name was resolved to a column of a registered model, or of a part of the statement, and
//! each table became a [`Part::Relation`], which the backend fills with the scoped, filtered and masked
//! records. [`names`] resolves, [`query`] and [`expr`] walk, [`functions`] and [`types`] are the lists.

mod expr;
mod functions;
mod limits;
mod names;
mod options;
mod params;
#[cfg(feature = "cli")]
mod placeholders;
mod query;
mod raw;
mod row;
mod text;
mod types;

use std::collections::BTreeSet;

use sqh_model::schema::{ModelDef, Registry};
use sqh_model::types::TypeDef;
use sqh_model::{Error, Result, Value};
use sqlparser::ast::{Query, Statement};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

pub use self::options::SqlOptions;
pub(crate) use self::params::SqlParams;
#[cfg(feature = "cli")]
pub(crate) use self::placeholders::fill;
pub use self::raw::RawSql;
#[cfg(feature = "test-util")]
pub(crate) use self::raw::counting;
#[doc(hidden)]
pub use self::raw::{name_of, name_of_column};
pub use self::row::SqlRow;
pub(crate) use self::text::Part;
pub use sqh_derive::sql;

/// A statement that may be run for a principal, and how.
pub struct Sql {
    pub(crate) checked: Checked,
    pub(crate) options: SqlOptions,
    /// The types that the caller reads; any, if `None`.
    pub(crate) expected: Option<Vec<TypeDef>>,
    /// What stands for the columns of each source that are hidden from the principal, by their positions.
    /// `None` until the path has said so: nothing runs before.
    pub(crate) masks: Option<Vec<Vec<(usize, Value)>>>,
}

/// A statement that was understood, and written anew.
pub(crate) struct Checked {
    pub(crate) parts: Vec<Part>,
    /// The models that it reads, each once, in the order in which they are named.
    pub(crate) sources: Vec<Source>,
    /// Its tables.
    pub(crate) relations: Vec<Relation>,
    /// The names of what it replies.
    pub(crate) columns: Vec<String>,
    pub(crate) params: SqlParams,
}

/// A model that a statement reads.
pub(crate) struct Source {
    pub(crate) model: &'static ModelDef,
    /// The columns of which more is made than that they are shown.
    pub(crate) asked: BTreeSet<usize>,
}

/// A table of a statement.
pub(crate) struct Relation {
    /// Which of the sources.
    pub(crate) source: usize,
    /// Its alias.
    pub(crate) alias: String,
    /// The columns that are read of it, by their positions.
    pub(crate) columns: BTreeSet<usize>,
}

/// Understands a statement.
///
/// # Errors
/// `Invalid`, saying what is refused and why.
pub(crate) fn check(registry: &Registry, sql: &str, params: SqlParams) -> Result<Checked> {
    limits::with_room(|| understand(registry, sql, params))
}

fn understand(registry: &Registry, sql: &str, params: SqlParams) -> Result<Checked> {
    let query = parse(sql)?;
    let mut checker = Checker {
        registry,
        params: &params,
        used: BTreeSet::new(),
        sources: Vec::new(),
        relations: Vec::new(),
        aliases: 0,
        depth: 0,
    };
    let (text, outputs) = checker.statement(&query)?;
    let Checker { used, sources, relations, .. } = checker;
    if sources.is_empty() {
        return Err(Error::invalid("the statement reads no model: name one behind FROM"));
    }
    if let Some(unused) = (0..params.len()).find(|i| !used.contains(i)) {
        return Err(Error::invalid(format!("the parameter `:{}` is nowhere in the statement", params.name(unused))));
    }
    let columns = outputs.into_iter().map(|output| output.shown).collect();
    Ok(Checked { parts: text.into_parts(), sources, relations, columns, params })
}

fn parse(sql: &str) -> Result<Box<Query>> {
    let tokens = limits::tokens(sql)?;
    let mut statements = Parser::new(&PostgreSqlDialect {})
        .with_recursion_limit(limits::DEEPEST_PARSE)
        .with_tokens_with_locations(tokens)
        .parse_statements()
        .map_err(|error| Error::invalid(format!("the statement is not understood: {error}")))?;
    match (statements.len(), statements.pop()) {
        (1, Some(Statement::Query(query))) => Ok(query),
        (1, Some(_)) => Err(Error::invalid("only SELECT is run: writing goes by the records' own methods")),
        (0, _) => Err(Error::invalid("the statement is empty")),
        (n, _) => Err(Error::invalid(format!("one statement is run at a time, and these are {n} statements"))),
    }
}

/// What is known of a statement on the way through it.
struct Checker<'a> {
    registry: &'a Registry,
    params: &'a SqlParams,
    /// The parameters that were met.
    used: BTreeSet<usize>,
    sources: Vec<Source>,
    relations: Vec<Relation>,
    aliases: usize,
    depth: usize,
}

impl Checker<'_> {
    /// A name that nothing else has.
    fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("r{}", self.aliases)
    }

    /// Goes one level down, by a function that is given the checker.
    fn deeper<T>(&mut self, walk: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= limits::DEEPEST {
            return Err(refused("the statement", "it is nested too deeply"));
        }
        self.depth += 1;
        let walked = walk(self);
        self.depth -= 1;
        walked
    }
}

/// The error for what is on no list.
fn refused(what: impl std::fmt::Display, why: impl std::fmt::Display) -> Error {
    Error::invalid(format!("{what} is refused: {why}"))
}

/// Refuses a part of a clause that is there.
fn check_absent(is_there: bool, what: &str, why: &str) -> Result<()> {
    if is_there { Err(refused(what, why)) } else { Ok(()) }
}
