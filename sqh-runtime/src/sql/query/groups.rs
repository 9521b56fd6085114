//! Groups, and what is distinct.

use sqh_model::Result;
use sqlparser::ast::{Distinct, Expr};

use super::{number, output_number};
use crate::sql::names::{Output, Scope, fold};
use crate::sql::text::Text;
use crate::sql::{Checker, check_absent};

impl Checker<'_> {
    pub(super) fn distinct(
        &mut self,
        scope: &Scope<'_>,
        outputs: &[Output],
        distinct: Option<&Distinct>,
        text: &mut Text,
    ) -> Result<()> {
        match distinct {
            None | Some(Distinct::All) => {}
            Some(Distinct::Distinct) => text.push("DISTINCT "),
            Some(Distinct::On(exprs)) => {
                text.push("DISTINCT ON (");
                for (i, expr) in exprs.iter().enumerate() {
                    text.push(if i == 0 { "" } else { ", " });
                    self.by_output(Some(scope), outputs, expr, text)?;
                }
                text.push(") ");
            }
        }
        Ok(())
    }

    pub(super) fn groups(
        &mut self,
        scope: &Scope<'_>,
        outputs: &[Output],
        keys: &[Expr],
        text: &mut Text,
    ) -> Result<()> {
        for (i, key) in keys.iter().enumerate() {
            text.push(if i == 0 { " GROUP BY " } else { ", " });
            match key {
                Expr::Rollup(sets) => self.sets(scope, "ROLLUP (", sets, text)?,
                Expr::Cube(sets) => self.sets(scope, "CUBE (", sets, text)?,
                Expr::GroupingSets(sets) => self.sets(scope, "GROUPING SETS (", sets, text)?,
                key => self.key(scope, outputs, key, text)?,
            }
        }
        Ok(())
    }

    fn sets(&mut self, scope: &Scope<'_>, word: &str, sets: &[Vec<Expr>], text: &mut Text) -> Result<()> {
        text.push(word);
        for (i, set) in sets.iter().enumerate() {
            text.push(if i == 0 { "(" } else { ", (" });
            for (i, expr) in set.iter().enumerate() {
                text.push(if i == 0 { "" } else { ", " });
                self.expr(scope, expr, text)?;
            }
            text.push(")");
        }
        text.push(")");
        Ok(())
    }

    // A column goes before an output of its name, unlike behind ORDER BY.
    fn key(&mut self, scope: &Scope<'_>, outputs: &[Output], key: &Expr, text: &mut Text) -> Result<()> {
        if let Expr::Identifier(name) = key {
            let name = fold(name)?;
            if scope.own(std::slice::from_ref(&name))?.is_none() {
                let mut named = (0..outputs.len()).filter(|i| outputs[*i].name == name);
                if let Some(position) = named.next() {
                    check_absent(named.next().is_some(), &format!("`{name}`"), "several columns are called so")?;
                    text.push(&(position + 1).to_string());
                    return Ok(());
                }
            }
        }
        match number(key) {
            Some(position) => output_number(&position, outputs.len(), text),
            None => self.expr(scope, key, text),
        }
    }
}
