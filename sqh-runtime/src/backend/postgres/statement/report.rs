//! The statement of a report. Each of its tables is a relation of its own that holds only what the
//! principal may read of the tenant's records; PostgreSQL's planner flattens them.

use std::fmt::Write as _;

use sqh_model::expr::Filter;
use sqh_model::expr::lower::{Binds, Relation};
use sqh_model::report::lower::Lowering;
use sqh_model::report::{Condition, Grouping, JoinKind, Report, Scalar, Sort};
use sqh_model::types::FieldType as _;
use sqh_model::{Error, Result, Value};
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
    let tables = texts;
    let mut writing = Writing { report, lowering: Lowering::new(report, &relations, binds), sql: String::new() };
    let reply = writing.outputs(root)?;
    writing.tables(&tables)?;
    writing.conditions(&tables)?;
    writing.groups()?;
    writing.order()?;
    writing.bounds();
    let (sql, binds) = (writing.sql, writing.lowering.binds);
    Ok((Statement::of_text(&root, sql, reply, binds), Sent { owners, shipments }))
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

struct Writing<'a> {
    report: &'a Report,
    lowering: Lowering<'a>,
    sql: String,
}

impl Writing<'_> {
    fn outputs(&mut self, root: Target<'_>) -> Result<RowCodec> {
        let mut codecs = Vec::new();
        for (i, output) in self.report.outputs.iter().enumerate() {
            self.sql.push_str(if i == 0 { "SELECT " } else { ", " });
            let (travel, cast) = self.lowering.travel(&output.of, &output.ty)?;
            self.lowering.push(&output.of, &mut self.sql)?;
            self.sql.push_str(cast);
            codecs.push(Codec::new(&output.ty, travel));
        }
        Ok(RowCodec::of_values(root.def, codecs))
    }

    fn tables(&mut self, tables: &[String]) -> Result<()> {
        for (source, table) in self.report.sources.iter().zip(tables) {
            let (word, on) = match &source.join {
                None => (" FROM ", None),
                Some(join) if join.kind == JoinKind::Inner => (" JOIN ", Some(&join.on)),
                Some(join) if join.kind == JoinKind::Left => (" LEFT JOIN ", Some(&join.on)),
                Some(_) => continue,
            };
            self.sql.push_str(word);
            self.sql.push_str(table);
            if let Some(on) = on {
                self.sql.push_str(" ON ");
                self.lowering.push_condition(on, &mut self.sql)?;
            }
        }
        Ok(())
    }

    fn conditions(&mut self, tables: &[String]) -> Result<()> {
        let mut word = " WHERE ";
        if self.report.filter != Condition::Always {
            self.sql.push_str(word);
            self.lowering.push_condition(&self.report.filter, &mut self.sql)?;
            word = " AND ";
        }
        for (source, table) in self.report.sources.iter().zip(tables) {
            let Some(join) = source.join.as_ref().filter(|join| !join.kind.is_read()) else {
                continue;
            };
            let not = if join.kind == JoinKind::Anti { "NOT " } else { "" };
            let _ = write!(self.sql, "{word}{not}EXISTS (SELECT FROM {table} WHERE ");
            self.lowering.push_condition(&join.on, &mut self.sql)?;
            self.sql.push(')');
            word = " AND ";
        }
        Ok(())
    }

    fn groups(&mut self) -> Result<()> {
        let Some(grouping) = &self.report.grouping else {
            return Ok(());
        };
        let keys = self.report.keys().map(|key| self.place(key)).collect::<Result<Vec<_>>>()?;
        let all = keys.join(", ");
        match grouping {
            _ if keys.is_empty() => {}
            Grouping::Keys => {
                let _ = write!(self.sql, " GROUP BY {all}");
            }
            Grouping::Rollup => {
                let _ = write!(self.sql, " GROUP BY ROLLUP ({all})");
            }
            Grouping::Cube => {
                let _ = write!(self.sql, " GROUP BY CUBE ({all})");
            }
            Grouping::Sets(sets) => {
                let set = |set: &Vec<usize>| {
                    let keys: Vec<&str> = set.iter().map(|key| keys[*key].as_str()).collect();
                    format!("({})", keys.join(", "))
                };
                let sets: Vec<String> = sets.iter().map(set).collect();
                let _ = write!(self.sql, " GROUP BY GROUPING SETS ({})", sets.join(", "));
            }
        }
        if self.report.having != Condition::Always {
            self.sql.push_str(" HAVING ");
            self.lowering.push_condition(&self.report.having, &mut self.sql)?;
        }
        Ok(())
    }

    fn order(&mut self) -> Result<()> {
        for (i, Sort { by, descending }) in self.report.order.iter().enumerate() {
            self.sql.push_str(if i == 0 { " ORDER BY " } else { ", " });
            match self.report.outputs.iter().position(|output| output.of == *by) {
                Some(output) => {
                    let place = self.place(output)?;
                    self.sql.push_str(&place);
                }
                None => self.lowering.push(by, &mut self.sql)?,
            }
            self.sql.push_str(if *descending { " DESC" } else { "" });
        }
        Ok(())
    }

    fn bounds(&mut self) {
        let mut bound = |word: &str, number: u64| {
            let number = Value::I64(i64::try_from(number).unwrap_or(i64::MAX));
            let number = self.lowering.binds.free(i64::DEF, number);
            let _ = write!(self.sql, " {word} {number}");
        };
        if let Some(limit) = self.report.limit {
            bound("LIMIT", limit);
        }
        if self.report.offset > 0 {
            bound("OFFSET", self.report.offset);
        }
    }

    // An output by its number: written again, its binds would be others, and PostgreSQL would not know
    // it again. A column is written as it is, since the output may be a cast of it.
    fn place(&mut self, output: usize) -> Result<String> {
        let mut sql = String::new();
        match &self.report.outputs[output].of {
            column @ Scalar::Column(_) => self.lowering.push(column, &mut sql)?,
            _ => sql = (output + 1).to_string(),
        }
        Ok(sql)
    }
}
