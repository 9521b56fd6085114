//! Typed statements: `M::select()`, `M::insert()`, `M::update()`, `M::delete()`.
//!
//! They are data until `records.query(&cx, …)` runs them on the one path, so that what is written
//! with them is authorised and scoped like everything else.

use std::marker::PhantomData;

use super::column::Column;
use super::filter::{Filter, Predicate};
use super::operand::Operand;
use super::query::{Order, Query};
use super::spatial::Nearest;
use crate::error::{Error, Result};
use crate::row::{Row, next_value};
use crate::schema::{ModelDef, PlatformModel};
use crate::types::family::Located;
use crate::types::{FieldType, Point};
use crate::value::{Value, ValueKind};

/// A query for whole records of `M`.
///
/// A value that cannot be held is told when the statement runs.
#[derive(Debug)]
#[must_use = "a statement does nothing until `records.query(&cx, …)` runs it"]
pub struct Select<M> {
    query: Result<Query>,
    model: PhantomData<fn() -> M>,
}

impl<M> Select<M> {
    pub(crate) const fn everything() -> Self {
        Self { query: Ok(Query::EVERYTHING), model: PhantomData }
    }
}

impl<M: PlatformModel> Select<M> {
    pub(crate) fn new() -> Self {
        Self::everything()
    }

    fn change(mut self, change: impl FnOnce(&mut Query) -> Result<()>) -> Self {
        self.query = self.query.and_then(|mut query| change(&mut query).map(|()| query));
        self
    }

    /// Only records that match; called again, records that match all.
    pub fn filter(self, predicate: Predicate<M>) -> Self {
        self.change(|query| {
            let filter = std::mem::take(&mut query.filter);
            query.filter = filter.and(predicate.into_filter()?);
            Ok(())
        })
    }

    /// The nearest to a point first, and those without a place last. What is as near is ordered by what else is
    /// said: `AppSite::select().nearest(AppSite::LOCATION, here).limit(5)`.
    pub fn nearest<T: FieldType<Family: Located>>(self, column: Column<M, T>, to: Point) -> Self {
        self.change(|query| {
            query.nearest = Some(Nearest { field: column.path().joined(), to });
            Ok(())
        })
    }

    /// Orders by a column; called again, by that one where the first is equal.
    pub fn order_by(self, order: Order<M>) -> Self {
        self.change(|query| {
            query.order.push(order.into_order_by());
            Ok(())
        })
    }

    /// At most this many.
    pub fn limit(self, limit: u64) -> Self {
        self.change(|query| {
            query.limit = Some(limit);
            Ok(())
        })
    }

    /// Leaves out this many of the first.
    pub fn offset(self, offset: u64) -> Self {
        self.change(|query| {
            query.offset = offset;
            Ok(())
        })
    }

    /// Only some columns, as a tuple.
    pub fn columns<C: Columns<M>>(self, columns: C) -> SelectColumns<M, C> {
        SelectColumns { query: self.query, columns, model: PhantomData }
    }

    /// The query.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held.
    pub fn into_query(self) -> Result<Query> {
        self.query
    }
}

/// A query for some columns of `M`, as tuples.
#[derive(Debug)]
#[must_use = "a statement does nothing until `records.query(&cx, …)` runs it"]
pub struct SelectColumns<M, C> {
    query: Result<Query>,
    columns: C,
    model: PhantomData<fn() -> M>,
}

impl<M: PlatformModel, C: Columns<M>> SelectColumns<M, C> {
    /// The query, and the paths of the columns.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held.
    pub fn into_query(self) -> Result<(Query, Vec<String>)> {
        Ok((self.query?, self.columns.paths()))
    }
}

/// Columns of `M` and the tuple of their types.
pub trait Columns<M> {
    /// What a record becomes.
    type Output: Send + 'static;

    /// The columns' paths in order.
    fn paths(&self) -> Vec<String>;

    /// Reads the columns' values in order.
    ///
    /// # Errors
    /// `Invalid` if a stored value is none of the column's type.
    fn decode(values: Row) -> Result<Self::Output>;
}

macro_rules! columns {
    ($($name:ident $position:tt)+) => {
        impl<M, $($name: FieldType),+> Columns<M> for ($(Column<M, $name>,)+) {
            type Output = ($($name,)+);

            fn paths(&self) -> Vec<String> {
                vec![$(self.$position.path().joined().into_owned()),+]
            }

            fn decode(values: Row) -> Result<Self::Output> {
                let mut values = values.into_iter();
                Ok(($($name::from_value(next_value(&mut values)?)?,)+))
            }
        }
    };
}
columns!(A 0);
columns!(A 0 B 1);
columns!(A 0 B 1 C 2);
columns!(A 0 B 1 C 2 D 3);
columns!(A 0 B 1 C 2 D 3 E 4);
columns!(A 0 B 1 C 2 D 3 E 4 F 5);
columns!(A 0 B 1 C 2 D 3 E 4 F 5 G 6);
columns!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);

/// The changes of a record: what is not set stays as it is, and `None` sets null.
///
/// A value that cannot be held is told when the changes are used.
#[derive(Debug)]
#[must_use = "changes do nothing until `records.update(&cx, …)` takes them"]
pub struct Changes<M> {
    row: Result<Row>,
    version: Option<Value>,
    model: PhantomData<fn() -> M>,
}

impl<M: PlatformModel> Changes<M> {
    pub(crate) fn new() -> Self {
        Self { row: Ok(vec![Value::Unset; M::def().layout().columns().len()]), version: None, model: PhantomData }
    }

