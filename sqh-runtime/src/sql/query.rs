//! Queries: what stands around expressions. Each structure of the parser is taken apart without a rest, so
//! that a clause which it learns about does not compile until it is refused or written here.

use sqh_model::{Error, Result};
use sqlparser::ast::{
    Cte as ParsedCte, CteAsMaterialized, Expr, GroupByExpr, LimitClause, Offset, OrderBy, OrderByExpr, OrderByKind,
    OrderByOptions, OrderBySort, Query, Select, SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, SetExpr,
    SetOperator, SetQuantifier, Value, WildcardAdditionalOptions, With,
};

use super::names::{Cte, Output, Scope, fold, single};
use super::text::{Part, Text};
use super::{Checker, check_absent, refused};

mod from;
mod groups;

const NOTHING: Scope<'static> = Scope { parent: None, ctes: &[], tables: &[] };

/// What a query stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Its rows are replied: no more of them than are allowed.
    Replied,
    /// Its rows are a table of another query.
    Table,
    /// It is part of an expression, so that what it shows is asked.
    Asked,
}

impl Checker<'_> {
    /// The whole statement.
    pub(super) fn statement(&mut self, query: &Query) -> Result<(Text, Vec<Output>)> {
        self.query(&NOTHING, query, Use::Replied)
    }

    pub(super) fn query(&mut self, outer: &Scope<'_>, query: &Query, of: Use) -> Result<(Text, Vec<Output>)> {
        self.deeper(|checker| checker.whole_query(outer, query, of))
    }

    fn whole_query(&mut self, outer: &Scope<'_>, query: &Query, of: Use) -> Result<(Text, Vec<Output>)> {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        check_absent(fetch.is_some(), "FETCH", "write LIMIT")?;
        check_absent(!locks.is_empty(), "FOR UPDATE or FOR SHARE", "nothing is locked")?;
        check_absent(for_clause.is_some(), "the FOR clause", "it is none of PostgreSQL's")?;
        check_absent(settings.is_some(), "SETTINGS", "nothing is set")?;
        check_absent(format_clause.is_some(), "FORMAT", "it is none of PostgreSQL's")?;
        check_absent(!pipe_operators.is_empty(), "a pipe", "it is none of PostgreSQL's")?;
        let (mut text, ctes) = self.with(outer, with.as_ref())?;
        let scope = Scope { parent: Some(outer), ctes: &ctes, tables: &[] };
        let outputs = match &**body {
            SetExpr::Select(select) => {
                let (body, outputs) = self.select(&scope, select, order_by.as_ref(), of)?;
                text.append(body);
                outputs
            }
            body => {
                let outputs = self.set(&scope, body, of, &mut text)?;
                self.order(None, &outputs, order_by.as_ref(), &mut text)?;
                outputs
            }
        };
        self.bounds(limit_clause.as_ref(), of, &mut text)?;
        Ok((text, outputs))
    }

    fn with(&mut self, outer: &Scope<'_>, with: Option<&With>) -> Result<(Text, Vec<Cte>)> {
        let (mut text, mut ctes) = (Text::default(), Vec::<Cte>::new());
        let Some(With { with_token: _, recursive, cte_tables }) = with else {
            return Ok((text, ctes));
        };
        check_absent(*recursive, "WITH RECURSIVE", "nothing bounds how long it runs")?;
        for ParsedCte { alias, query, from, materialized, closing_paren_token: _ } in cte_tables {
            check_absent(from.is_some(), "FROM behind a query of WITH", "it is none of PostgreSQL's")?;
            let name = fold(&alias.name)?;
            check_absent(ctes.iter().any(|cte| cte.name == name), &format!("the name `{name}`"), "it is taken")?;
            let scope = Scope { parent: Some(outer), ctes: &ctes, tables: &[] };
            let (body, outputs) = self.query(&scope, query, Use::Table)?;
            let cte = Cte { name, alias: self.alias(), columns: from::renamed(outputs, alias)? };
            text.push(if ctes.is_empty() { "WITH " } else { ", " });
            text.push(&format!("{} ({}) AS ", cte.alias, from::keys(cte.columns.len())));
            text.push(match materialized {
                None => "(",
                Some(CteAsMaterialized::Materialized) => "MATERIALIZED (",
                Some(CteAsMaterialized::NotMaterialized) => "NOT MATERIALIZED (",
            });
            text.append(body);
            text.push(")");
            ctes.push(cte);
        }
        text.push(" ");
        Ok((text, ctes))
    }

    /// Queries that are put together.
    fn set(&mut self, scope: &Scope<'_>, body: &SetExpr, of: Use, text: &mut Text) -> Result<Vec<Output>> {
        let of = if of == Use::Replied { Use::Table } else { of };
        match body {
            SetExpr::Select(select) => {
                let (body, outputs) = self.select(scope, select, None, of)?;
                text.append(body);
                Ok(outputs)
            }
            SetExpr::Query(query) => {
                let (body, outputs) = self.query(scope, query, of)?;
                text.push("(");
                text.append(body);
                text.push(")");
                Ok(outputs)
            }
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                text.push("(");
                let outputs = self.deeper(|checker| checker.set(scope, left, of, text))?;
                text.push(match op {
                    SetOperator::Union => ") UNION",
                    SetOperator::Except => ") EXCEPT",
                    SetOperator::Intersect => ") INTERSECT",
                    SetOperator::Minus => return Err(refused("MINUS", "write EXCEPT")),
                });
                text.push(match set_quantifier {
                    SetQuantifier::All => " ALL (",
                    SetQuantifier::None | SetQuantifier::Distinct => " (",
                    other => return Err(refused(other, "it is none of PostgreSQL's")),
                });
                let others = self.deeper(|checker| checker.set(scope, right, of, text))?;
                text.push(")");
                if others.len() != outputs.len() {
                    let (left, right) = (outputs.len(), others.len());
                    return Err(Error::invalid(format!("{left} columns are put together with {right}")));
                }
                Ok(outputs)
            }
            SetExpr::Values(_) => Err(refused("VALUES", "a parameter is a list too: `unnest(:list)`")),
            SetExpr::Table(_) => Err(refused("TABLE", "write SELECT")),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                Err(refused("a statement that writes", "writing goes by the records' own methods"))
            }
        }
    }

    fn select(
        &mut self,
        outer: &Scope<'_>,
        select: &Select,
        order_by: Option<&OrderBy>,
        of: Use,
    ) -> Result<(Text, Vec<Output>)> {
        let Select {
            select_token: _,
            optimizer_hints,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        let foreign = "it is none of PostgreSQL's";
        check_absent(!optimizer_hints.is_empty(), "a hint", foreign)?;
        check_absent(select_modifiers.is_some(), "a modifier of SELECT", foreign)?;
        check_absent(top.is_some(), "TOP", "write LIMIT")?;
        check_absent(exclude.is_some(), "EXCLUDE", foreign)?;
        check_absent(into.is_some(), "SELECT INTO", "it makes a table")?;
        check_absent(!lateral_views.is_empty(), "LATERAL VIEW", foreign)?;
        check_absent(prewhere.is_some(), "PREWHERE", foreign)?;
        check_absent(!connect_by.is_empty(), "CONNECT BY", foreign)?;
        check_absent(!cluster_by.is_empty(), "CLUSTER BY", foreign)?;
        check_absent(!distribute_by.is_empty(), "DISTRIBUTE BY", foreign)?;
        check_absent(!sort_by.is_empty(), "SORT BY", foreign)?;
        check_absent(!named_window.is_empty(), "WINDOW", "write the window behind OVER")?;
        check_absent(qualify.is_some(), "QUALIFY", foreign)?;
        check_absent(value_table_mode.is_some(), "SELECT AS", foreign)?;
        check_absent(*flavor != SelectFlavor::Standard, "FROM before SELECT", foreign)?;

        let (tables_text, tables) = self.from(outer, from)?;
        let scope = Scope { parent: Some(outer), ctes: &[], tables: &tables };
        let mut items = Text::default();
        let outputs = self.projection(&scope, projection, of, &mut items)?;
        let mut text = Text::default();
        text.push("SELECT ");
        self.distinct(&scope, &outputs, distinct.as_ref(), &mut text)?;
        text.append(items);
        text.append(tables_text);
        for (word, condition) in [(" WHERE ", selection)] {
            if let Some(condition) = condition {
                text.push(word);
                self.expr(&scope, condition, &mut text)?;
            }
        }
        match group_by {
            GroupByExpr::All(_) => return Err(refused("GROUP BY ALL", "name what to group by")),
            GroupByExpr::Expressions(keys, modifiers) => {
                check_absent(!modifiers.is_empty(), "WITH behind GROUP BY", foreign)?;
                self.groups(&scope, &outputs, keys, &mut text)?;
            }
        }
        if let Some(having) = having {
            text.push(" HAVING ");
            self.expr(&scope, having, &mut text)?;
        }
        self.order(Some(&scope), &outputs, order_by, &mut text)?;
        Ok((text, outputs))
    }

    fn projection(&mut self, scope: &Scope<'_>, items: &[SelectItem], of: Use, text: &mut Text) -> Result<Vec<Output>> {
        let mut outputs = Vec::new();
        for item in items {
            let (expr, alias) = match item {
                SelectItem::UnnamedExpr(expr) => (expr, None),
                SelectItem::ExprWithAlias { expr, alias } => (expr, Some(alias)),
                SelectItem::ExprWithAliases { .. } => {
                    return Err(refused("a list of names behind AS", "it is none of PostgreSQL's"));
                }
                SelectItem::Wildcard(options) => {
                    check_plain(options)?;
                    check_absent(scope.tables.is_empty(), "`*`", "nothing stands behind FROM")?;
                    let all = scope.tables.iter().flat_map(|table| table.all());
                    self.wildcard(all.collect(), of, &mut outputs, text);
                    continue;
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                    check_plain(options)?;
                    let name = fold(single(name)?)?;
                    let table = scope.tables.iter().find(|table| table.names.contains(&name));
                    let table = table.ok_or_else(|| refused(format!("`{name}.*`"), "there is no such table"))?;
                    self.wildcard(table.all(), of, &mut outputs, text);
                    continue;
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(_), _) => {
                    return Err(refused("`*` of a value", "name its columns"));
                }
            };
            text.push(if outputs.is_empty() { "" } else { ", " });
            let name = match column_name(expr)? {
                Some(names) => {
                    let found = scope.column(&names)?;
                    let column = self.read(&found, of != Use::Asked);
                    text.push(&column);
                    names.last().cloned()
                }
                None => {
                    self.expr(scope, expr, text)?;
                    called(expr)?
                }
            };
            outputs.push(match alias {
                Some(alias) => Output { name: fold(alias)?, shown: alias.value.clone() },
                None => {
                    let name = name.unwrap_or_else(|| format!("column_{}", outputs.len() + 1));
                    Output { shown: name.clone(), name }
                }
            });
        }
        check_absent(outputs.is_empty(), "a SELECT of nothing", "name columns")?;
        Ok(outputs)
    }

    fn wildcard(
        &mut self,
        all: Vec<(super::names::Found<'_>, Output)>,
        of: Use,
        outputs: &mut Vec<Output>,
        text: &mut Text,
    ) {
        for (found, output) in all {
            text.push(if outputs.is_empty() { "" } else { ", " });
            let column = self.read(&found, of != Use::Asked);
            text.push(&column);
            outputs.push(output);
        }
    }

    /// `ORDER BY`, of outputs alone where there is no scope.
    fn order(
        &mut self,
        scope: Option<&Scope<'_>>,
        outputs: &[Output],
        order: Option<&OrderBy>,
        text: &mut Text,
    ) -> Result<()> {
        let Some(OrderBy { kind, interpolate }) = order else {
            return Ok(());
        };
        check_absent(interpolate.is_some(), "INTERPOLATE", "it is none of PostgreSQL's")?;
        let OrderByKind::Expressions(terms) = kind else {
            return Err(refused("ORDER BY ALL", "name what to order by"));
        };
        for (i, OrderByExpr { expr, options, with_fill }) in terms.iter().enumerate() {
            check_absent(with_fill.is_some(), "WITH FILL", "it is none of PostgreSQL's")?;
            text.push(if i == 0 { " ORDER BY " } else { ", " });
            self.by_output(scope, outputs, expr, text)?;
            direction(options, text)?;
        }
        Ok(())
    }

    /// An output by its name or its number, or an expression.
    pub(super) fn by_output(
        &mut self,
        scope: Option<&Scope<'_>>,
        outputs: &[Output],
        expr: &Expr,
        text: &mut Text,
    ) -> Result<()> {
        if let Expr::Identifier(name) = expr {
            let name = fold(name)?;
            let mut named = (0..outputs.len()).filter(|i| outputs[*i].name == name);
            if let Some(position) = named.next() {
                check_absent(named.next().is_some(), &format!("`{name}`"), "several columns are called so")?;
                text.push(&(position + 1).to_string());
                return Ok(());
            }
        }
        if let Some(position) = number(expr) {
            return output_number(&position, outputs.len(), text);
        }
        match scope {
            Some(scope) => self.expr(scope, expr, text),
            None => Err(refused("an expression behind ORDER BY", "here it orders by columns that are selected")),
        }
    }

    fn bounds(&mut self, clause: Option<&LimitClause>, of: Use, text: &mut Text) -> Result<()> {
        let (limit, offset) = match clause {
            None => (None, None),
            Some(LimitClause::LimitOffset { limit, offset, limit_by }) => {
                check_absent(!limit_by.is_empty(), "LIMIT … BY", "it is none of PostgreSQL's")?;
                (limit.as_ref(), offset.as_ref().map(|Offset { value, rows: _ }| value))
            }
            Some(LimitClause::OffsetCommaLimit { .. }) => {
                return Err(refused("LIMIT with a comma", "write LIMIT … OFFSET …"));
            }
        };
        match (limit, of == Use::Replied) {
            (None, false) => {}
            (None, true) => {
                text.push(" LIMIT ");
                text.part(Part::Rows);
            }
            (Some(limit), false) => {
                text.push(" LIMIT ");
                self.bound(limit, text)?;
            }
            (Some(limit), true) => {
                text.push(" LIMIT LEAST(");
                self.bound(limit, text)?;
                text.push(", ");
                text.part(Part::Rows);
                text.push(")");
            }
        }
        if let Some(offset) = offset {
            text.push(" OFFSET ");
            self.bound(offset, text)?;
        }
        Ok(())
    }

    fn bound(&mut self, expr: &Expr, text: &mut Text) -> Result<()> {
        let Expr::Value(value) = expr else {
            return Err(refused(format!("`{expr}` behind LIMIT or OFFSET"), "write a number or a parameter"));
        };
        match &value.value {
            Value::Number(..) | Value::Placeholder(_) => {}
            _ => return Err(refused(format!("`{expr}` behind LIMIT or OFFSET"), "write a number or a parameter")),
        }
        self.value(&value.value, text)?;
        text.push("::bigint");
        Ok(())
    }
}

/// Which way a term orders.
pub(super) fn direction(options: &OrderByOptions, text: &mut Text) -> Result<()> {
    let OrderByOptions { sort, nulls_first } = options;
    match sort {
        None => {}
        Some(OrderBySort::Asc) => text.push(" ASC"),
        Some(OrderBySort::Desc) => text.push(" DESC"),
        Some(_) => return Err(refused("USING behind ORDER BY", "write ASC or DESC")),
    }
    match nulls_first {
        None => {}
        Some(true) => text.push(" NULLS FIRST"),
        Some(false) => text.push(" NULLS LAST"),
    }
    Ok(())
}

/// The names of an expression that is nothing but a column.
pub(super) fn column_name(expr: &Expr) -> Result<Option<Vec<String>>> {
    match expr {
        Expr::Identifier(name) => Ok(Some(vec![fold(name)?])),
        Expr::CompoundIdentifier(names) => names.iter().map(fold).collect::<Result<_>>().map(Some),
        _ => Ok(None),
    }
}

/// What PostgreSQL calls an expression that has no name.
fn called(expr: &Expr) -> Result<Option<String>> {
    match expr {
        Expr::Function(function) => single(&function.name).and_then(fold).map(Some),
        Expr::Cast { expr, .. } | Expr::Nested(expr) => match column_name(expr)? {
            Some(names) => Ok(names.last().cloned()),
            None => called(expr),
        },
        _ => Ok(None),
    }
}

pub(super) fn number(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(number, false) => Some(number.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// An output by its number.
pub(super) fn output_number(number: &str, count: usize, text: &mut Text) -> Result<()> {
    match number.parse::<usize>() {
        Ok(position) if (1..=count).contains(&position) => {
            text.push(&position.to_string());
            Ok(())
        }
        _ => Err(refused(format!("the column number {number}"), format!("{count} columns are selected"))),
    }
}

fn check_plain(options: &WildcardAdditionalOptions) -> Result<()> {
    let WildcardAdditionalOptions {
        wildcard_token: _,
        opt_ilike,
        opt_exclude,
        opt_except,
        opt_replace,
        opt_rename,
        opt_alias,
    } = options;
    let is_more = opt_ilike.is_some()
        || opt_exclude.is_some()
        || opt_except.is_some()
        || opt_replace.is_some()
        || opt_rename.is_some()
        || opt_alias.is_some();
    check_absent(is_more, "a word behind `*`", "it is none of PostgreSQL's")
}
