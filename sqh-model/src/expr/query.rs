//! [`Query`]: which records, in which order, how many.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::cursor::Cursor;
use super::filter::{Filter, column};
use super::operators::Ability;
use super::spatial::Nearest;
use crate::error::{Error, Result};
use crate::schema::ModelDef;

/// Which records, in which order, how many.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// Which records.
    pub filter: Filter,
    /// The nearest to a place before all others, whatever the order is.
    pub nearest: Option<Nearest>,
    /// In which order; what is equal in all of it is ordered by the key.
    pub order: Vec<OrderBy>,
    /// At most this many.
    pub limit: Option<u64>,
    /// Leaves out this many of the first.
    pub offset: u64,
    /// Starts behind this place of the same order.
    pub after: Option<Cursor>,
}

/// An order by one column: ascending with nulls last, or descending with nulls first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderBy {
    /// The field's path of Rust names.
    pub field: Cow<'static, str>,
    /// Largest first.
    pub descending: bool,
}

/// An [`OrderBy`] on the records of `M`.
#[derive(Debug, Clone)]
#[must_use = "an order does nothing until a query has it"]
pub struct Order<M> {
    order: OrderBy,
    model: PhantomData<fn() -> M>,
}

impl<M> Order<M> {
    pub(super) fn new(order: OrderBy) -> Self {
        Self { order, model: PhantomData }
    }

    /// The order by itself.
    pub fn into_order_by(self) -> OrderBy {
        self.order
    }
}

impl Query {
    /// Every record, in the order of the keys.
    pub(crate) const EVERYTHING: Self =
        Self { filter: Filter::Everything, nearest: None, order: Vec::new(), limit: None, offset: 0, after: None };

    /// The order made total: the declared one, and then the physical key.
    ///
    /// # Errors
    /// `Invalid` if a field is none of the model's.
    pub fn total_order(&self, def: &'static ModelDef) -> Result<Vec<(usize, bool)>> {
        let mut order = self
            .order
            .iter()
            .map(|order| column(def, &order.field).map(|(position, _)| (position, order.descending)))
            .collect::<Result<Vec<_>>>()?;
        for position in def.layout().physical_key() {
            if order.iter().all(|(known, _)| *known != position) {
                order.push((position, false));
            }
        }
        Ok(order)
    }

    /// Makes sure that every field is one of the model, that what orders has an order, and that the
    /// cursor fits the order.
    ///
    /// # Errors
    /// `Invalid`, naming the model and the field.
    pub fn check(&self, def: &'static ModelDef) -> Result<()> {
        self.filter.check(def)?;
        if let Some(nearest) = &self.nearest {
            let (_, column) = column(def, &nearest.field)?;
            nearest.check_on(column).map_err(|error| error.in_field(&nearest.field).in_model(def.name))?;
        }
        for OrderBy { field, .. } in &self.order {
            let (_, column) = column(def, field)?;
            Ability::Order.check(column).map_err(|error| error.in_field(field).in_model(def.name))?;
        }
        let order = self.total_order(def)?;
        match &self.after {
            Some(cursor) if !cursor.belongs_to(def, &order) => {
                Err(Error::invalid("the cursor belongs to another order").in_model(def.name))
            }
            Some(_) if self.nearest.is_some() => {
                Err(Error::invalid("records by nearness have no pages: say a limit and an offset").in_model(def.name))
            }
            Some(_) if self.offset > 0 => {
                Err(Error::invalid("a cursor and an offset exclude each other").in_model(def.name))
            }
            _ => Ok(()),
        }
    }
}
