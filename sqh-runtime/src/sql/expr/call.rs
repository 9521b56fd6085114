//! Calls of functions, and windows.

use sqh_model::{Error, Result};
use sqlparser::ast::{
    DuplicateTreatment, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArgumentList,
    FunctionArguments, OrderByExpr, WindowFrame, WindowFrameBound, WindowFrameUnits, WindowSpec, WindowType,
};

use crate::sql::functions::{self, Kind};
use crate::sql::names::{Scope, fold, single};
use crate::sql::query::{column_name, direction};
use crate::sql::text::Text;
use crate::sql::{Checker, check_absent, refused};

impl Checker<'_> {
    pub(super) fn call(&mut self, scope: &Scope<'_>, function: &Function, text: &mut Text) -> Result<()> {
        let Function { name, uses_odbc_syntax, parameters, args, within_group, filter, null_treatment, over } =
            function;
        let foreign = "it is none of PostgreSQL's";
        check_absent(*uses_odbc_syntax, "a function in braces", foreign)?;
        check_absent(*parameters != FunctionArguments::None, "a second list of arguments", foreign)?;
        check_absent(null_treatment.is_some(), "IGNORE NULLS or RESPECT NULLS", foreign)?;
        let folded = fold(single(name)?)?;
        let known = functions::find(&folded);
        let known = known.ok_or_else(|| refused(format!("the function `{folded}`"), "it is not on the list"))?;
        let (kind, name) = (known.kind, known.name);
        check_absent(kind == Kind::Rows, &format!("`{name}` in an expression"), "it gives rows: write it behind FROM")?;
        let is_aggregate = matches!(kind, Kind::Aggregate | Kind::Ordered);
        check_absent(filter.is_some() && !is_aggregate, &format!("FILTER behind `{name}`"), "it is no aggregate")?;
        check_absent((kind == Kind::Ordered) == within_group.is_empty(), &format!("`{name}` like this"), {
            "percentile_cont, percentile_disc and mode, and no others, are followed by WITHIN GROUP (ORDER BY …)"
        })?;
        check_absent(kind == Kind::Window && over.is_none(), &format!("`{name}` without OVER"), "it needs a window")?;
        let may_have_window = matches!(kind, Kind::Window | Kind::Aggregate);
        check_absent(over.is_some() && !may_have_window, &format!("OVER behind `{name}`"), "it has no window")?;

        let none = FunctionArgumentList { duplicate_treatment: None, args: Vec::new(), clauses: Vec::new() };
        let FunctionArgumentList { duplicate_treatment, args, clauses } = match (args, kind) {
            (FunctionArguments::List(list), _) => list,
            (FunctionArguments::None, Kind::Bare) => &none,
            _ => return Err(refused(format!("`{name}` like this"), "write its arguments in parentheses")),
        };
        if !(known.least..=known.most).contains(&args.len()) {
            return Err(Error::invalid(format!("`{name}` does not take {} arguments", args.len())));
        }
        if kind == Kind::Bare {
            text.push(&name.to_uppercase());
            return Ok(());
        }
        if kind != Kind::Word {
            text.push("pg_catalog.");
        }
        text.push(name);
        text.push("(");
        if let Some(treatment) = duplicate_treatment {
            check_absent(kind != Kind::Aggregate, "DISTINCT or ALL", &format!("`{name}` is no aggregate"))?;
            text.push(match treatment {
                DuplicateTreatment::Distinct => "DISTINCT ",
                DuplicateTreatment::All => "ALL ",
            });
        }
        match &args[..] {
            [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)] if name == "count" => text.push("*"),
            args => self.arguments(scope, args, text)?,
        }
        for clause in clauses {
            match clause {
                FunctionArgumentClause::OrderBy(order) if kind == Kind::Aggregate => {
                    text.push(" ORDER BY ");
                    self.order_terms(scope, order, text)?;
                }
                other => return Err(refused(format!("`{other}` among arguments"), "it is not on the list")),
            }
        }
        text.push(")");
        if !within_group.is_empty() {
            text.push(" WITHIN GROUP (ORDER BY ");
            self.order_terms(scope, within_group, text)?;
            text.push(")");
        }
        if let Some(filter) = filter {
            text.push(" FILTER (WHERE ");
            self.expr(scope, filter, text)?;
            text.push(")");
        }
        match over {
            None => Ok(()),
            Some(WindowType::NamedWindow(_)) => Err(refused("the name of a window", "write the window behind OVER")),
            Some(WindowType::WindowSpec(window)) => self.window(scope, window, text),
        }
    }

    pub(in crate::sql) fn arguments(&mut self, scope: &Scope<'_>, args: &[FunctionArg], text: &mut Text) -> Result<()> {
        for (i, arg) in args.iter().enumerate() {
            text.push(if i == 0 { "" } else { ", " });
            match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => self.expr(scope, expr, text)?,
                FunctionArg::Unnamed(_) => return Err(refused("`*` as an argument", "only `count(*)` takes it")),
                FunctionArg::Named { .. } | FunctionArg::ExprNamed { .. } => {
                    return Err(refused("an argument with a name", "write arguments in their order"));
                }
            }
        }
        Ok(())
    }

    fn order_terms(&mut self, scope: &Scope<'_>, terms: &[OrderByExpr], text: &mut Text) -> Result<()> {
        for (i, OrderByExpr { expr, options, with_fill }) in terms.iter().enumerate() {
            check_absent(with_fill.is_some(), "WITH FILL", "it is none of PostgreSQL's")?;
            text.push(if i == 0 { "" } else { ", " });
            self.expr(scope, expr, text)?;
            direction(options, text)?;
        }
        Ok(())
    }

    fn window(&mut self, scope: &Scope<'_>, window: &WindowSpec, text: &mut Text) -> Result<()> {
        let WindowSpec { window_name, partition_by, order_by, window_frame } = window;
        check_absent(window_name.is_some(), "the name of a window", "write the window behind OVER")?;
        text.push(" OVER (");
        if !partition_by.is_empty() {
            text.push("PARTITION BY ");
            self.list(scope, partition_by, text)?;
        }
        if !order_by.is_empty() {
            text.push(" ORDER BY ");
            self.order_terms(scope, order_by, text)?;
        }
        if let Some(WindowFrame { units, start_bound, end_bound }) = window_frame {
            text.push(match units {
                WindowFrameUnits::Rows => " ROWS ",
                WindowFrameUnits::Range => " RANGE ",
                WindowFrameUnits::Groups => " GROUPS ",
            });
            match end_bound {
                None => self.frame_bound(scope, start_bound, text)?,
                Some(end) => {
                    text.push("BETWEEN ");
                    self.frame_bound(scope, start_bound, text)?;
                    text.push(" AND ");
                    self.frame_bound(scope, end, text)?;
                }
            }
        }
        text.push(")");
        Ok(())
    }

    fn frame_bound(&mut self, scope: &Scope<'_>, bound: &WindowFrameBound, text: &mut Text) -> Result<()> {
        let (by, word) = match bound {
            WindowFrameBound::CurrentRow => {
                text.push("CURRENT ROW");
                return Ok(());
            }
            WindowFrameBound::Preceding(by) => (by, " PRECEDING"),
            WindowFrameBound::Following(by) => (by, " FOLLOWING"),
        };
        match by {
            None => text.push("UNBOUNDED"),
            Some(by) => {
                check_absent(column_name(by)?.is_some(), "a column as a bound", "write a number or an interval")?;
                self.expr(scope, by, text)?;
            }
        }
        text.push(word);
        Ok(())
    }
}
