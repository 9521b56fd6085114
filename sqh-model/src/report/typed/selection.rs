//! [`Selection`]: the columns of a report, and the type of its rows.

use std::marker::PhantomData;
use std::vec::IntoIter;

use super::relation::Relation;
use super::sources::{HasAll, Presence};
use super::term::{AsTerm, KindIn, Plain, Term};
use crate::error::Result;
use crate::expr::Column;
use crate::report::{ColumnRef, Output, Scalar};
use crate::row::RowReader;
use crate::schema::PlatformModel;
use crate::types::FieldType;
use crate::types::family::Nullability;
use crate::value::Value;

/// A report of which each record gives a row.
#[derive(Debug)]
pub enum Rows {}
/// A report of groups.
#[derive(Debug)]
pub enum Keyed {}
/// A report of all records together: one row, whether or not there are any.
#[derive(Debug)]
pub enum Whole {}
/// A report of groups and of groups of groups, whose keys are null in some rows.
#[derive(Debug)]
pub enum Subtotals {}

/// The columns of a report of the form `G` over the sources `S`: a column, a [`Term`], a [`record`], a
/// struct by `#[derive(QueryRow)]`, or a tuple of up to twelve of them.
#[diagnostic::on_unimplemented(
    message = "this cannot be selected",
    label = "neither a column nor a value nor a tuple of up to twelve of them"
)]
pub trait Selection<S, G, I> {
    /// What a row becomes.
    type Row: Send + 'static;

    /// Appends the columns.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held.
    fn push(self, outputs: &mut Vec<Output>) -> Result<()>;

    /// Reads the columns' values in order.
    ///
    /// # Errors
    /// `Invalid` if a value is none of its column's type.
    fn read(values: &mut IntoIter<Value>) -> Result<Self::Row>;
}

impl<S, G, I, M, T> Selection<S, G, I> for Column<M, T>
where
    M: PlatformModel,
    T: FieldType<Family: Nullability<T>>,
    S: HasAll<M, I>,
    Plain: KindIn<G>,
{
    type Row = <<Plain as KindIn<G>>::Presence<S::Presence> as Presence>::Of<T>;

    fn push(self, outputs: &mut Vec<Output>) -> Result<()> {
        let name = self.path().joined().into_owned();
        push_value::<Self::Row>(self.into_scalar()?, name, outputs)
    }

    fn read(values: &mut IntoIter<Value>) -> Result<Self::Row> {
        Self::Row::decode(values)
    }
}

impl<S, G, I, R, T, K> Selection<S, G, I> for Term<R, T, K>
where
    T: FieldType<Family: Nullability<T>>,
    S: HasAll<R, I>,
    K: KindIn<G>,
{
    type Row = <K::Presence<S::Presence> as Presence>::Of<T>;

    fn push(self, outputs: &mut Vec<Output>) -> Result<()> {
        let name = format!("column_{}", outputs.len() + 1);
        push_value::<Self::Row>(self.into_scalar()?, name, outputs)
    }

    fn read(values: &mut IntoIter<Value>) -> Result<Self::Row> {
        Self::Row::decode(values)
    }
}

// A flattened value is a column for each of its fields.
fn push_value<T: FieldType>(of: Scalar, name: String, outputs: &mut Vec<Output>) -> Result<()> {
    let Scalar::Column(reference) = &of else {
        outputs.push(Output { name, of, ty: T::DEF });
        return Ok(());
    };
    if !T::DEF.is_flattened() {
        outputs.push(Output { name, of, ty: T::DEF });
        return Ok(());
    }
    let inside = format!("{}.", reference.field);
    let columns = reference.source.model.layout().columns().iter();
    for column in columns.filter(|column| column.path.starts_with(&inside)) {
        let of = Scalar::Column(ColumnRef { source: reference.source.clone(), field: column.path.as_str().into() });
        outputs.push(Output { name: column.path.clone(), of, ty: column.ty.required().optional() });
    }
    Ok(())
}

/// A whole record of a source.
#[derive(Debug)]
pub struct Record<R>(PhantomData<fn() -> R>);

/// The whole record of a source: an `Option` of one that was joined by `left_join`.
pub fn record<R: Relation>() -> Record<R> {
    Record(PhantomData)
}

