//! What an attribute word asks of its field's type. The derive names these traits at the word's
//! span, and the compiler answers with the messages here.
//!
//! Most are traits of families ([`family`]): `<<T as FieldType>::Family as CanCount>::MET`.

use super::{Collection, FieldType, Id, Link, Shape, TypeDef, family};
use crate::expr::Column;
use crate::schema::{PlatformModel, scope, store};

macro_rules! requirement {
    ($(#[$doc:meta])* $name:ident, $message:literal, $label:literal: $($family:ty),*) => {
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $message, label = $label)]
        pub trait $name {
            /// Named by generated code, to ask for the trait.
            const MET: () = ();
        }
        $(
            #[diagnostic::do_not_recommend]
            impl $name for $family {}
        )*
    };
}

requirement!(
    /// `#[storage(partition_by = "…")]`
    CanPartition,
    "a table cannot be partitioned by a field of this type",
    "partition by a `DateTime<Utc>`, a `NaiveDateTime` or a `NaiveDate` that is not an `Option`":
    family::Instant, family::DateTime, family::Date
);
requirement!(
    /// `#[field(version)]`
    CanCount,
    "a version is a number that counts updates",
    "make this field an `i64` (or an `i32`)":
    family::Integer
);
requirement!(
    /// `#[field(created_at)]`, `#[field(updated_at)]`
    CanBeStamped,
    "the engine stamps a record with a `DateTime<Utc>`",
    "make this field a `DateTime<Utc>`":
    family::Instant
);
requirement!(
    /// `#[field(search)]`
    CanBeSearched,
    "search reads text",
    "this field is not text: leave `search` out":
    family::Text, family::Optional<family::Text>
);
requirement!(
    /// `#[field(max_len = n)]`
    CanBeBounded,
    "`max_len` counts the characters of a text",
    "this field is not text: leave `max_len` out, or make it a `String`":
    family::Text, family::Optional<family::Text>
);
requirement!(
    /// `#[field(owner)]`, `#[field(team)]`
    CanOwn,
    "an owner or a team is named by text, a uuid or an integer",
    "make this field a `String`, a `Uuid`, an integer, a `Link`, or an `Option` of one":
    family::Text, family::Uuid, family::Integer, family::Link,
    family::Optional<family::Text>, family::Optional<family::Uuid>, family::Optional<family::Integer>,
    family::Optional<family::Link>
);
requirement!(
    /// `#[field(tenant)]`
    CanBeTenant,
    "the tenant column holds text, a uuid or an integer",
    "make this field a `String`, a `Uuid` or an integer; it is never an `Option`":
    family::Text, family::Uuid, family::Integer
);

/// `#[field(primary_key)]`, on the family of the field's type `T`.
#[diagnostic::on_unimplemented(
    message = "a field of type `{T}` cannot be part of the primary key",
    label = "a key is text, a number without fraction, a uuid, a time or an enum, and never an `Option`"
)]
pub trait CanBeKey<T> {
    /// `T`: an alias that is there only if the requirement is met.
    type Id;
}
macro_rules! primary_key {
    ($($family:ty),*) => {
        $(
            #[diagnostic::do_not_recommend]
            impl<T: FieldType> CanBeKey<T> for $family {
                type Id = T;
            }
        )*
    };
}
primary_key!(
    family::Text,
    family::Enumeration,
    family::Integer,
    family::Uuid,
    family::Instant,
    family::DateTime,
    family::Date,
    family::Link,
    family::Decimal,
    family::Boolean
);

/// `#[field(on_delete = "set_null")]`
#[diagnostic::on_unimplemented(
    message = "`on_delete = \"set_null\"` needs a field that can be null",
    label = "make the field an `Option`, or choose another action"
)]
pub trait CanBeNull {
    /// Named by generated code, to ask for the trait.
    const MET: () = ();
}
impl<F> CanBeNull for family::Optional<F> {}

/// The field `id` of a graph model `M`.
#[diagnostic::on_unimplemented(
    message = "the identity of a graph model is an `Id<Self>`, not a `{Self}`",
    label = "write `Id<Self>`; for a table with a key of its own write `#[storage(postgres)]`"
)]
pub trait CanIdentify<M> {
    /// `Id<M>`: an alias that is there only if the requirement is met.
    type Id;
}
#[diagnostic::do_not_recommend]
impl<M: PlatformModel> CanIdentify<M> for Id<M> {
    type Id = Self;
}

/// `#[field(skip)]`
#[diagnostic::on_unimplemented(
    message = "a skipped field has the value `Default::default()` when it is read, and `{Self}` has none",
    label = "implement `Default` for this type, or make the field an `Option`"
)]
pub trait CanBeSkipped {
    /// What the field is when a record is read.
    fn skipped() -> Self;
}
#[diagnostic::do_not_recommend]
impl<T: Default> CanBeSkipped for T {
    fn skipped() -> Self {
        T::default()
    }
}

/// The value that stands for a redacted one where a field is not an `Option`.
pub trait Mask: FieldType {
    /// What a principal without the permission sees.
    fn mask() -> Self;
}

/// `#[field(redact)]`: an `Option`, which is masked as `None`, or a type with a [`Mask`].
///
/// The two ways are told apart by `How`, which the compiler infers.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot be redacted",
    label = "make it an `Option`, or implement `Mask` for its type"
)]
pub trait Redact<How> {
    /// The value that stands for the redacted one.
    fn masked() -> Self;
}

