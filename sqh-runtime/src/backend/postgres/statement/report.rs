//! The statement of a report. Each of its tables is a relation of its own that holds only what the
//! principal may read of the tenant's records; PostgreSQL's planner flattens them.

use sqh_model::expr::Filter;
use sqh_model::expr::lower::{Binds, Relation};
use sqh_model::report::lower::{self, Lowering, SelectForm};
use sqh_model::report::{Output, Report};
use sqh_model::{Error, Result};
use sqlx::postgres::PgArguments;

use super::shipment::Shipment;
use super::sql::Sql;
use super::target::{Owner, Target};
use super::{Codec, Encode, RowCodec, Statement};

/// A source of a report: its table, whose rows of it, and which of them.
#[derive(Clone)]
pub(in crate::backend::postgres) struct Source<'a> {
    pub(in crate::backend::postgres) target: Target<'a>,
    pub(in crate::backend::postgres) owner: Option<Owner>,
    pub(in crate::backend::postgres) scope: &'a Filter,
}

/// Where the records of a source come from.
pub(in crate::backend::postgres) enum Table<'a> {
    /// A table of the database.
    Stored(Source<'a>),
    /// Rows that come along with the statement.
    Sent(&'a Shipment),
}

/// The owners of the joined tables whose keys are others than that of the first, and stand behind it.
pub(in crate::backend::postgres) struct Owners {
    others: Vec<Owner>,
    /// How many keys there are, with that of the first table.
    count: usize,
}

impl Encode for Owners {
    fn encode(&self, arguments: &mut PgArguments) -> Result<()> {
        self.others.iter().try_for_each(|owner| owner.bind(arguments))
    }
}

/// The owners, and what comes along with the statement.
pub(in crate::backend::postgres) struct Sent<'a> {
    pub(in crate::backend::postgres) owners: Owners,
    pub(in crate::backend::postgres) shipments: Vec<&'a Shipment>,
}

impl Encode for Sent<'_> {
    fn encode(&self, arguments: &mut PgArguments) -> Result<()> {
        self.owners.encode(arguments)?;
        self.shipments.iter().try_for_each(|shipment| shipment.encode(arguments))
    }
}

/// `SELECT` of what a report computes, and the owners of what it joins.
pub(in crate::backend::postgres) fn select(report: &Report, sources: Vec<Source<'_>>) -> Result<(Statement, Owners)> {
    let tables: Vec<Table<'_>> = sources.into_iter().map(Table::Stored).collect();
    select_of(report, &tables).map(|(statement, sent)| (statement, sent.owners))
}

/// `SELECT` of what a report computes of tables, one of them at least, and of rows that come along.
pub(in crate::backend::postgres) fn select_of<'a>(
    report: &Report,
    tables: &[Table<'a>],
) -> Result<(Statement, Sent<'a>)> {
    let stored = tables.iter().filter_map(|table| match table {
        Table::Stored(source) => Some(source.clone()),
        Table::Sent(_) => None,
    });
    let stored: Vec<Source<'_>> = stored.collect();
    let root = stored[0].target;
    let (targets, _, owners) = numbered(&stored);
    let shipments = tables.iter().filter_map(|table| match table {
        Table::Stored(_) => None,
        Table::Sent(shipment) => Some(*shipment),
    });
    let shipments: Vec<&Shipment> = shipments.collect();
    let arrays: usize = shipments.iter().map(|shipment| shipment.width()).sum();
    let mut binds = Binds::behind(owners.count + arrays);
    let aliases: Vec<String> = (0..tables.len()).map(|i| format!("s{i}")).collect();
    let (mut relations, mut texts) = (Vec::new(), Vec::new());
    let (mut targets, mut array) = (targets.iter(), owners.count + 1);
    for (table, alias) in tables.iter().zip(&aliases) {
        match table {
            Table::Sent(shipment) => {
                texts.push(shipment.relation(alias, array));
                array += shipment.width();
                relations.push(Relation { def: shipment.def, schema: root.schema, alias });
            }
            Table::Stored(source) => {
                let target = targets.next().ok_or_else(|| Error::internal("each table has been numbered"))?;
                texts.push(if report.can_fail() {
                    Sql::fenced(target, source.scope, &["*".to_owned()], alias, &mut binds)?
                } else {
                    Sql::relation(target, source.scope, alias, &mut binds)?
                });
                relations.push(Relation { alias, ..target.relation() });
            }
        }
    }
    let tables: Vec<lower::Table> = texts.into_iter().map(|sql| lower::Table { sql, also: None }).collect();
    let mut lowering = Lowering::new(report, &relations, binds);
    let reply = reply(report, &lowering, root)?;
    let output = |lowering: &Lowering<'_>, i: usize, value: String| {
        let Output { of, ty, .. } = &report.outputs[i];
        Ok(value + lowering.travel(of, ty)?.1)
    };
    let mut sql = String::new();
    lowering.push_select(&SelectForm { tables: &tables, first: None, output: &output }, &mut sql)?;
    Ok((Statement::of_text(&root, sql, reply, lowering.binds), Sent { owners, shipments }))
}

/// How the rows of a report are read.
fn reply(report: &Report, lowering: &Lowering<'_>, root: Target<'_>) -> Result<RowCodec> {
    let codec = |output: &Output| Ok(Codec::new(&output.ty, lowering.travel(&output.of, &output.ty)?.0));
    Ok(RowCodec::of_values(root.def, report.outputs.iter().map(codec).collect::<Result<_>>()?))
}

/// The tables, each with the place of its tenant's key among the binds; the binds behind the keys; and the
/// owners of the keys that the statement does not ask for by itself, which it does for the first table.
pub(super) fn numbered<'a>(sources: &[Source<'a>]) -> (Vec<Target<'a>>, Binds, Owners) {
    let mut owners: Vec<&Owner> = Vec::new();
    let mut targets = Vec::new();
    for source in sources {
        let mut target = source.target;
        if let Some(owner) = &source.owner {
            let known = owners.iter().position(|other| other.is_same(owner));
            target.key_at = 1 + known.unwrap_or(owners.len());
            if known.is_none() {
                owners.push(owner);
            }
        }
        targets.push(target);
    }
    let first = usize::from(sources[0].owner.is_some());
    let (count, others) = (owners.len(), owners[first..].iter().copied().cloned().collect());
    (targets, Binds::behind(count), Owners { others, count })
}
