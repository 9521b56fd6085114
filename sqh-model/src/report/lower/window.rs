//! Windows.

use std::fmt::Write as _;

use super::Lowering;
use crate::error::Result;
use crate::report::{Bound, Frame, Interval, Scalar, Window, WindowFunction};
use crate::types::FieldType as _;
use crate::value::Value;

impl Lowering<'_> {
    pub(super) fn push_window(&mut self, window: &Window, sql: &mut String) -> Result<()> {
        let mut over = " OVER (".to_owned();
        for (i, scalar) in window.partition.iter().enumerate() {
            over.push_str(if i == 0 { "PARTITION BY " } else { ", " });
            self.push(scalar, &mut over)?;
        }
        if !window.order.is_empty() {
            over.push_str(" ORDER BY ");
            self.push_sorts(&window.order, &mut over)?;
        }
        if let Some(frame) = &window.frame {
            push_frame(frame, &mut over);
        }
        over.push(')');
        self.push_function(&window.function, &over, sql)
    }

    fn push_function(&mut self, function: &WindowFunction, over: &str, sql: &mut String) -> Result<()> {
        match function {
            WindowFunction::RowNumber
            | WindowFunction::Rank
            | WindowFunction::DenseRank
            | WindowFunction::PercentRank
            | WindowFunction::CumeDist => {
                let _ = write!(sql, "{}()", function.name());
            }
            WindowFunction::Ntile(parts) => {
                let parts = self.count(*parts);
                let _ = write!(sql, "ntile({parts})");
            }
            WindowFunction::Lag(of, rows) | WindowFunction::Lead(of, rows) => {
                let _ = write!(sql, "{}(", function.name());
                self.push(of, sql)?;
                let rows = self.count(*rows);
                let _ = write!(sql, ", {rows})");
            }
            WindowFunction::FirstValue(of) | WindowFunction::LastValue(of) => {
                let _ = write!(sql, "{}(", function.name());
                self.push(of, sql)?;
                sql.push(')');
            }
            WindowFunction::Metric(metric) => return self.push_metric(metric, over, sql),
        }
        sql.push_str(over);
        Ok(())
    }

    fn count(&mut self, count: u32) -> String {
        self.binds.free(i32::DEF, Value::I32(i32::try_from(count).unwrap_or(i32::MAX)))
    }
}

impl WindowFunction {
    /// The value whose type the function keeps.
    pub(super) fn of(&self) -> Option<&Scalar> {
        match self {
            Self::Lag(of, _) | Self::Lead(of, _) | Self::FirstValue(of) | Self::LastValue(of) => Some(of),
            Self::Metric(metric) if metric.function.keeps_type() => metric.of.as_ref(),
            _ => None,
        }
    }
}

fn push_frame(frame: &Frame, sql: &mut String) {
    let unit = if frame.is_of_time() { "RANGE" } else { "ROWS" };
    let _ = write!(sql, " {unit} BETWEEN {} AND {}", bound(frame.start), bound(frame.end));
}

fn bound(bound: Bound) -> String {
    let interval = |Interval { count, unit }: Interval| match unit {
        crate::report::Unit::Quarter => format!("INTERVAL '{} month'", u64::from(count) * 3),
        unit => format!("INTERVAL '{count} {}'", unit.name()),
    };
    match bound {
        Bound::First => "UNBOUNDED PRECEDING".to_owned(),
        Bound::RowsBefore(rows) => format!("{rows} PRECEDING"),
        Bound::TimeBefore(time) => format!("{} PRECEDING", interval(time)),
        Bound::Here => "CURRENT ROW".to_owned(),
        Bound::RowsBehind(rows) => format!("{rows} FOLLOWING"),
        Bound::TimeBehind(time) => format!("{} FOLLOWING", interval(time)),
        Bound::Last => "UNBOUNDED FOLLOWING".to_owned(),
    }
}