/// Redacted to `None`.
#[derive(Debug)]
pub enum ToNone {}
/// Redacted to [`Mask::mask`].
#[derive(Debug)]
pub enum ToMask {}

impl<T: FieldType> Redact<ToNone> for Option<T> {
    fn masked() -> Self {
        None
    }
}
impl<T: Mask> Redact<ToMask> for T {
    fn masked() -> Self {
        T::mask()
    }
}

/// `#[field(references = Model, on_delete = …)]`: only inside one database is a reference a constraint.
///
/// `Scope` is that of the model that refers, and `Self` the [`store`] of the one referred to.
#[diagnostic::on_unimplemented(
    message = "`on_delete` needs both models in one database",
    label = "the model referred to is kept in another: this is a logical reference, leave `on_delete` out"
)]
pub trait CanConstrain<Scope> {
    /// Named by generated code, to ask for the trait.
    const MET: () = ();
}
impl CanConstrain<scope::Tenant> for store::TenantTable {}
impl CanConstrain<scope::Tenant> for store::PartitionedTenantTable {}
impl CanConstrain<scope::Shared> for store::SharedTable {}
impl CanConstrain<scope::Shared> for store::PartitionedSharedTable {}

/// `#[field(references = Model)]`: a [`store`] in which the key alone is unique.
#[diagnostic::on_unimplemented(
    message = "the key of this model cannot be referred to",
    label = "a partitioned model, whose key is unique only together with the partition column, or a view",
    note = "keep the key without `references`, or put the partition column into that model's primary key",
    note = "refer to a model that the view is computed of"
)]
pub trait CanBeReferredTo {
    /// Named by generated code, to ask for the trait.
    const MET: () = ();
}
#[diagnostic::do_not_recommend]
impl CanBeReferredTo for store::TenantTable {}
#[diagnostic::do_not_recommend]
impl CanBeReferredTo for store::SharedTable {}
#[diagnostic::do_not_recommend]
impl CanBeReferredTo for store::Graph {}

/// `#[field(references = Model)]`: the type of the model's key, an `Option` of it, or a [`Link`].
///
/// The ways are told apart by `How`, which the compiler infers.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot refer to a key of type `{K}`",
    label = "the type of the field is not `{K}` and not `Option<{K}>`",
    note = "to refer to another column than the key write `references = Model.column`"
)]
pub trait CanRefer<K, How> {
    /// Named by generated code, to ask for the trait.
    const MET: () = ();
}

/// By the key itself.
#[derive(Debug)]
pub enum ByKey {}
/// By the key, or not at all.
#[derive(Debug)]
pub enum ByOptionalKey {}
/// By a [`Link`].
#[derive(Debug)]
pub enum ByLink {}
/// By a [`Link`], or not at all.
#[derive(Debug)]
pub enum ByOptionalLink {}

impl<K: FieldType> CanRefer<K, ByKey> for K {}
impl<K: FieldType> CanRefer<K, ByOptionalKey> for Option<K> {}
impl<M: PlatformModel> CanRefer<M::Id, ByLink> for Link<M> {}
impl<M: PlatformModel> CanRefer<M::Id, ByOptionalLink> for Option<Link<M>> {}

/// `#[field(references = Model.column)]`: the type of the column, or an `Option` of it.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot refer to a column of type `{T}`",
    label = "make the field a `{T}` or an `Option<{T}>`"
)]
pub trait CanReferToColumn<T> {}
impl<T: FieldType> CanReferToColumn<T> for T {}
impl<T: FieldType> CanReferToColumn<T> for Option<T> {}

/// `A::FIELD.to(B::COLUMN)`: the type of the column `T` of `N`, an `Option` of it, or a [`Link`] to `N`.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` does not refer to a column of type `{T}` of `{N}`",
    label = "the field is not a `{T}`, not an `Option<{T}>`, and no `Link` to `{N}`"
)]
pub trait PointsAt<N, T, How> {}
impl<N, T: FieldType> PointsAt<N, T, ByKey> for T {}
impl<N, T: FieldType> PointsAt<N, T, ByOptionalKey> for Option<T> {}
impl<N: PlatformModel> PointsAt<N, N::Id, ByLink> for Link<N> {}
impl<N: PlatformModel> PointsAt<N, N::Id, ByOptionalLink> for Option<Link<N>> {}

/// The Rust name of `column`, which `field` must be able to refer to.
pub const fn refers_to_column<M, N, T, F: CanReferToColumn<T>>(
    column: Column<N, T>,
    _field: Column<M, F>,
) -> &'static str {
    column.field_name()
}

/// The Rust name of `via`, which must be able to refer to a key of the type `K`.
pub const fn leads_back<K, N, T: CanRefer<K, How>, How>(via: Column<N, T>) -> &'static str {
    via.field_name()
}

/// The type of a graph model's field, which the compiler refuses if a graph cannot hold it.
#[track_caller]
pub const fn in_graph(ty: TypeDef) -> TypeDef {
    if ty.nullable
        && matches!(ty.shape, Shape::Collection(Collection::List | Collection::Set | Collection::Array { .. }, _))
    {
        panic!("in a graph an empty collection cannot be told from none: use the collection without `Option`");
    }
    ty
}
