//! [`SharedJoin`]: a report on records of a tenant and on shared ones, which are in two databases.

use std::fmt;

use sqh_model::report::Report;
use sqh_model::schema::ModelDef;

/// By which way records of two databases are brought together.
///
/// Whatever the way, the rows of one side are sent to the database of the other one, and the report runs
/// there as it would run in one database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinStrategy {
    /// By the planner's estimates of both sides: the one that sends the fewest rows.
    #[default]
    Auto,
    /// Sends the tenant's rows to the shared database, which joins and aggregates: for few of the tenant's
    /// against many shared ones.
    ShipTenantRows,
    /// Sends the shared rows to the tenant's database, no more of them than have a partner where the join
    /// allows it: for many of the tenant's against few shared ones.
    ShipSharedRows,
}

impl fmt::Display for JoinStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::ShipTenantRows => "ship tenant rows",
            Self::ShipSharedRows => "ship shared rows",
        })
    }
}

/// A report on records of a tenant and on shared ones.
#[derive(Debug)]
pub struct SharedJoin {
    /// What is computed.
    pub report: Report,
    /// By which way.
    pub strategy: JoinStrategy,
    /// Whether its rows are to come piece by piece. Replies a stream then.
    pub is_streamed: bool,
}

impl SharedJoin {
    /// The number of the source that the operation is of: the first of the tenant's, or the first.
    pub fn home(&self) -> usize {
        self.report.sources.iter().position(|source| !source.relation.model.storage.shared).unwrap_or_default()
    }

    /// The model that the operation is of.
    pub fn model(&self) -> &'static ModelDef {
        self.report.sources[self.home()].relation.model
    }

    /// The other models, in the order of their sources.
    pub(super) fn joined(&self) -> Vec<&'static ModelDef> {
        let home = self.home();
        let others = self.report.sources.iter().enumerate().filter(|(number, _)| *number != home);
        others.map(|(_, source)| source.relation.model).collect()
    }
}

/// How a join of two databases would be run. It prints as text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct JoinPlan {
    /// The way.
    pub strategy: JoinStrategy,
    /// Why this one.
    pub why: String,
    /// What is read of each source, in the order of the report.
    pub sources: Vec<JoinedSource>,
    /// The statements in the order in which they run, but for what depends on the rows that are sent.
    pub steps: Vec<JoinStep>,
}

/// What a join of two databases reads of a source.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct JoinedSource {
    /// The model, or its alias.
    pub name: String,
    /// Whether its records are shared.
    pub is_shared: bool,
    /// How many records the planner expects to match the conditions on it.
    pub rows: u64,
    /// How many of them it expects to be sent to the other database; `None` if they stay.
    pub sent: Option<u64>,
}

/// A statement of a join of two databases.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct JoinStep {
    /// What it is for.
    pub what: String,
    /// The lines of its plan.
    pub plan: Vec<String>,
}

impl fmt::Display for JoinPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.strategy, self.why)?;
        for JoinedSource { name, is_shared, rows, sent } in &self.sources {
            let whose = if *is_shared { "shared" } else { "the tenant's" };
            match sent {
                Some(sent) => writeln!(f, "  {name} ({whose}): {rows} rows expected, {sent} of them sent")?,
                None => writeln!(f, "  {name} ({whose}): {rows} rows expected, where they are")?,
            }
        }
        for JoinStep { what, plan } in &self.steps {
            writeln!(f, "{what}")?;
            plan.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        Ok(())
    }
}
