//! Of which types the values of a report are.

use super::condition::Condition;
use super::scalar::{Function, Scalar};
use super::window::{Window, WindowFunction};
use super::{Grouping, JoinKind, Metric, MetricFunction, Part, Report};
use crate::error::{Error, Result};
use crate::expr::{Ability, column};
use crate::schema::ColumnDef;
use crate::types::{Collection, FieldType, Shape, TypeDef};
use crate::value::ValueKind;

impl Report {
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

pub(super) fn is_number(ty: &TypeDef) -> bool {
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

pub(super) fn check_bucket(ty: &TypeDef, of_clock: bool, in_zone: bool) -> Result<()> {
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

pub(super) fn check_alike(left: &TypeDef, right: &TypeDef) -> Result<()> {
    let is_same = match (left.shape, right.shape) {
        (Shape::Enum(a), Shape::Enum(b)) => std::ptr::eq(a, b) || a.name == b.name,
        _ => left.kind() == right.kind(),
    };
    if is_same {
        return Ok(());
    }
    Err(Error::invalid(format!("{} and {} cannot be compared or computed with", left.name(), right.name())))
}

pub(super) fn check_ability(ty: &TypeDef, ability: Ability) -> Result<()> {
    if ability.of(ty) {
        return Ok(());
    }
    Err(Error::invalid(format!("this is for {}, and the value is {}", ability.purpose(), ty.name())))
}
