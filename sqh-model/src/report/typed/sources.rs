//! [`Sources`]: the models of a report, as a type.

use std::marker::PhantomData;

use super::relation::{Both, Nowhere, Relation};
use crate::error::Result;
use crate::schema::PlatformModel;
use crate::schema::scope::{Shared, Tenant};
use crate::types::FieldType;
use crate::types::family::Nullability;

/// The first source of a report.
#[derive(Debug)]
pub struct Root<R>(PhantomData<fn() -> R>);

/// The sources `S`, and `R` joined to them, which is there [`Always`] or [`Sometimes`].
#[derive(Debug)]
pub struct Joined<S, R, P>(PhantomData<(S, R, P)>);

/// The sources `S`, and `R` of another database, which is only asked whether it is there.
#[derive(Debug)]
pub struct Beside<S, R>(PhantomData<(S, R)>);

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
impl<S: Sources, R: 'static> Sources for Beside<S, R> {
    type Root = S::Root;
}

/// Sources that are all in one database.
#[diagnostic::on_unimplemented(
    message = "this joins records of a tenant and shared ones",
    label = "they are in two databases",
    note = "run it by `join_shared`"
)]
pub trait OneDatabase: Sources {}
impl<R: Relation> OneDatabase for Root<R> {}
impl<S: OneDatabase, R: Relation, P: 'static> OneDatabase for Joined<S, R, P> where
    ScopeOf<R::Model>: SameDatabase<ScopeOf<S::Root>>
{
}

/// The scope of a model.
pub(super) type ScopeOf<M> = <M as PlatformModel>::Scope;

/// The sources `S` with `R` beside them.
pub(super) type AskedOf<S, R> =
    <ScopeOf<<R as Relation>::Model> as AskedFrom<ScopeOf<<S as Sources>::Root>>>::Sources<S, R>;

/// A scope whose records are asked for from reports on those of `S`.
pub trait AskedFrom<S> {
    /// The sources: of records of one database what is only asked for is not among them.
    type Sources<T: Sources, R: Relation>: Sources;
}
impl AskedFrom<Tenant> for Tenant {
    type Sources<T: Sources, R: Relation> = T;
}
impl AskedFrom<Shared> for Shared {
    type Sources<T: Sources, R: Relation> = T;
}
impl AskedFrom<Tenant> for Shared {
    type Sources<T: Sources, R: Relation> = Beside<T, R>;
}
impl AskedFrom<Shared> for Tenant {
    type Sources<T: Sources, R: Relation> = Beside<T, R>;
}

/// A scope whose records are in the database of those of `S`.
#[diagnostic::on_unimplemented(
    message = "this joins records of a tenant and shared ones",
    label = "they are in two databases",
    note = "run it by `join_shared`"
)]
pub trait SameDatabase<S> {}
impl SameDatabase<Tenant> for Tenant {}
impl SameDatabase<Shared> for Shared {}

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

#[diagnostic::do_not_recommend]
impl<S: Has<R, I>, R, Q, I> Has<R, There<I>> for Beside<S, Q> {
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
