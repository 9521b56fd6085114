//! [`Relation`]: the records of a model in a report, by its own name or by an alias.

use std::marker::PhantomData;

use crate::report::SourceRef;
use crate::schema::PlatformModel;

/// The records of a model in a report: the model itself, or an alias of it by [`alias!`](crate::alias).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a model nor an alias of one",
    label = "not a model",
    note = "`alias!(pub Boss = AppEmployee);` makes an alias"
)]
pub trait Relation: 'static {
    /// The model.
    type Model: PlatformModel;
    /// The alias; empty for the model itself.
    const ALIAS: &'static str;

    /// The same as data.
    fn source() -> SourceRef {
        SourceRef { model: Self::Model::def(), alias: Self::ALIAS.into() }
    }
}

impl<M: PlatformModel> Relation for M {
    type Model = M;
    const ALIAS: &'static str = "";
}

/// Another name for a model, so that it can stand in a report twice.
///
/// ```
/// use sqh_derive::PlatformModel;
/// use sqh_model::report::from;
///
/// #[derive(PlatformModel)]
/// #[model(group = "staff", crate = "sqh_model")]
/// #[storage(postgres)]
/// pub struct AppEmployee {
///     #[field(primary_key)]
///     pub id: i64,
///     pub name: String,
///     #[field(references = AppEmployee)]
///     pub boss_id: Option<i64>,
/// }
///
/// sqh_model::alias!(
///     /// Whom an employee reports to.
///     pub Boss = AppEmployee
/// );
///
/// let report = from::<AppEmployee>()
///     .left_join(AppEmployee::BOSS_ID.equals(AppEmployee::ID.of::<Boss>()))
///     .select((AppEmployee::NAME, AppEmployee::NAME.of::<Boss>()));
/// # let _ = report;
/// ```
#[macro_export]
macro_rules! alias {
    ($(#[$meta:meta])* $vis:vis $name:ident = $model:ty) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        $vis enum $name {}

        impl $crate::report::Relation for $name {
            type Model = $model;
            const ALIAS: &'static str = ::core::stringify!($name);
        }
    };
}

/// What a value is made of that is made of two.
#[derive(Debug)]
pub struct Both<A, B>(PhantomData<fn() -> (A, B)>);

/// What a value is made of that is made of no columns: `count()`, a constant.
#[derive(Debug, Clone, Copy)]
pub enum Nowhere {}
