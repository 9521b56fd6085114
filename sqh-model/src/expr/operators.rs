//! Which operators a type has, by its definition: the rule for filters that came by name or were
//! made by hand. [`family`](crate::types::family) is the same rule for the compiler.

use super::filter::Filter;
use super::like::Pattern;
use super::regex::Regex;
use crate::error::{Error, Result};
use crate::schema::ColumnDef;
use crate::types::scalar::{POINT, POLYGON};
use crate::types::{Collection, Shape, TypeDef, describe, inner_array};
use crate::value::{Value, ValueKind};

/// What operators ask of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ability {
    /// `eq`, `ne`, `in`
    Equality,
    /// `lt`, `lte`, `gt`, `gte`, `between`, and ordering rows
    Order,
    /// `like`, `ilike`, `regex`, `iregex`, `starts_with`
    Text,
    /// `contains`, `contains_all`, `overlaps`, `contained_by`
    Elements,
    /// `json_contains`, `has_key`, `path`
    Document,
    /// `in_bbox`
    Place,
    /// `within_distance`, `within`, and ordering rows by nearness
    Point,
    /// `covers`
    Polygon,
}

impl Ability {
    /// Whether values of the type can do it.
    pub(crate) fn of(self, ty: &TypeDef) -> bool {
        match (ty.shape, self) {
            (Shape::Scalar(scalar), ability) => match (scalar.kind, ability) {
                (_, Self::Elements) => false,
                (kind, Self::Place) => kind == ValueKind::Geometry,
                (_, Self::Point) => scalar.name == POINT.name,
                (_, Self::Polygon) => scalar.name == POLYGON.name,
                (ValueKind::Geometry, _) => false,
                (ValueKind::Json, ability) => matches!(ability, Self::Equality | Self::Document),
                (kind, Self::Text) => kind == ValueKind::Text && !scalar.via_text,
                (_, ability) => ability != Self::Document,
            },
            (Shape::Enum(_) | Shape::Link(_), ability) => matches!(ability, Self::Equality | Self::Order),
            (Shape::Collection(_, element), ability) => {
                matches!(ability, Self::Equality | Self::Elements) && Self::Equality.of(element)
            }
            (Shape::Record(_) | Shape::Subdocument(_) | Shape::Parent, _) => false,
        }
    }

    /// What it is for, in a message.
    pub(crate) fn purpose(self) -> &'static str {
        match self {
            Self::Equality => "values that can be compared",
            Self::Order => "values that have an order",
            Self::Text => "text",
            Self::Elements => "lists and sets",
            Self::Document => "JSON documents",
            Self::Place => "places",
            Self::Point => "points",
            Self::Polygon => "polygons",
        }
    }

    /// Makes sure that a column has it.
    ///
    /// # Errors
    /// `Invalid`, which names both types.
    pub(super) fn check(self, column: &ColumnDef) -> Result<()> {
        if self.of(&column.ty) {
            return Ok(());
        }
        Err(Error::invalid(format!("this operator is for {}, and the field is {}", self.purpose(), column.ty.name())))
    }
}

/// The type of what a collection holds, as `contains` takes it: a row of an array of several dimensions.
pub(crate) fn element(ty: &TypeDef) -> TypeDef {
    match ty.shape {
        Shape::Collection(Collection::Array { dimensions }, element) if dimensions > 1 => {
            inner_array(dimensions, element)
        }
        Shape::Collection(_, element) => *element,
        _ => *ty,
    }
}

/// Makes sure that a filter's leaf fits its column: that the type has the operator, that each value
/// is of the type, that a pattern can be read.
///
/// # Errors
/// `Invalid`.
pub(super) fn check_leaf(filter: &Filter, column: &ColumnDef) -> Result<()> {
    match filter {
        Filter::Compare { comparison, value, .. } => {
            let ability = if comparison.is_equality() { Ability::Equality } else { Ability::Order };
            ability.check(column)?;
            check_value(&column.ty, value)
        }
        Filter::In { values, .. } => {
            Ability::Equality.check(column)?;
            values.iter().try_for_each(|value| check_value(&column.ty, value))
        }
        Filter::Like { pattern, case_sensitive, .. } => {
            Ability::Text.check(column)?;
            Pattern::parse(pattern, *case_sensitive).map(drop)
        }
        Filter::Regex { pattern, case_sensitive, .. } => {
            Ability::Text.check(column)?;
            Regex::parse(pattern, *case_sensitive).map(drop)
        }
        Filter::ContainsAll { values, .. } | Filter::Overlaps { values, .. } | Filter::ContainedBy { values, .. } => {
            Ability::Elements.check(column)?;
            let element = element(&column.ty);
            values.iter().try_for_each(|value| check_value(&element, value))
        }
        Filter::JsonContains { .. } | Filter::JsonHasKey { .. } | Filter::JsonPath { .. } => {
            Ability::Document.check(column)
        }
        Filter::Spatial { is, .. } => is.check_on(column),
        Filter::Everything | Filter::IsNull { .. } | Filter::And(_) | Filter::Or(_) | Filter::Not(_) => Ok(()),
    }
}

fn check_value(ty: &TypeDef, value: &Value) -> Result<()> {
    let fits = match (ty.shape, value) {
        (_, Value::Null) => true,
        (Shape::Collection(..), Value::Array(values)) => {
            let element = element(ty);
            return values.iter().try_for_each(|value| check_value(&element, value));
        }
        (_, value) => value.kind() == Some(ty.kind()),
    };
    if fits { Ok(()) } else { Err(ty.mismatch(describe(value))) }
}
