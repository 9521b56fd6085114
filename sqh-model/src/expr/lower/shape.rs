//! [`FilterShape`]: all that the SQL of a filter depends on, so that rendered statements can be kept.

use super::super::filter::{Comparison, Filter, column};
use super::super::spatial::Spatial;
use super::Relation;
use super::bind::Binds;
use super::spatial::values;
use crate::error::{Error, Result};
use crate::schema::ColumnDef;
use crate::types::{Collection, FieldType, Shape, TypeDef};
use crate::value::Value;

/// What a filter is without its values. Filters of one shape on one model have the same SQL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FilterShape(Vec<u32>);

impl Relation<'_> {
    /// The shape of a filter. Its values are appended to `binds` just as
    /// [`push_filter`](Relation::push_filter) appends them.
    ///
    /// # Errors
    /// As [`push_filter`](Relation::push_filter).
    pub fn shape_of(&self, filter: &Filter, binds: &mut Binds) -> Result<FilterShape> {
        let mut shape = FilterShape::default();
        self.push_shape(filter, &mut shape.0, binds)?;
        Ok(shape)
    }

    fn push_shape(&self, filter: &Filter, shape: &mut Vec<u32>, binds: &mut Binds) -> Result<()> {
        match filter {
            Filter::Everything => shape.push(0),
            Filter::And(filters) | Filter::Or(filters) => {
                shape.extend([kind(filter), number(filters.len())]);
                return filters.iter().try_for_each(|filter| self.push_shape(filter, shape, binds));
            }
            Filter::Not(filter) => {
                shape.push(3);
                return self.push_shape(filter, shape, binds);
            }
            Filter::IsNull { field }
            | Filter::Compare { field, .. }
            | Filter::In { field, .. }
            | Filter::Like { field, .. }
            | Filter::Regex { field, .. }
            | Filter::ContainsAll { field, .. }
            | Filter::Overlaps { field, .. }
            | Filter::ContainedBy { field, .. }
            | Filter::JsonContains { field, .. }
            | Filter::JsonHasKey { field, .. }
            | Filter::JsonPath { field, .. }
            | Filter::Spatial { field, .. } => {
                let (position, column) = column(self.def, field)?;
                shape.extend([kind(filter), number(position)]);
                // A collection among others is compared with one after the other.
                if let (Filter::In { values, .. }, Shape::Collection(..)) = (filter, column.ty.shape) {
                    shape.push(number(values.len()));
                }
                self.bind_leaf(filter, column, binds)?;
            }
        }
        Ok(())
    }

    fn bind_leaf(&self, leaf: &Filter, column: &'static ColumnDef, binds: &mut Binds) -> Result<()> {
        let (ty, sql_type) = (column.ty, column.field.sql_type);
        let is_collection = matches!(ty.shape, Shape::Collection(..));
        match leaf {
            Filter::Compare { value, .. } => binds.add(column, ty, sql_type, value.clone()),
            Filter::In { values, .. } if is_collection => {
                values.iter().for_each(|value| binds.add(column, ty, sql_type, value.clone()));
            }
            Filter::In { values, .. } => {
                let ty = TypeDef { shape: Shape::Collection(Collection::List, &column.ty), nullable: false };
                binds.add(column, ty, sql_type, Value::Array(values.clone()));
            }
            Filter::Like { pattern, .. } | Filter::Regex { pattern, .. } => {
                binds.add(column, String::DEF, None, Value::Text(pattern.clone()))
            }
            Filter::ContainsAll { values, .. }
            | Filter::Overlaps { values, .. }
            | Filter::ContainedBy { values, .. } => {
                if !is_collection {
                    return Err(Error::invalid(format!("the field is {} and has no elements", ty.name()))
                        .in_field(&column.path)
                        .in_model(self.def.name));
                }
                binds.add(column, ty, sql_type, Value::Array(values.clone()));
            }
            Filter::JsonContains { json, .. } => {
                binds.add(column, serde_json::Value::DEF, None, Value::Json(json.clone()));
            }
            Filter::JsonHasKey { key, .. } => binds.add(column, String::DEF, None, Value::Text(key.clone())),
            Filter::JsonPath { path, json, .. } => {
                let path = Value::Array(path.iter().cloned().map(Value::Text).collect());
                binds.add(column, <Vec<String>>::DEF, None, path);
                binds.add(column, serde_json::Value::DEF, None, Value::Json(json.clone()));
            }
            Filter::Spatial { is, .. } => {
                values(is).into_iter().for_each(|(ty, value)| binds.add(column, ty, None, value));
            }
            _ => {}
        }
        Ok(())
    }
}

/// The operator as a number.
fn kind(filter: &Filter) -> u32 {
    match filter {
        Filter::Everything => 0,
        Filter::And(_) => 1,
        Filter::Or(_) => 2,
        Filter::Not(_) => 3,
        Filter::IsNull { .. } => 4,
        Filter::In { .. } => 5,
        Filter::Like { case_sensitive: true, .. } => 6,
        Filter::Like { case_sensitive: false, .. } => 7,
        Filter::ContainsAll { .. } => 8,
        Filter::Overlaps { .. } => 9,
        Filter::ContainedBy { .. } => 10,
        Filter::JsonContains { .. } => 11,
        Filter::JsonHasKey { .. } => 12,
        Filter::JsonPath { .. } => 13,
        Filter::Spatial { is: Spatial::Meets(_), .. } => 20,
        Filter::Spatial { is: Spatial::InBounds(_), .. } => 21,
        Filter::Spatial { is: Spatial::WithinDistance { .. }, .. } => 22,
        Filter::Compare { comparison, .. } => match comparison {
            Comparison::Eq => 14,
            Comparison::Ne => 15,
            Comparison::Lt => 16,
            Comparison::Lte => 17,
            Comparison::Gt => 18,
            Comparison::Gte => 19,
        },
        Filter::Regex { case_sensitive: true, .. } => 20,
        Filter::Regex { case_sensitive: false, .. } => 21,
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("a filter has fewer than four thousand million parts")
}
