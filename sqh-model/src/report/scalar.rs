//! [`Scalar`]: a value of each row of a report.

use std::borrow::Cow;
use std::fmt;

use super::condition::Condition;
use super::interval::Interval;
use super::metric::Metric;
use super::window::Window;
use crate::schema::ModelDef;
use crate::types::TypeDef;
use crate::value::Value;

/// A value of each row of a report.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Scalar {
    /// A column of a source.
    Column(ColumnRef),
    /// A value, of a type.
    Value(Value, TypeDef),
    /// The start of the interval that a time lies in.
    Bucket(Box<Bucket>),
    /// A function of other values.
    Call(Function, Vec<Scalar>),
    /// A value for each group.
    Metric(Box<Metric>),
    /// A value for each row that looks at the rows around it.
    Window(Box<Window>),
    /// One value or another.
    Case(Box<Condition>, Box<Scalar>, Box<Scalar>),
}

/// A column of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnRef {
    /// The source.
    pub source: SourceRef,
    /// The field's path of Rust names.
    pub field: Cow<'static, str>,
}

/// A source as the rest of the report names it: by its model, and by an alias where the model stands in
/// it twice.
#[derive(Debug, Clone)]
pub struct SourceRef {
    /// The model.
    pub model: &'static ModelDef,
    /// The alias; empty if there is none.
    pub alias: Cow<'static, str>,
}

impl SourceRef {
    /// A model by itself.
    pub const fn of(model: &'static ModelDef) -> Self {
        Self { model, alias: Cow::Borrowed("") }
    }
}

// A definition is a static: its place tells it from every other.
impl PartialEq for SourceRef {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.model, other.model) && self.alias == other.alias
    }
}

impl fmt::Display for SourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.alias.is_empty() { self.model.name } else { &self.alias })
    }
}

/// The start of the interval that a time lies in.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    /// The time.
    pub of: Scalar,
    /// How long the intervals are.
    pub every: Interval,
    /// The time zone in which days and what is longer begin, such as `Europe/Berlin`; UTC without one.
    pub zone: Option<String>,
}

/// A function of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names are the functions'")]
pub enum Function {
    Add,
    Subtract,
    Multiply,
    Divide,
    Negate,
    Abs,
    Round,
    Floor,
    Ceil,
    Lower,
    Upper,
    Length,
    Concat,
    Coalesce,
    /// The elapsed seconds between two times, the second minus the first.
    SecondsBetween,
    /// A part of a time, as a number, in UTC.
    Part(super::interval::Part),
}

impl Scalar {
    /// Whether it is computed by something that may fail for a record.
    pub(super) fn can_fail(&self) -> bool {
        !matches!(self, Self::Column(_) | Self::Value(..))
    }

    /// Computes every metric in it of the records that match only.
    pub(super) fn filter_metrics(&mut self, condition: &Condition) {
        match self {
            Self::Metric(metric) => metric.filter = std::mem::take(&mut metric.filter).and(condition.clone()),
            Self::Call(_, of) => of.iter_mut().for_each(|of| of.filter_metrics(condition)),
            Self::Case(_, then, otherwise) => {
                then.filter_metrics(condition);
                otherwise.filter_metrics(condition);
            }
            Self::Column(_) | Self::Value(..) | Self::Bucket(_) | Self::Window(_) => {}
        }
    }

    /// Whether there is a window in it, which looks at other rows.
    pub fn has_window(&self) -> bool {
        match self {
            Self::Window(_) => true,
            Self::Column(_) | Self::Value(..) | Self::Metric(_) => false,
            Self::Bucket(bucket) => bucket.of.has_window(),
            Self::Call(_, of) => of.iter().any(Self::has_window),
            Self::Case(_, then, otherwise) => then.has_window() || otherwise.has_window(),
        }
    }

    /// Whether there is a metric in it, which needs groups.
    pub fn has_metric(&self) -> bool {
        match self {
            Self::Metric(_) => true,
            Self::Column(_) | Self::Value(..) | Self::Window(_) => false,
            Self::Bucket(bucket) => bucket.of.has_metric(),
            Self::Call(_, of) => of.iter().any(Self::has_metric),
            Self::Case(_, then, otherwise) => then.has_metric() || otherwise.has_metric(),
        }
    }
}

// Types are not compared: one value is written in one type only.
impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Column(a), Self::Column(b)) => a == b,
            (Self::Value(a, _), Self::Value(b, _)) => a == b,
            (Self::Bucket(a), Self::Bucket(b)) => a == b,
            (Self::Call(f, a), Self::Call(g, b)) => f == g && a == b,
            (Self::Metric(a), Self::Metric(b)) => a == b,
            (Self::Window(a), Self::Window(b)) => a == b,
            (Self::Case(a, b, c), Self::Case(d, e, f)) => a == d && b == e && c == f,
            _ => false,
        }
    }
}
