//! Metrics.

use std::fmt::Write as _;

use super::{Lowering, text};
use crate::error::Result;
use crate::report::{Condition, Metric, MetricFunction, Sort};
use crate::types::FieldType as _;
use crate::value::{Value, ValueKind};

impl Lowering<'_> {
    /// Appends a metric, with what stands behind it where it is taken over a window.
    pub(super) fn push_metric(&mut self, metric: &Metric, over: &str, sql: &mut String) -> Result<()> {
        let Some(of) = &metric.of else {
            sql.push_str("count(*)");
            return self.push_tail(metric, None, over, sql);
        };
        let kind = self.report.type_of(of)?.kind();
        let mut value = String::new();
        self.push(of, &mut value)?;
        let distinct = if metric.distinct { "DISTINCT " } else { "" };
        let values = format!("{distinct}{value}");
        match &metric.function {
            MetricFunction::Count => {
                let _ = write!(sql, "count({values})");
                self.push_tail(metric, None, over, sql)
            }
            // More than an `i64` holds is an error of the server's.
            MetricFunction::Sum if kind == ValueKind::I64 => self.push_cast("sum", &values, "int8", metric, over, sql),
            MetricFunction::Sum => {
                let cast = if kind == ValueKind::F32 { "::float8" } else { "" };
                let _ = write!(sql, "sum({distinct}{value}{cast})");
                self.push_tail(metric, None, over, sql)
            }
            MetricFunction::Avg if kind == ValueKind::Decimal => {
                let _ = write!(sql, "avg({values})");
                self.push_tail(metric, None, over, sql)
            }
            MetricFunction::Avg => self.push_cast("avg", &values, "float8", metric, over, sql),
            MetricFunction::StdDev => self.push_cast("stddev_samp", &values, "float8", metric, over, sql),
            MetricFunction::Variance => self.push_cast("var_samp", &values, "float8", metric, over, sql),
            // PostgreSQL 15 has no `min` and `max` of these.
            MetricFunction::Min | MetricFunction::Max
                if matches!(kind, ValueKind::Uuid | ValueKind::Bool | ValueKind::Bytes) =>
            {
                let descending = metric.function == MetricFunction::Max;
                let order = [Sort { by: of.clone(), descending }];
                self.push_first(&value, &order, metric, sql)
            }
            MetricFunction::Min | MetricFunction::Max => {
                let _ = write!(sql, "{}({value})", metric.function.name());
                self.push_tail(metric, None, over, sql)
            }
            MetricFunction::Percentile(share) => {
                let share = self.binds.free(f64::DEF, Value::F64(*share));
                let _ = write!(sql, "percentile_cont({share}) WITHIN GROUP (ORDER BY {value}::float8)");
                self.push_tail(metric, None, over, sql)
            }
            MetricFunction::PercentileDiscrete(share) => {
                let share = self.binds.free(f64::DEF, Value::F64(*share));
                let _ = write!(sql, "percentile_disc({share}) WITHIN GROUP (ORDER BY {value})");
                self.push_tail(metric, None, over, sql)
            }
            MetricFunction::First => self.push_first(&value, &metric.order, metric, sql),
            MetricFunction::Last => {
                let backwards = |sort: &Sort| Sort { by: sort.by.clone(), descending: !sort.descending };
                let order: Vec<Sort> = metric.order.iter().map(backwards).collect();
                self.push_first(&value, &order, metric, sql)
            }
            MetricFunction::Joined(between) => {
                let (ty, between) = text(between);
                let between = self.binds.free(ty, between);
                let _ = write!(sql, "string_agg({values}, {between}");
                self.push_order(&metric.order, sql)?;
                sql.push(')');
                self.push_tail(metric, None, over, sql)
            }
            MetricFunction::Listed => {
                let _ = write!(sql, "coalesce(array_agg({values}");
                self.push_order(&metric.order, sql)?;
                sql.push(')');
                self.push_tail(metric, Some(&value), over, sql)?;
                sql.push_str(", '{}')");
                Ok(())
            }
            MetricFunction::Every | MetricFunction::Any => {
                let name = if metric.function == MetricFunction::Every { "bool_and" } else { "bool_or" };
                let _ = write!(sql, "{name}({value})");
                self.push_tail(metric, None, over, sql)
            }
        }
    }

    fn push_cast(
        &mut self,
        name: &str,
        values: &str,
        ty: &str,
        metric: &Metric,
        over: &str,
        sql: &mut String,
    ) -> Result<()> {
        let _ = write!(sql, "({name}({values})");
        self.push_tail(metric, None, over, sql)?;
        let _ = write!(sql, ")::{ty}");
        Ok(())
    }

    fn push_first(&mut self, value: &str, order: &[Sort], metric: &Metric, sql: &mut String) -> Result<()> {
        let _ = write!(sql, "(array_agg({value}");
        self.push_order(order, sql)?;
        sql.push(')');
        self.push_tail(metric, Some(value), "", sql)?;
        sql.push_str(")[1]");
        Ok(())
    }

    fn push_order(&mut self, order: &[Sort], sql: &mut String) -> Result<()> {
        if order.is_empty() {
            return Ok(());
        }
        sql.push_str(" ORDER BY ");
        self.push_sorts(order, sql)
    }

    // What keeps nulls is told to leave them out.
    fn push_tail(&mut self, metric: &Metric, present: Option<&str>, over: &str, sql: &mut String) -> Result<()> {
        if metric.filter != Condition::Always || present.is_some() {
            sql.push_str(" FILTER (WHERE ");
            self.push_condition(&metric.filter, sql)?;
            if let Some(value) = present {
                let _ = write!(sql, " AND {value} IS NOT NULL");
            }
            sql.push(')');
        }
        sql.push_str(over);
        Ok(())
    }
}
