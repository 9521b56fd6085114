//! What stands behind FROM: models, queries, rows of functions, and how they are joined.

use sqh_model::{Error, Result};
use sqlparser::ast::{
    FunctionArg, FunctionArgExpr, Ident, Join, JoinConstraint, JoinOperator, ObjectName, Query, TableAlias,
    TableAliasColumnDef, TableFactor, TableFunctionArgs, TableWithJoins,
};

use super::Use;
use crate::sql::functions::{self, Kind};
use crate::sql::names::{Columns, Output, Scope, Table, fold, single};
use crate::sql::text::{Part, Text};
use crate::sql::{Checker, check_absent, refused};

impl Checker<'_> {
    /// The tables of a query, from ` FROM ` on.
    pub(super) fn from(&mut self, outer: &Scope<'_>, from: &[TableWithJoins]) -> Result<(Text, Vec<Table>)> {
        let (mut text, mut tables) = (Text::default(), Vec::new());
        for (i, item) in from.iter().enumerate() {
            text.push(if i == 0 { " FROM " } else { ", " });
            self.joined(outer, item, &mut tables, &mut text)?;
        }
        Ok((text, tables))
    }

    fn joined(
        &mut self,
        outer: &Scope<'_>,
        item: &TableWithJoins,
        tables: &mut Vec<Table>,
        text: &mut Text,
    ) -> Result<()> {
        let TableWithJoins { relation, joins } = item;
        self.factor(outer, relation, tables, text)?;
        for Join { relation, global, join_operator } in joins {
            check_absent(*global, "GLOBAL", "it is none of PostgreSQL's")?;
            let (word, constraint) = match join_operator {
                JoinOperator::Join(on) | JoinOperator::Inner(on) => (" JOIN ", on),
                JoinOperator::Left(on) | JoinOperator::LeftOuter(on) => (" LEFT JOIN ", on),
                JoinOperator::Right(on) | JoinOperator::RightOuter(on) => (" RIGHT JOIN ", on),
                JoinOperator::FullOuter(on) => (" FULL JOIN ", on),
                JoinOperator::CrossJoin(on) => (" CROSS JOIN ", on),
                JoinOperator::Semi(_)
                | JoinOperator::LeftSemi(_)
                | JoinOperator::RightSemi(_)
                | JoinOperator::Anti(_)
                | JoinOperator::LeftAnti(_)
                | JoinOperator::RightAnti(_)
                | JoinOperator::CrossApply
                | JoinOperator::OuterApply
                | JoinOperator::AsOf { .. }
                | JoinOperator::StraightJoin(_)
                | JoinOperator::ArrayJoin
                | JoinOperator::LeftArrayJoin
                | JoinOperator::InnerArrayJoin => {
                    return Err(refused("this kind of join", "write JOIN, LEFT, RIGHT, FULL or CROSS JOIN"));
                }
            };
            text.push(word);
            self.factor(outer, relation, tables, text)?;
            match constraint {
                JoinConstraint::On(condition) if word != " CROSS JOIN " => {
                    text.push(" ON ");
                    let scope = Scope { parent: Some(outer), ctes: &[], tables };
                    self.expr(&scope, condition, text)?;
                }
                JoinConstraint::None if word == " CROSS JOIN " => {}
                JoinConstraint::On(_) => return Err(refused("ON behind CROSS JOIN", "write JOIN")),
                JoinConstraint::None => return Err(refused("a join without a condition", "write ON")),
                JoinConstraint::Using(_) => return Err(refused("USING", "write ON and both columns")),
                JoinConstraint::Natural => return Err(refused("NATURAL JOIN", "write ON and both columns")),
            }
        }
        Ok(())
    }

    fn factor(
        &mut self,
        outer: &Scope<'_>,
        factor: &TableFactor,
        tables: &mut Vec<Table>,
        text: &mut Text,
    ) -> Result<()> {
        let before = tables.len();
        match factor {
            TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                let foreign = "it is none of PostgreSQL's";
                check_absent(!with_hints.is_empty() || !index_hints.is_empty(), "a hint", foreign)?;
                check_absent(version.is_some(), "a version of a table", foreign)?;
                check_absent(!partitions.is_empty(), "PARTITION", "a filter on its column finds it")?;
                check_absent(json_path.is_some(), "a path into a table", foreign)?;
                check_absent(sample.is_some(), "TABLESAMPLE", "it looks at records before they are filtered")?;
                check_absent(*with_ordinality, "WITH ORDINALITY", "use row_number()")?;
                match args {
                    None => tables.push(self.named(outer, single(name)?, alias.as_ref(), text)?),
                    Some(TableFunctionArgs { args, settings }) => {
                        check_absent(settings.is_some(), "SETTINGS", "nothing is set")?;
                        let table = self.rows(outer, tables, name, args, alias.as_ref(), text)?;
                        tables.push(table);
                    }
                }
            }
            TableFactor::Derived { lateral, subquery, alias, sample } => {
                check_absent(*lateral, "LATERAL", "a query behind FROM stands by itself")?;
                check_absent(sample.is_some(), "TABLESAMPLE", "it looks at records before they are filtered")?;
                tables.push(self.derived(outer, subquery, alias.as_ref(), text)?);
            }
            TableFactor::UNNEST { alias, array_exprs, with_offset, with_offset_alias, with_ordinality } => {
                let foreign = "it is none of PostgreSQL's";
                check_absent(*with_offset || with_offset_alias.is_some(), "WITH OFFSET", foreign)?;
                check_absent(*with_ordinality, "WITH ORDINALITY", "use row_number()")?;
                let args: Vec<_> = array_exprs
                    .iter()
                    .map(|array| FunctionArg::Unnamed(FunctionArgExpr::Expr(array.clone())))
                    .collect();
                let name = ObjectName::from(vec![Ident::new("unnest")]);
                let table = self.rows(outer, tables, &name, &args, alias.as_ref(), text)?;
                tables.push(table);
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                check_absent(alias.is_some(), "a name of a join", "name its tables")?;
                text.push("(");
                self.deeper(|checker| checker.joined(outer, table_with_joins, tables, text))?;
                text.push(")");
            }
            TableFactor::Function { .. } => {
                return Err(refused("LATERAL", "a function behind FROM needs no such word"));
            }
            TableFactor::TableFunction { .. }
            | TableFactor::JsonTable { .. }
            | TableFactor::OpenJsonTable { .. }
            | TableFactor::Pivot { .. }
            | TableFactor::Unpivot { .. }
            | TableFactor::UnpivotExpr { .. }
            | TableFactor::MatchRecognize { .. }
            | TableFactor::XmlTable { .. }
            | TableFactor::SemanticView { .. } => {
                return Err(refused("this kind of table", "write a model, a query, generate_series or unnest"));
            }
        }
        let (old, new) = tables.split_at(before);
        let is_taken = |name: &&String| old.iter().any(|table| table.names.contains(name));
        let taken = new.iter().flat_map(|table| &table.names).find(is_taken);
        match taken {
            Some(name) => Err(refused(format!("the name `{name}`"), "two tables have it: write AS and another")),
            None => Ok(()),
        }
    }

    /// A model, or a query of WITH.
    fn named(&mut self, outer: &Scope<'_>, name: &Ident, alias: Option<&TableAlias>, text: &mut Text) -> Result<Table> {
        let folded = fold(name)?;
        let called = self.alias();
        if let Some(cte) = outer.cte(&folded) {
            let columns = match alias {
                Some(alias) => renamed(cte.columns.clone(), alias)?,
                None => cte.columns.clone(),
            };
            text.push(&format!("{} AS {called} ({})", cte.alias, keys(columns.len())));
            let names = vec![alias.map_or(Ok(folded), |alias| fold(&alias.name))?];
            return Ok(Table { names, alias: called, columns: Columns::Query(columns) });
        }
        let model = self.model(name)?;
        let names = match alias {
            Some(alias) => {
                check_alias(alias)?;
                check_absent(!alias.columns.is_empty(), "a list of names behind a model", "name columns behind AS")?;
                vec![fold(&alias.name)?]
            }
            // By either name, as behind FROM.
            None => vec![model.name.to_lowercase(), model.table.to_owned(), model.name.to_owned()],
        };
        let relation = self.relation(model, called.clone());
        text.part(Part::Relation(relation));
        Ok(Table { names, alias: called, columns: Columns::Model(relation, model) })
    }

    fn derived(
        &mut self,
        outer: &Scope<'_>,
        query: &Query,
        alias: Option<&TableAlias>,
        text: &mut Text,
    ) -> Result<Table> {
        let alias = alias.ok_or_else(|| refused("a query behind FROM", "it needs a name: write AS"))?;
        let (body, outputs) = self.query(outer, query, Use::Table)?;
        let (called, columns) = (self.alias(), renamed(outputs, alias)?);
        text.push("(");
        text.append(body);
        text.push(&format!(") AS {called} ({})", keys(columns.len())));
        Ok(Table { names: vec![fold(&alias.name)?], alias: called, columns: Columns::Query(columns) })
    }

    /// The rows of a function, which may look at the tables before it.
    fn rows(
        &mut self,
        outer: &Scope<'_>,
        tables: &[Table],
        name: &ObjectName,
        args: &[FunctionArg],
        alias: Option<&TableAlias>,
        text: &mut Text,
    ) -> Result<Table> {
        let folded = fold(single(name)?)?;
        let function = functions::find(&folded).filter(|function| function.kind == Kind::Rows);
        let why = "behind FROM stand models, queries, `generate_series` and `unnest`";
        let function = function.ok_or_else(|| refused(format!("the function `{folded}`"), why))?;
        if !(function.least..=function.most).contains(&args.len()) {
            return Err(Error::invalid(format!("`{folded}` does not take {} arguments", args.len())));
        }
        text.push(&format!("pg_catalog.{}(", function.name));
        let scope = Scope { parent: Some(outer), ctes: &[], tables };
        self.arguments(&scope, args, text)?;
        let called = self.alias();
        text.push(&format!(") AS {called} (k1)"));
        let own = alias.map_or(Ok(folded), |alias| fold(&alias.name))?;
        let output = Output { name: own.clone(), shown: own.clone() };
        let columns = match alias {
            Some(alias) => renamed(vec![output], alias)?,
            None => vec![output],
        };
        Ok(Table { names: vec![own], alias: called, columns: Columns::Query(columns) })
    }
}

