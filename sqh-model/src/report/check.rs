//! Whether a report makes sense, and of which type its values are: the rule for reports that came by
//! name. The typed form is the same rule for the compiler.

use super::condition::Condition;
use super::scalar::Scalar;
use super::types::{check_ability, check_alike, check_bucket, is_number};
use super::window::{Bound, Frame, Window, WindowFunction};
use super::{Grouping, Metric, MetricFunction, Report, Sort};
use crate::error::{Error, Result};
use crate::expr::Ability;

/// Which sources may be read in a part of a report.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// The number of those before it.
    before: usize,
    /// Whether the one behind them is just being joined.
    joins: bool,
}

/// What may stand in a part of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowed {
    /// Values of records only.
    Rows,
    /// Windows over records too.
    Windows,
    /// Keys of groups and metrics.
    Groups,
}

impl Report {
    /// Makes sure that every column is one of its sources, that each value has what is asked of its
    /// type, and that what is grouped is either grouped by or computed.
    ///
    /// # Errors
    /// `Invalid`, naming the model and the field.
    pub fn check(&self) -> Result<()> {
        if self.outputs.is_empty() {
            return Err(Error::invalid("the report has no columns: select some"));
        }
        self.check_sources()?;
        self.check_condition(&self.filter, Allowed::Rows, self.all())?;
        let allowed = if self.grouping.is_some() { Allowed::Groups } else { Allowed::Windows };
        for output in &self.outputs {
            self.check_scalar(&output.of, allowed, self.all())
                .map_err(|error| error.context(format!("in `{}`", output.name)))?;
        }
        if self.having != Condition::Always && self.grouping.is_none() {
            return Err(Error::invalid("`having` is for groups: filter the records by `filter`"));
        }
        self.check_condition(&self.having, Allowed::Groups, self.all())?;
        self.check_sorts(&self.order, allowed)?;
        self.check_grouping()
    }

    fn check_sources(&self) -> Result<()> {
        for (i, source) in self.sources.iter().enumerate() {
            if self.sources[..i].iter().any(|other| other.relation == source.relation) {
                let message = format!("`{}` stands in the query twice: give one of them an alias", source.relation);
                return Err(Error::invalid(message).in_model(source.relation.model.name));
            }
            match &source.join {
                Some(join) if i > 0 => {
                    if join.on == Condition::Always {
                        let message = format!("`{}` is joined without a condition", source.relation);
                        return Err(Error::invalid(message).in_model(source.relation.model.name));
                    }
                    self.check_condition(&join.on, Allowed::Rows, Reach { before: i, joins: true })?;
                }
                _ if i == 0 => {}
                _ => return Err(Error::invalid("every source but the first is joined")),
            }
        }
        Ok(())
    }

    fn all(&self) -> Reach {
        Reach { before: self.sources.len(), joins: false }
    }

    fn check_readable(&self, scalar: &Scalar, reach: Reach) -> Result<()> {
        scalar.visit(&mut |source, field, _| {
            let number = self.source(source)?;
            let is_read = self.sources[number].join.as_ref().is_none_or(|join| join.kind.is_read());
            if !(number < reach.before && is_read || reach.joins && number == reach.before) {
                let message =
                    format!("`{source}` cannot be read here: it is joined later, or only asked whether it is");
                return Err(Error::invalid(message).in_field(field).in_model(source.model.name));
            }
            Ok(())
        })
    }

    fn check_scalar(&self, scalar: &Scalar, allowed: Allowed, reach: Reach) -> Result<()> {
        self.check_readable(scalar, reach)?;
        self.type_of(scalar)?;
        Self::check_place(scalar, allowed)?;
        match scalar {
            Scalar::Metric(metric) => self.check_metric(metric),
            Scalar::Window(window) => self.check_window(window),
            Scalar::Call(_, of) => of.iter().try_for_each(|of| self.check_scalar(of, allowed, reach)),
            Scalar::Bucket(bucket) => self.check_scalar(&bucket.of, Allowed::Rows, reach),
            Scalar::Case(condition, then, otherwise) => {
                // Of a key it is asked of each record.
                let asked = if scalar.has_metric() { allowed } else { Allowed::Rows };
                self.check_condition(condition, asked, reach)?;
                self.check_scalar(then, allowed, reach)?;
                self.check_scalar(otherwise, allowed, reach)
            }
            Scalar::Column(_) | Scalar::Value(..) => Ok(()),
        }
    }

    fn check_place(scalar: &Scalar, allowed: Allowed) -> Result<()> {
        match (scalar, allowed) {
            (Scalar::Metric(metric), Allowed::Rows | Allowed::Windows) => Err(Error::invalid(format!(
                "`{}` is a metric, which is for groups: use `aggregate`, or take it over a window",
                metric.function.name()
            ))),
            (Scalar::Window(window), Allowed::Rows | Allowed::Groups) => Err(Error::invalid(format!(
                "`{}` looks at rows that are selected: it stands among the columns of `select`",
                window.function.name()
            ))),
            (Scalar::Call(_, of), Allowed::Groups) if scalar.has_metric() => {
                let is_grouped = |of: &Scalar| of.has_metric() || matches!(of, Scalar::Value(..));
                if of.iter().all(is_grouped) {
                    return Ok(());
                }
                Err(Error::invalid("a value of a group is made of metrics and of constants only"))
            }
            _ => Ok(()),
        }
    }