impl<S, I, R> Selection<S, Rows, I> for Record<R>
where
    R: Relation,
    S: HasAll<R, I>,
    <S::Presence as Presence>::Record<R::Model>: Send + 'static,
{
    type Row = <S::Presence as Presence>::Record<R::Model>;

    fn push(self, outputs: &mut Vec<Output>) -> Result<()> {
        for column in R::Model::def().layout().columns() {
            let of = Scalar::Column(ColumnRef { source: R::source(), field: column.path.as_str().into() });
            outputs.push(Output { name: column.path.clone(), of, ty: column.ty.required().optional() });
        }
        Ok(())
    }

    fn read(values: &mut IntoIter<Value>) -> Result<Self::Row> {
        let def = R::Model::def();
        let width = def.layout().columns().len();
        // Of what was not joined everything is null, also what no record has without a value.
        let is_there = values.as_slice().iter().take(width).any(|value| !value.is_null());
        let record: Vec<Value> = values.by_ref().take(width).collect();
        S::Presence::record(is_there, || {
            R::Model::decode(&mut RowReader::new(def.fields, &mut record.into_iter()))
                .map_err(|error| error.in_model(def.name))
        })
    }
}

/// Whether a selection has something to group by, and so is a report of groups rather than of all.
pub trait Keys {
    /// [`Keyed`] or [`Whole`].
    type Form: Form;
}

/// [`Keyed`] or [`Whole`].
pub trait Form {
    /// [`Keyed`] if one of both is.
    type Or<F: Form>: Form;
}
impl Form for Keyed {
    type Or<F: Form> = Self;
}
impl Form for Whole {
    type Or<F: Form> = F;
}

impl<M, T> Keys for Column<M, T> {
    type Form = Keyed;
}
impl<R, T> Keys for Term<R, T, Plain> {
    type Form = Keyed;
}
macro_rules! no_keys {
    ($($kind:ident)*) => { $(
        impl<R, T> Keys for Term<R, T, super::$kind> {
            type Form = Whole;
        }
    )* };
}
no_keys!(Counted Measured Filtered Windowed);

macro_rules! selections {
    ($(($first:ident $first_index:ident $($name:ident $index:ident)*))*) => { $(
        impl<S, G, $first_index, $($index,)* $first, $($name),*> Selection<S, G, ($first_index, $($index,)*)>
            for ($first, $($name,)*)
        where
            $first: Selection<S, G, $first_index>,
            $($name: Selection<S, G, $index>,)*
        {
            type Row = ($first::Row, $($name::Row,)*);

            #[allow(non_snake_case, reason = "the parts are named as their types are")]
            fn push(self, outputs: &mut Vec<Output>) -> Result<()> {
                let ($first, $($name,)*) = self;
                $first.push(outputs)?;
                $($name.push(outputs)?;)*
                Ok(())
            }

            fn read(values: &mut IntoIter<Value>) -> Result<Self::Row> {
                Ok(($first::read(values)?, $($name::read(values)?,)*))
            }
        }

        impl<$first: Keys, $($name: Keys),*> Keys for ($first, $($name,)*) {
            type Form = selections!(@or $first $($name)*);
        }
    )* };
    (@or $only:ident) => { $only::Form };
    (@or $first:ident $($rest:ident)+) => { <$first::Form as Form>::Or<selections!(@or $($rest)+)> };
}
selections! {
    (A IA)
    (A IA B IB)
    (A IA B IB C IC)
    (A IA B IB C IC D ID)
    (A IA B IB C IC D ID E IE)
    (A IA B IB C IC D ID E IE F IF)
    (A IA B IB C IC D ID E IE F IF H IH)
    (A IA B IB C IC D ID E IE F IF H IH J IJ)
    (A IA B IB C IC D ID E IE F IF H IH J IJ K IK)
    (A IA B IB C IC D ID E IE F IF H IH J IJ K IK L IL)
    (A IA B IB C IC D ID E IE F IF H IH J IJ K IK L IL M IM)
    (A IA B IB C IC D ID E IE F IF H IH J IJ K IK L IL M IM N IN)
}
