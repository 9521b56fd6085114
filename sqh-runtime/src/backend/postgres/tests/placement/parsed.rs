//! What a statement says, by a parser that knows nothing of how it was written.

use sqlparser::ast::{
    BinaryOperator, ConflictTarget, Delete, Expr, FromTable, Ident, Insert, OnConflictAction, OnInsert, Query,
    SelectItem, SetExpr, Statement, TableFactor, TableObject, TableWithJoins, Update,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

/// The only statement of some SQL.
pub(super) fn parse(sql: &str) -> Statement {
    let mut statements = Parser::parse_sql(&PostgreSqlDialect {}, sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    assert_eq!(statements.len(), 1, "{sql}");
    statements.remove(0)
}

/// A table that a statement reads or changes: its alias, and the condition on its rows.
pub(super) struct Relation<'a> {
    pub(super) alias: String,
    pub(super) condition: &'a mut Option<Expr>,
}

/// Shows each table that a statement reads or changes rows of.
pub(super) fn relations(statement: &mut Statement, see: &mut dyn FnMut(Relation<'_>)) {
    match statement {
        Statement::Explain { statement, .. } => relations(statement, see),
        Statement::Query(query) => of_query(query, see),
        Statement::Update(Update { table, selection, from: None, .. }) => of_rows(&[table], selection, see),
        Statement::Delete(Delete { from: FromTable::WithFromKeyword(tables), using: None, selection, .. }) => {
            of_rows(&tables.iter().collect::<Vec<_>>(), selection, see);
        }
        Statement::Insert(insert) => of_insert(insert, see),
        other => panic!("a kind of statement that is not known: {other}"),
    }
}

fn of_insert(insert: &mut Insert, see: &mut dyn FnMut(Relation<'_>)) {
    if let Some(query) = &mut insert.source {
        of_query(query, see);
    }
    if let Some(OnInsert::OnConflict(conflict)) = &mut insert.on {
        let alias = insert.table_alias.as_ref().unwrap().alias.value.clone();
        match &mut conflict.action {
            OnConflictAction::DoUpdate(update) => see(Relation { alias, condition: &mut update.selection }),
            OnConflictAction::DoNothing => panic!("nothing is left out in silence"),
        }
    }
}

fn of_query(query: &mut Query, see: &mut dyn FnMut(Relation<'_>)) {
    for cte in query.with.iter_mut().flat_map(|with| &mut with.cte_tables) {
        of_query(&mut cte.query, see);
    }
    of_body(&mut query.body, see);
}

fn of_body(body: &mut SetExpr, see: &mut dyn FnMut(Relation<'_>)) {
    match body {
        SetExpr::Select(select) => {
            for table in &mut select.from {
                let joined = table.joins.iter_mut().map(|join| &mut join.relation);
                for relation in std::iter::once(&mut table.relation).chain(joined) {
                    if let TableFactor::Derived { subquery, .. } = relation {
                        of_query(subquery, see);
                    }
                }
            }
            for item in &mut select.projection {
                if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
                    subqueries(expr, see);
                }
            }
            if let Some(having) = &mut select.having {
                subqueries(having, see);
            }
            of_rows(&select.from.iter().collect::<Vec<_>>(), &mut select.selection, see);
        }
        SetExpr::SetOperation { left, right, .. } => {
            of_body(left, see);
            of_body(right, see);
        }
        SetExpr::Query(query) => of_query(query, see),
        SetExpr::Values(_) => {}
        other => panic!("a kind of query that is not known: {other}"),
    }
}

fn of_rows(tables: &[&TableWithJoins], condition: &mut Option<Expr>, see: &mut dyn FnMut(Relation<'_>)) {
    for table in tables {
        assert!(table.joins.iter().all(|join| is_query(&join.relation)));
        match &table.relation {
            named if is_query(named) => {}
            TableFactor::Table { alias, args: None, .. } => {
                let alias = alias.as_ref().unwrap().name.value.clone();
                see(Relation { alias, condition: &mut *condition });
            }
            TableFactor::UNNEST { .. } => {}
            TableFactor::Table { name, .. } if name.to_string() == "unnest" => {}
            other => panic!("a kind of table that is not known: {other}"),
        }
    }
    if let Some(condition) = condition {
        subqueries(condition, see);
    }
}

/// A query whose tables are seen where it stands: in parentheses, or one of WITH by its name, which is none of
/// a table's since these have a schema.
fn is_query(relation: &TableFactor) -> bool {
    match relation {
        TableFactor::Derived { .. } => true,
        TableFactor::Table { name, args: None, .. } => name.0.len() == 1,
        _ => false,
    }
}

fn subqueries(expr: &mut Expr, see: &mut dyn FnMut(Relation<'_>)) {
    match expr {
        Expr::BinaryOp { left, right, .. } => {
            subqueries(left, see);
            subqueries(right, see);
        }
        Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } => subqueries(inner, see),
        Expr::Subquery(query) | Expr::Exists { subquery: query, .. } => of_query(query, see),
        Expr::InSubquery { expr, subquery, .. } => {
            subqueries(expr, see);
            of_query(subquery, see);
        }
        Expr::AnyOp { left, right, .. } | Expr::AllOp { left, right, .. } => {
            subqueries(left, see);
            subqueries(right, see);
        }
        Expr::Case { operand, conditions, else_result, .. } => {
            for when in conditions {
                subqueries(&mut when.condition, see);
                subqueries(&mut when.result, see);
            }
            operand.iter_mut().chain(else_result).for_each(|expr| subqueries(expr, see));
        }
        _ => {}
    }
}

/// Shows each of the conditions that an expression joins by AND.
pub(super) fn conjuncts(expr: &mut Expr, see: &mut dyn FnMut(&mut Expr)) {
    match expr {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            conjuncts(left, see);
            conjuncts(right, see);
        }
        whole => see(whole),
    }
}

/// An insert's table, columns, and the columns of its conflict.
pub(super) fn insert(statement: &Statement) -> Option<(String, Vec<String>, Option<Vec<String>>)> {
    let Statement::Insert(insert) = statement else { return None };
    let TableObject::TableName(table) = &insert.table else { panic!("{statement}") };
    let conflict = insert.on.as_ref().map(|on| match on {
        OnInsert::OnConflict(conflict) => match &conflict.conflict_target {
            Some(ConflictTarget::Columns(columns)) => names(columns),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    });
    Some((table.to_string(), insert.columns.iter().map(ToString::to_string).collect(), conflict))
}

/// The first of the values that an insert writes into each row.
pub(super) fn first_value(statement: &Statement) -> String {
    let Statement::Insert(insert) = statement else { panic!("{statement}") };
    match &*insert.source.as_ref().unwrap().body {
        SetExpr::Values(values) => values.rows[0][0].to_string(),
        SetExpr::Select(select) => select.projection[0].to_string(),
        other => panic!("{other}"),
    }
}

/// Names as they stand in SQL.
pub(super) fn names(idents: &[Ident]) -> Vec<String> {
    idents.iter().map(ToString::to_string).collect()
}