    fn check_metric(&self, metric: &Metric) -> Result<()> {
        if let Some(of) = &metric.of {
            self.check_scalar(of, Allowed::Rows, self.all())?;
        }
        self.check_sorts(&metric.order, Allowed::Rows)?;
        self.check_condition(&metric.filter, Allowed::Rows, self.all())
    }

    fn check_window(&self, window: &Window) -> Result<()> {
        if window.function.needs_order() && window.order.is_empty() {
            let message = format!("`{}` means nothing without an order: add `.order_by(…)`", window.function.name());
            return Err(Error::invalid(message));
        }
        if let Some(frame) = window.frame.filter(Frame::is_of_time) {
            self.check_frame_of_time(frame, &window.order)?;
        }
        for scalar in &window.partition {
            self.check_scalar(scalar, Allowed::Rows, self.all())?;
        }
        self.check_sorts(&window.order, Allowed::Rows)?;
        match &window.function {
            WindowFunction::Metric(metric) => {
                if metric.distinct || !metric.order.is_empty() || !metric.function.can_be_framed() {
                    let message = format!("`{}` of distinct or ordered values has no windows", metric.function.name());
                    return Err(Error::invalid(message));
                }
                self.check_metric(metric)
            }
            _ => Ok(()),
        }
    }

    fn check_frame_of_time(&self, frame: Frame, order: &[Sort]) -> Result<()> {
        let [Sort { by, .. }] = order else {
            return Err(Error::invalid("a frame of time needs an order by one time, and by nothing else"));
        };
        check_bucket(&self.type_of(by)?, false, false)?;
        for bound in [frame.start, frame.end] {
            match bound {
                Bound::TimeBefore(time) | Bound::TimeBehind(time) => time.check()?,
                Bound::RowsBefore(_) | Bound::RowsBehind(_) => {
                    return Err(Error::invalid("a frame reaches in rows or in time, not in both"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check_condition(&self, condition: &Condition, allowed: Allowed, reach: Reach) -> Result<()> {
        match condition {
            Condition::Always => Ok(()),
            Condition::Of(source, filter) => {
                filter.check(source.model)?;
                if allowed == Allowed::Groups {
                    return Err(Error::invalid("`having` asks of groups: filter the records by `filter`"));
                }
                filter.fields().into_iter().try_for_each(|field| {
                    let reference = super::ColumnRef { source: source.clone(), field: field.to_owned().into() };
                    self.check_readable(&Scalar::Column(reference), reach)
                })
            }
            Condition::Compare(left, comparison, right) => {
                self.check_scalar(left, allowed, reach)?;
                self.check_scalar(right, allowed, reach)?;
                let (left, right) = (self.type_of(left)?, self.type_of(right)?);
                // Numbers of different types are compared as what they are worth.
                if !(is_number(&left) && is_number(&right)) {
                    check_alike(&left, &right)?;
                }
                let ability = if comparison.is_equality() { Ability::Equality } else { Ability::Order };
                check_ability(&left, ability)
            }
            Condition::IsNull(scalar) => self.check_scalar(scalar, allowed, reach),
            Condition::And(conditions) | Condition::Or(conditions) => {
                conditions.iter().try_for_each(|condition| self.check_condition(condition, allowed, reach))
            }
            Condition::Not(condition) => self.check_condition(condition, allowed, reach),
        }
    }

    fn check_sorts(&self, sorts: &[Sort], allowed: Allowed) -> Result<()> {
        sorts.iter().try_for_each(|sort| {
            self.check_scalar(&sort.by, allowed, self.all())?;
            check_ability(&self.type_of(&sort.by)?, Ability::Order)?;
            let is_key = || self.outputs.iter().any(|output| output.of == sort.by);
            if allowed == Allowed::Groups && !sort.by.has_metric() && !is_key() {
                return Err(Error::invalid("groups are ordered by what they are grouped by, or by a metric"));
            }
            Ok(())
        })
    }

    fn check_grouping(&self) -> Result<()> {
        let keys: Vec<usize> = self.keys().collect();
        if self.grouping.is_some() {
            for key in &keys {
                check_ability(&self.type_of(&self.outputs[*key].of)?, Ability::Equality)
                    .map_err(|error| error.context(format!("in `{}`", self.outputs[*key].name)))?;
            }
        }
        match &self.grouping {
            Some(Grouping::Sets(sets)) if sets.is_empty() || sets.iter().flatten().any(|key| *key >= keys.len()) => {
                Err(Error::invalid(format!(
                    "each grouping set names some of the {} keys by number, from 0",
                    keys.len()
                )))
            }
            Some(Grouping::Sets(sets))
                if (0..keys.len()).any(|key| !sets.iter().flatten().any(|named| *named == key)) =>
            {
                Err(Error::invalid("a key stands in no grouping set: leave it out of the columns"))
            }
            Some(Grouping::Cube) if keys.len() > 12 => Err(Error::invalid("a cube has at most twelve keys")),
            _ => Ok(()),
        }
    }
}

impl Metric {
    /// Whether it has a value for no records too.
    pub fn is_counted(&self) -> bool {
        matches!(self.function, MetricFunction::Count | MetricFunction::Listed)
    }
}

impl MetricFunction {
    fn can_be_framed(&self) -> bool {
        !matches!(self, Self::First | Self::Last | Self::Percentile(_) | Self::PercentileDiscrete(_))
    }
}