/// The columns of a query under the names of an alias, if it gives any.
pub(super) fn renamed(mut outputs: Vec<Output>, alias: &TableAlias) -> Result<Vec<Output>> {
    check_alias(alias)?;
    if alias.columns.len() > outputs.len() {
        return Err(Error::invalid(format!(
            "{} names are given to {} columns of `{}`",
            alias.columns.len(),
            outputs.len(),
            alias.name.value
        )));
    }
    for (output, TableAliasColumnDef { name, data_type }) in outputs.iter_mut().zip(&alias.columns) {
        check_absent(data_type.is_some(), "a type behind a name", "the columns have types already")?;
        *output = Output { name: fold(name)?, shown: name.value.clone() };
    }
    for (i, output) in outputs.iter().enumerate() {
        if outputs[..i].iter().any(|other| other.name == output.name) {
            let why = format!("`{}` has two columns of this name: write AS and another", alias.name.value);
            return Err(refused(format!("the name `{}`", output.shown), why));
        }
    }
    Ok(outputs)
}

/// `k1, k2, k3`
pub(super) fn keys(count: usize) -> String {
    (1..=count).map(|i| format!("k{i}")).collect::<Vec<_>>().join(", ")
}

fn check_alias(alias: &TableAlias) -> Result<()> {
    let TableAlias { explicit: _, name: _, columns: _, at } = alias;
    check_absent(at.is_some(), "AT behind a name", "it is none of PostgreSQL's")
}
