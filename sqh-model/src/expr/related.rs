//! [`Related`]: records that are loaded along with others, by one statement for each relation.
//!
//! The derive makes a constant for each `#[has_many]`, and [`Column::to`] follows a reference the other
//! way. Underneath is [`Loading`], data that says which columns meet; [`Loaded`] is what was found, and
//! [`FromLoaded`] makes tuples of it. The relation's types decide what compiles: a relation of another
//! model is a plain mismatch.

use std::marker::PhantomData;

use super::builder::Select;
use super::column::{Column, Path};
use super::filter::Predicate;
use super::query::{Order, Query};
use crate::error::{Error, Result};
use crate::row::{Row, from_row};
use crate::schema::scope::ReachedFrom;
use crate::schema::{ModelDef, PlatformModel};
use crate::types::requirement::PointsAt;

/// The records of `C` that belong to a record of `P`, and become an `O`: `Vec<C>` by a `#[has_many]`,
/// `Option<C>` by a reference.
///
/// ```
/// # use sqh_model::expr::Related;
/// # struct AppStation;
/// # struct AppSample;
/// # const SAMPLES: Related<AppStation, AppSample, Vec<AppSample>> = Related::many("station");
/// ```
#[derive(Debug)]
#[must_use = "a relation does nothing until `select().with(…)` has it"]
pub struct Related<P, C, O> {
    /// The field of `P`; its key if `None`.
    from: Option<Path>,
    /// The field of `C`.
    to: Path,
    /// Which of the records, in which order, how many for each.
    select: Select<C>,
    along: Vec<Result<Loading>>,
    #[allow(clippy::type_complexity, reason = "a phantom that is Send and Sync whatever the types are")]
    marker: PhantomData<fn() -> (P, O)>,
}

impl<P, C> Related<P, C, Vec<C>> {
    /// Those whose field of this name refers to the key. Used by generated code.
    #[doc(hidden)]
    pub const fn many(via: &'static str) -> Self {
        Self::new(None, Path::new(via))
    }

    /// Those whose field has the value of a field here.
    #[doc(hidden)]
    pub const fn meeting(from: &'static str, to: &'static str) -> Self {
        Self::new(Some(Path::new(from)), Path::new(to))
    }
}

impl<P, C, O> Related<P, C, O> {
    const fn new(from: Option<Path>, to: Path) -> Self {
        Self { from, to, select: Select::everything(), along: Vec::new(), marker: PhantomData }
    }
}

impl<P: PlatformModel, C: PlatformModel, O: Many> Related<P, C, O> {
    /// Orders the records of each by a column; called again, by that one where the first is equal.
    pub fn order_by(self, order: Order<C>) -> Self {
        Self { select: self.select.order_by(order), ..self }
    }

    /// At most this many for each.
    pub fn limit_per_parent(self, limit: u64) -> Self {
        Self { select: self.select.limit(limit), ..self }
    }
}

impl<P: PlatformModel, C: PlatformModel, O: Shape> Related<P, C, O> {
    /// Only records that match; called again, records that match all.
    pub fn filter(self, predicate: Predicate<C>) -> Self {
        Self { select: self.select.filter(predicate), ..self }
    }

    /// And what belongs to each of them in turn.
    #[allow(clippy::type_complexity, reason = "an alias would hide what a record becomes")]
    pub fn with<D, I>(self, related: Related<C, D, I>) -> Related<P, C, O::Of<<O::Item as Append<I>>::With>>
    where
        D: PlatformModel,
        I: Shape,
        D::Scope: ReachedFrom<C::Scope>,
        O::Item: Append<I>,
    {
        let Self { from, to, select, mut along, .. } = self;
        along.push(related.into_loading());
        Related { from, to, select, along, marker: PhantomData }
    }

    fn into_loading(self) -> Result<Loading> {
        let (parent, model) = (P::def(), C::def());
        let from = match self.from {
            Some(path) => position(parent, &path),
            None => parent.layout().key().first().copied().ok_or_else(|| no_column(parent, "the key")),
        }?;
        let to = position(model, &self.to)?;
        let path = &model.layout().columns()[to].path;
        if O::IS_ONE && !model.is_unique(to) {
            let message = "the field is not unique, and of several records none is the one referred to";
            return Err(Error::invalid(message).in_field(path).in_model(model.name));
        }
        let query = self.select.into_query().map_err(|error| error.in_model(model.name))?;
        Ok(Loading { model, from, to, query, along: self.along.into_iter().collect::<Result<_>>()? })
    }
}

impl<M: PlatformModel, T> Column<M, T> {
    /// The record that this field refers to, by its key or another unique field:
    /// `AppMeasurement::STATION_CODE.to(AppStation::STATION_CODE)`. It is `None` where the field is null,
    /// where there is no such record, and where the principal may not list it.
    pub fn to<N: PlatformModel, U, How>(self, column: Column<N, U>) -> Related<M, N, Option<N>>
    where
        T: PointsAt<N, U, How>,
    {
        Related::new(Some(self.path()), column.path())
    }
}

/// A query for records of `M` and what belongs to them: each becomes a `T`, a tuple.
#[derive(Debug)]
#[must_use = "a statement does nothing until `records.list_with(&cx, …)` runs it"]
pub struct SelectWith<M, T> {
    select: Select<M>,
    along: Vec<Result<Loading>>,
    marker: PhantomData<fn() -> T>,
}

