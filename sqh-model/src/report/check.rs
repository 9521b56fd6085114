//! Whether a report makes sense, and of which type its values are: the rule for reports that came by
//! name. The typed form is the same rule for the compiler.

use super::condition::Condition;
use super::scalar::{Function, Scalar};
use super::window::{Bound, Frame, Window, WindowFunction};
use super::{Grouping, JoinKind, Metric, MetricFunction, Part, Report, Sort};
use crate::error::{Error, Result};
use crate::expr::{Ability, column};
use crate::schema::ColumnDef;
use crate::types::{Collection, FieldType, Shape, TypeDef};
use crate::value::ValueKind;

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

    /// The type of a value of this report.
    ///
    /// # Errors
    /// `Invalid`, naming the model and the field.
    pub fn type_of(&self, scalar: &Scalar) -> Result<TypeDef> {
        match scalar {
            Scalar::Column(reference) => {
                let (_, column) = column(reference.source.model, &reference.field)?;
                let joined = self.sources[self.source(&reference.source)?].join.as_ref();
                let is_left = joined.is_some_and(|join| join.kind == JoinKind::Left);
                Ok(TypeDef { nullable: column.ty.nullable || is_left, ..column.ty })
            }
            Scalar::Value(_, ty) => Ok(*ty),
            Scalar::Bucket(bucket) => {
                bucket.every.check()?;
                let ty = self.type_of(&bucket.of)?;
                check_bucket(&ty, bucket.every.unit.is_of_clock(), bucket.zone.is_some())?;
                Ok(ty)
            }
            Scalar::Call(function, of) => self.type_of_call(*function, of),
            Scalar::Metric(metric) => self.type_of_metric(metric),
            Scalar::Window(window) => self.type_of_window(window),
            Scalar::Case(_, then, otherwise) => {
                let (then, otherwise) = (self.type_of(then)?, self.type_of(otherwise)?);
                check_alike(&then, &otherwise)?;
                Ok(TypeDef { nullable: then.nullable || otherwise.nullable, ..then })
            }
        }
    }

    /// The type of an output as it comes out: a key that is missing in subtotals is null there, and so
    /// is a metric of nothing.
    ///
    /// # Errors
    /// As [`type_of`](Report::type_of).
    pub fn type_of_output(&self, scalar: &Scalar) -> Result<TypeDef> {
        let ty = self.type_of(scalar)?;
        let has_subtotals = self.grouping.as_ref().is_some_and(Grouping::has_subtotals);
        let is_whole = self.grouping.is_some() && self.outputs.iter().all(|output| output.of.has_metric());
        let nullable = match scalar {
            Scalar::Metric(metric) if metric.is_counted() => false,
            scalar if scalar.has_metric() => is_whole || has_subtotals,
            _ => has_subtotals,
        };
        Ok(TypeDef { nullable: ty.nullable || nullable, ..ty })
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
        self.check_place(scalar, allowed)?;
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

    fn check_place(&self, scalar: &Scalar, allowed: Allowed) -> Result<()> {
        match (scalar, allowed) {
            (Scalar::Metric(metric), Allowed::Rows | Allowed::Windows) => Err(Error::invalid(format!(
                "`{}` is a metric, which is for groups: use `aggregate`, or take it over a window",
                metric.function.name()
            ))),
            (Scalar::Window(window), Allowed::Rows | Allowed::Groups) => Err(Error::invalid(format!(
                "`{}` looks at rows that are selected: it stands among the columns of `select`",
                window.function.name()
            ))),
            (Scalar::Call(_, of), _) => {
                if allowed == Allowed::Groups && scalar.has_metric() {
                    let is_grouped = |of: &Scalar| of.has_metric() || matches!(of, Scalar::Value(..));
                    if !of.iter().all(is_grouped) {
                        return Err(Error::invalid("a value of a group is made of metrics and of constants only"));
                    }
                }
                of.iter().try_for_each(|of| self.check_place(of, allowed))
            }
            (Scalar::Bucket(bucket), _) => self.check_place(&bucket.of, Allowed::Rows),
            (Scalar::Case(_, then, otherwise), _) => {
                self.check_place(then, allowed)?;
                self.check_place(otherwise, allowed)
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

    fn type_of_call(&self, function: Function, of: &[Scalar]) -> Result<TypeDef> {
        let types = of.iter().map(|of| self.type_of(of)).collect::<Result<Vec<_>>>()?;
        let nullable = types.iter().any(|ty| ty.nullable);
        let first = *types.first().ok_or_else(|| Error::invalid("a function needs a value"))?;
        let ty = match function {
            Function::Add | Function::Subtract | Function::Multiply | Function::Divide => {
                let second = types.get(1).ok_or_else(|| Error::invalid("an operator needs two values"))?;
                check_number(&first)?;
                check_alike(&first, second)?;
                first
            }
            Function::Negate | Function::Abs => {
                check_number(&first)?;
                first
            }
            Function::Round | Function::Floor | Function::Ceil => {
                if !matches!(first.kind(), ValueKind::F32 | ValueKind::F64 | ValueKind::Decimal) {
                    let message = format!("this is for numbers with fractions, and the value is {}", first.name());
                    return Err(Error::invalid(message));
                }
                first
            }
            Function::Lower | Function::Upper | Function::Concat => {
                types.iter().try_for_each(check_text)?;
                String::DEF
            }
            Function::Length => {
                check_text(&first)?;
                i32::DEF
            }
            Function::Coalesce => {
                types.iter().try_for_each(|ty| check_alike(&first, ty))?;
                return Ok(TypeDef { nullable: types.iter().all(|ty| ty.nullable), ..first });
            }
            Function::SecondsBetween => {
                types.iter().try_for_each(|ty| check_bucket(ty, true, false))?;
                types.iter().try_for_each(|ty| check_alike(&first, ty))?;
                f64::DEF
            }
            Function::Part(part) => {
                check_bucket(&first, matches!(part, Part::Hour | Part::Minute), false)?;
                i32::DEF
            }
        };
        Ok(TypeDef { nullable, ..ty })
    }

    fn type_of_metric(&self, metric: &Metric) -> Result<TypeDef> {
        let name = metric.function.name();
        let Some(of) = &metric.of else {
            return match metric.function {
                MetricFunction::Count => Ok(i64::DEF),
                _ => Err(Error::invalid(format!("`{name}` needs to be told of what"))),
            };
        };
        let of_type = self.type_of(of)?;
        let ty = match &metric.function {
            MetricFunction::Count => {
                if metric.distinct {
                    check_ability(&of_type, Ability::Equality)?;
                }
                return Ok(i64::DEF);
            }
            MetricFunction::Sum => sum_type(&of_type)?,
            MetricFunction::Avg => avg_type(&of_type)?,
            MetricFunction::StdDev | MetricFunction::Variance => {
                check_number(&of_type)?;
                // Of a single value they are null.
                return Ok(TypeDef { nullable: true, ..f64::DEF });
            }
            MetricFunction::Percentile(share) => {
                check_share(*share)?;
                check_number(&of_type)?;
                f64::DEF
            }
            MetricFunction::PercentileDiscrete(share) => {
                check_share(*share)?;
                check_ability(&of_type, Ability::Order)?;
                of_type
            }
            MetricFunction::Min | MetricFunction::Max => {
                check_ability(&of_type, Ability::Order)?;
                of_type
            }
            MetricFunction::First | MetricFunction::Last => {
                if metric.order.is_empty() {
                    return Err(Error::invalid(format!("`{name}` means nothing without an order")));
                }
                check_single(&of_type)?;
                of_type
            }
            MetricFunction::Joined(_) => {
                check_text(&of_type)?;
                String::DEF
            }
            MetricFunction::Listed => {
                check_single(&of_type)?;
                return listed_type(of);
            }
            MetricFunction::Every | MetricFunction::Any => {
                if of_type.kind() != ValueKind::Bool {
                    return Err(Error::invalid(format!(
                        "`{name}` is for truth values, and this is {}",
                        of_type.name()
                    )));
                }
                of_type
            }
        };
        Ok(TypeDef { nullable: of_type.nullable || metric.filter != Condition::Always, ..ty })
    }

    fn type_of_window(&self, window: &Window) -> Result<TypeDef> {
        Ok(match &window.function {
            WindowFunction::RowNumber | WindowFunction::Rank | WindowFunction::DenseRank => i64::DEF,
            WindowFunction::Ntile(parts) => {
                if *parts == 0 {
                    return Err(Error::invalid("`ntile` needs at least one part"));
                }
                i32::DEF
            }
            WindowFunction::PercentRank | WindowFunction::CumeDist => f64::DEF,
            // Before the first row and behind the last there is none.
            WindowFunction::Lag(of, _)
            | WindowFunction::Lead(of, _)
            | WindowFunction::FirstValue(of)
            | WindowFunction::LastValue(of) => TypeDef { nullable: true, ..self.type_of(of)? },
            WindowFunction::Metric(metric) => {
                let ty = self.type_of_metric(metric)?;
                let nullable = !metric.is_counted() && window.frame.is_some_and(|frame| !frame.has_row());
                TypeDef { nullable: ty.nullable || nullable, ..ty }
            }
        })
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

fn sum_type(of: &TypeDef) -> Result<TypeDef> {
    Ok(match of.kind() {
        ValueKind::I16 | ValueKind::I32 | ValueKind::I64 => i64::DEF,
        ValueKind::Decimal => rust_decimal::Decimal::DEF,
        ValueKind::F32 | ValueKind::F64 => f64::DEF,
        _ => return check_number(of).map(|()| *of),
    })
}

fn avg_type(of: &TypeDef) -> Result<TypeDef> {
    check_number(of)?;
    Ok(if of.kind() == ValueKind::Decimal { rust_decimal::Decimal::DEF } else { f64::DEF })
}

/// The type of a list of a scalar's values.
fn listed_type(of: &Scalar) -> Result<TypeDef> {
    let column: &'static ColumnDef = match of {
        Scalar::Column(reference) => column(reference.source.model, &reference.field)?.1,
        _ => return Err(Error::invalid("`listed` is for columns")),
    };
    Ok(TypeDef { shape: Shape::Collection(Collection::List, &column.ty), nullable: false })
}

fn is_number(ty: &TypeDef) -> bool {
    matches!(
        ty.kind(),
        ValueKind::I16 | ValueKind::I32 | ValueKind::I64 | ValueKind::F32 | ValueKind::F64 | ValueKind::Decimal
    )
}

fn check_number(ty: &TypeDef) -> Result<()> {
    if is_number(ty) {
        return Ok(());
    }
    Err(Error::invalid(format!("this is for numbers, and the value is {}", ty.name())))
}

fn check_text(ty: &TypeDef) -> Result<()> {
    if Ability::Text.of(ty) {
        return Ok(());
    }
    Err(Error::invalid(format!("this is for text, and the value is {}", ty.name())))
}

fn check_single(ty: &TypeDef) -> Result<()> {
    match ty.shape {
        Shape::Collection(..) | Shape::Record(_) | Shape::Subdocument(_) | Shape::Parent => {
            Err(Error::invalid(format!("this is for single values, and the value is {}", ty.name())))
        }
        Shape::Scalar(_) | Shape::Enum(_) | Shape::Link(_) => Ok(()),
    }
}

fn check_share(share: f64) -> Result<()> {
    if (0.0..=1.0).contains(&share) {
        return Ok(());
    }
    Err(Error::invalid(format!("a percentile is a share from 0 to 1, not {share}")))
}

fn check_bucket(ty: &TypeDef, of_clock: bool, in_zone: bool) -> Result<()> {
    match ty.kind() {
        ValueKind::Instant => Ok(()),
        ValueKind::DateTime | ValueKind::Date if in_zone => {
            Err(Error::invalid(format!("a time zone is for instants, and the value is {}", ty.name())))
        }
        ValueKind::Date if of_clock => Err(Error::invalid("a date has no hours, minutes and seconds")),
        ValueKind::DateTime | ValueKind::Date => Ok(()),
        _ => Err(Error::invalid(format!("this is for times and dates, and the value is {}", ty.name()))),
    }
}

fn check_alike(left: &TypeDef, right: &TypeDef) -> Result<()> {
    let is_same = match (left.shape, right.shape) {
        (Shape::Enum(a), Shape::Enum(b)) => std::ptr::eq(a, b) || a.name == b.name,
        _ => left.kind() == right.kind(),
    };
    if is_same {
        return Ok(());
    }
    Err(Error::invalid(format!("{} and {} cannot be compared or computed with", left.name(), right.name())))
}

fn check_ability(ty: &TypeDef, ability: Ability) -> Result<()> {
    if ability.of(ty) {
        return Ok(());
    }
    Err(Error::invalid(format!("this is for {}, and the value is {}", ability.purpose(), ty.name())))
}