    /// Sets a field.
    pub fn set<T: FieldType>(mut self, column: Column<M, T>, value: impl Operand<T>) -> Self {
        self.row = self.row.and_then(|mut row| {
            let path = column.path().joined();
            let mut values = Row::new();
            let encoded = value.into_operand().encode(&mut values);
            encoded.map_err(|error| error.in_field(&path).in_model(M::def().name))?;
            let start = first_position::<M>(&path)?;
            row.splice(start..start + values.len(), values);
            Ok(row)
        });
        self
    }

    /// The changes apply only to the record in this version: another one is a `Conflict`.
    pub fn expect_version(mut self, version: i64) -> Self {
        match version_value(M::def(), version) {
            Ok(version) => self.version = Some(version),
            Err(error) => self.row = Err(error),
        }
        self
    }

    /// The changes, with [`Value::Unset`] where nothing was set, and the expected version.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held.
    pub fn into_parts(self) -> Result<(Row, Option<Value>)> {
        Ok((self.row?, self.version))
    }
}

/// A version as the model's version column holds it.
///
/// # Errors
/// `Invalid` if the model has none, or one too small for it.
pub fn version_value(def: &'static ModelDef, version: i64) -> Result<Value> {
    let layout = def.layout();
    let position = layout.role(|field| field.version).ok_or_else(|| {
        Error::invalid("the model has no version: mark an integer field `#[field(version)]`").in_model(def.name)
    })?;
    let value = match layout.columns()[position].ty.kind() {
        ValueKind::I16 => i16::try_from(version).map(Value::I16).ok(),
        ValueKind::I32 => i32::try_from(version).map(Value::I32).ok(),
        _ => Some(Value::I64(version)),
    };
    value.ok_or_else(|| Error::invalid(format!("{version} is no version of this model")).in_model(def.name))
}

// A flattened value takes several columns; they stand together.
fn first_position<M: PlatformModel>(path: &str) -> Result<usize> {
    let inner = format!("{path}.");
    M::def()
        .layout()
        .columns()
        .iter()
        .position(|column| column.path == path || column.path.starts_with(&inner))
        .ok_or_else(|| {
            Error::internal("the derive makes columns of fields only").in_field(path).in_model(M::def().name)
        })
}

/// An insert of one record, field by field. A field that is not set takes its default.
#[derive(Debug)]
#[must_use = "a statement does nothing until `records.query(&cx, …)` runs it"]
pub struct Insert<M> {
    changes: Changes<M>,
}

impl<M: PlatformModel> Insert<M> {
    pub(crate) fn new() -> Self {
        Self { changes: Changes::new() }
    }

    /// Sets a field.
    pub fn set<T: FieldType>(mut self, column: Column<M, T>, value: impl Operand<T>) -> Self {
        self.changes = self.changes.set(column, value);
        self
    }

    /// The record, with [`Value::Unset`] where nothing was set.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held.
    pub fn into_row(self) -> Result<Row> {
        self.changes.row
    }
}

/// An update of every record that matches.
#[derive(Debug)]
#[must_use = "a statement does nothing until `records.query(&cx, …)` runs it"]
pub struct Update<M> {
    changes: Changes<M>,
    filter: Matching<M>,
}

impl<M: PlatformModel> Update<M> {
    pub(crate) fn new() -> Self {
        Self { changes: Changes::new(), filter: Matching::Unsaid }
    }

    /// Sets a field.
    pub fn set<T: FieldType>(mut self, column: Column<M, T>, value: impl Operand<T>) -> Self {
        self.changes = self.changes.set(column, value);
        self
    }

    /// Only records that match; called again, records that match all.
    pub fn filter(mut self, predicate: Predicate<M>) -> Self {
        self.filter = self.filter.and(predicate);
        self
    }

    /// Every record. Without this or a filter the statement is refused.
    pub fn all(mut self) -> Self {
        self.filter = self.filter.and(Predicate::from_filter(Filter::Everything));
        self
    }

    /// The changes, with [`Value::Unset`] where nothing was set, and the filter.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held, or if neither a filter nor all was said.
    pub fn into_parts(self) -> Result<(Row, Filter)> {
        Ok((self.changes.row?, self.filter.into_filter("update")?))
    }
}

/// A delete of every record that matches.
#[derive(Debug)]
#[must_use = "a statement does nothing until `records.query(&cx, …)` runs it"]
pub struct Delete<M> {
    filter: Matching<M>,
}

impl<M: PlatformModel> Delete<M> {
    pub(crate) fn new() -> Self {
        Self { filter: Matching::Unsaid }
    }

    /// Only records that match; called again, records that match all.
    pub fn filter(mut self, predicate: Predicate<M>) -> Self {
        self.filter = self.filter.and(predicate);
        self
    }

    /// Every record. Without this or a filter the statement is refused.
    pub fn all(mut self) -> Self {
        self.filter = self.filter.and(Predicate::from_filter(Filter::Everything));
        self
    }

    /// The filter.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held, or if neither a filter nor all was said.
    pub fn into_filter(self) -> Result<Filter> {
        self.filter.into_filter("delete")
    }
}

#[derive(Debug)]
enum Matching<M> {
    Unsaid,
    Said(Predicate<M>),
}

impl<M: PlatformModel> Matching<M> {
    fn and(self, predicate: Predicate<M>) -> Self {
        Self::Said(match self {
            Self::Unsaid => predicate,
            Self::Said(first) => first.and(predicate),
        })
    }

    fn into_filter(self, verb: &str) -> Result<Filter> {
        match self {
            Self::Said(predicate) => predicate.into_filter().map_err(|error| error.in_model(M::def().name)),
            Self::Unsaid => Err(Error::invalid(format!(
                "the {verb} says not which records: add `.filter(…)`, or `.all()` to mean every one"
            ))
            .in_model(M::def().name)),
        }
    }
}