impl<M: PlatformModel> Select<M> {
    /// And what belongs to each record: `AppStation::select().with(AppStation::SAMPLES)` gives
    /// `(AppStation, Vec<AppSample>)`.
    pub fn with<C, O>(self, related: Related<M, C, O>) -> SelectWith<M, (M, O)>
    where
        C: PlatformModel,
        O: Shape,
        C::Scope: ReachedFrom<M::Scope>,
    {
        SelectWith { select: self, along: vec![related.into_loading()], marker: PhantomData }
    }
}

impl<M: PlatformModel, T> SelectWith<M, T> {
    /// And what belongs to each record by another relation, at the end of the tuple.
    pub fn with<C, O>(mut self, related: Related<M, C, O>) -> SelectWith<M, T::With>
    where
        C: PlatformModel,
        O: Shape,
        C::Scope: ReachedFrom<M::Scope>,
        T: Append<O>,
    {
        self.along.push(related.into_loading());
        SelectWith { select: self.select, along: self.along, marker: PhantomData }
    }

    /// The query, and what is loaded along.
    ///
    /// # Errors
    /// `Invalid` if a value could not be held, or if a field that is referred to is not unique.
    pub fn into_parts(self) -> Result<(Query, Vec<Loading>)> {
        let query = self.select.into_query().map_err(|error| error.in_model(M::def().name))?;
        Ok((query, self.along.into_iter().collect::<Result<_>>()?))
    }
}

/// A relation as data: the records of a model of which one column has the value of another's.
#[derive(Debug, Clone)]
pub struct Loading {
    /// The model.
    pub model: &'static ModelDef,
    /// The column on the side that is there, by its position.
    pub from: usize,
    /// The column of the model, by its position.
    pub to: usize,
    /// Which of the records, in which order; its limit is one for each value.
    pub query: Query,
    /// What is loaded along with them.
    pub along: Vec<Loading>,
}

/// A record, and what was found of each relation.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The record.
    pub row: Row,
    /// What was found of each relation, in their order.
    pub along: Vec<Vec<Loaded>>,
}

/// A record, or a tuple of one and what belongs to it.
pub trait FromLoaded: Sized {
    /// # Errors
    /// `Invalid` if a stored value is none of its field's type.
    fn from_loaded(loaded: Loaded) -> Result<Self>;
}

/// How many records of a relation there can be: a `Vec`, or an `Option`.
pub trait Shape: Sized {
    /// What each of them becomes.
    type Item;

    /// As many of something else.
    type Of<T>;

    /// Whether there is at most one.
    const IS_ONE: bool;
}

/// Any number.
pub trait Many: Shape {}

/// What becomes of something when an `O` is loaded along: a record becomes a pair, and a tuple longer by one.
#[diagnostic::on_unimplemented(
    message = "nothing more can be loaded along",
    label = "a tuple has room for eight relations"
)]
pub trait Append<O> {
    /// The longer tuple.
    type With;
}

impl<T> Shape for Vec<T> {
    type Item = T;
    type Of<U> = Vec<U>;
    const IS_ONE: bool = false;
}
impl<T> Many for Vec<T> {}
impl<T> Shape for Option<T> {
    type Item = T;
    type Of<U> = Option<U>;
    const IS_ONE: bool = true;
}

impl<M: PlatformModel> FromLoaded for M {
    fn from_loaded(loaded: Loaded) -> Result<M> {
        from_row(loaded.row)
    }
}
impl<M: PlatformModel, O> Append<O> for M {
    type With = (M, O);
}

/// What was found of a relation, as a `Vec` or an `Option`.
pub trait FromFound: Sized {
    /// # Errors
    /// As [`FromLoaded::from_loaded`].
    fn from_found(found: Vec<Loaded>) -> Result<Self>;
}
impl<T: FromLoaded> FromFound for Vec<T> {
    fn from_found(found: Vec<Loaded>) -> Result<Self> {
        found.into_iter().map(T::from_loaded).collect()
    }
}
impl<T: FromLoaded> FromFound for Option<T> {
    fn from_found(found: Vec<Loaded>) -> Result<Self> {
        found.into_iter().next().map(T::from_loaded).transpose()
    }
}

macro_rules! tuples {
    ($($name:ident)+) => {
        impl<M: PlatformModel, $($name: FromFound),+> FromLoaded for (M, $($name),+) {
            fn from_loaded(loaded: Loaded) -> Result<Self> {
                let record = from_row(loaded.row)?;
                let mut along = loaded.along.into_iter();
                Ok((record, $($name::from_found(along.next().unwrap_or_default())?),+))
            }
        }
    };
}
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);

macro_rules! longer {
    ($($name:ident)+) => {
        impl<M, $($name,)+ O> Append<O> for (M, $($name),+) {
            type With = (M, $($name,)+ O);
        }
    };
}
longer!(A);
longer!(A B);
longer!(A B C);
longer!(A B C D);
longer!(A B C D E);
longer!(A B C D E F);
longer!(A B C D E F G);

fn position(model: &'static ModelDef, path: &Path) -> Result<usize> {
    let path = path.joined();
    model.layout().position(&path).ok_or_else(|| no_column(model, &path))
}

fn no_column(model: &'static ModelDef, what: &str) -> Error {
    Error::invalid(format!("{what} is no single column: records are related by one")).in_model(model.name)
}
