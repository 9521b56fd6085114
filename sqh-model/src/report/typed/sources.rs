//! [`Sources`]: the models of a report, as a type.

use std::marker::PhantomData;

use super::relation::{Both, Nowhere, Relation};
use crate::error::Result;
use crate::schema::PlatformModel;
use crate::types::FieldType;
use crate::types::family::Nullability;

/// The first source of a report.
#[derive(Debug)]
pub struct Root<R>(PhantomData<fn() -> R>);

/// The sources `S`, and `R` joined to them, which is there [`Always`] or [`Sometimes`].
#[derive(Debug)]
pub struct Joined<S, R, P>(PhantomData<(S, R, P)>);

/// The models of a report.
pub trait Sources: 'static {
    /// The model of the first one.
    type Root: PlatformModel;
}
impl<R: Relation> Sources for Root<R> {
    type Root = R::Model;
}
impl<S: Sources, R: 'static, P: 'static> Sources for Joined<S, R, P> {
    type Root = S::Root;
}

/// Where a source stands: it is the last one.
#[derive(Debug)]
pub enum Here {}
/// Where a source stands: before the last one.
#[derive(Debug)]
pub struct There<I>(PhantomData<fn() -> I>);

/// Sources that have `R`; the compiler finds out where.
#[diagnostic::on_unimplemented(
    message = "`{R}` is not in this query",
    label = "a column of a model that the query has not",
    note = "join it: `.inner_join(…)` or `.left_join(…)`; of a `semi_join` or an `anti_join` nothing can be read"
)]
pub trait Has<R, I> {
    /// Whether a row always has a record of it.
    type Presence: Presence;
}
impl<R> Has<R, Here> for Root<R> {
    type Presence = Always;
}
impl<S, R, P: Presence> Has<R, Here> for Joined<S, R, P> {
    type Presence = P;
}
#[diagnostic::do_not_recommend]
impl<S: Has<R, I>, R, Q, P, I> Has<R, There<I>> for Joined<S, Q, P> {
    type Presence = S::Presence;
}

/// Sources that have all that a value is made of.
#[diagnostic::on_unimplemented(
    message = "`{R}` is not in this query",
    label = "the query has not all that this is made of"
)]
pub trait HasAll<R, I> {
    /// Whether a row always has a record of each of them.
    type Presence: Presence;
}
#[diagnostic::do_not_recommend]
impl<S: Has<R, I>, R: Relation, I> HasAll<R, I> for S {
    type Presence = S::Presence;
}
impl<S> HasAll<Nowhere, ()> for S {
    type Presence = Always;
}
#[diagnostic::do_not_recommend]
impl<S: HasAll<A, I> + HasAll<B, J>, A, B, I, J> HasAll<Both<A, B>, (I, J)> for S {
    type Presence = <<S as HasAll<A, I>>::Presence as Presence>::With<<S as HasAll<B, J>>::Presence>;
}

/// Whether something is there in every row.
pub trait Presence: 'static {
    /// The type of a value.
    type Of<T: FieldType<Family: Nullability<T>>>: FieldType;
    /// The type of a record.
    type Record<M>;
    /// Whether both are.
    type With<P: Presence>: Presence;

    /// A record, or `None` if it is not there.
    ///
    /// # Errors
    /// What `read` says.
    fn record<M>(is_there: bool, read: impl FnOnce() -> Result<M>) -> Result<Self::Record<M>>;
}

/// In every row.
#[derive(Debug)]
pub enum Always {}
/// In some rows: in others it is null.
#[derive(Debug)]
pub enum Sometimes {}

impl Presence for Always {
    type Of<T: FieldType<Family: Nullability<T>>> = T;
    type Record<M> = M;
    type With<P: Presence> = P;

    fn record<M>(_: bool, read: impl FnOnce() -> Result<M>) -> Result<M> {
        read()
    }
}

impl Presence for Sometimes {
    type Of<T: FieldType<Family: Nullability<T>>> = <T::Family as Nullability<T>>::Optional;
    type Record<M> = Option<M>;
    type With<P: Presence> = Self;

    fn record<M>(is_there: bool, read: impl FnOnce() -> Result<M>) -> Result<Option<M>> {
        is_there.then(read).transpose()
    }
}
