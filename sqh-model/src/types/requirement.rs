//! What an attribute word asks of its field's type. The derive names these traits at the word's
//! span, and the compiler answers with the messages here.
//!
//! Most are traits of families ([`family`]): `<<T as FieldType>::Family as Version>::MET`.

use super::{Collection, FieldType, Id, Link, Shape, TypeDef, family};
use crate::expr::Column;
use crate::schema::PlatformModel;

macro_rules! requirement {
    ($(#[$doc:meta])* $name:ident, $message:literal, $label:literal: $($family:ty),*) => {
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $message, label = $label)]
        pub trait $name {
            /// Named by generated code, to ask for the trait.
            const MET: () = ();
        }
        $(impl $name for $family {})*
    };
}

requirement!(
    /// `#[field(primary_key)]`
    PrimaryKey,
    "a field of the family `{Self}` cannot be part of the primary key",
    "a key is text, a number without fraction, a uuid, a time or an enum, and never an `Option`":
    family::Text, family::Enumeration, family::Integer, family::Uuid, family::Instant, family::DateTime,
    family::Date, family::Link, family::Decimal, family::Boolean
);
requirement!(
    /// `#[storage(partition_by = "…")]`
    PartitionColumn,
    "a table cannot be partitioned by a field of the family `{Self}`",
    "partition by a `DateTime<Utc>`, a `NaiveDateTime` or a `NaiveDate` that is not an `Option`":
    family::Instant, family::DateTime, family::Date
);
requirement!(
    /// `#[field(version)]`
    Version,
    "a version is a number that counts updates, not a field of the family `{Self}`",
    "make it an `i64` (or an `i32`)":
    family::Integer
);
requirement!(
    /// `#[field(created_at)]`, `#[field(updated_at)]`
    Timestamp,
    "a field that the engine stamps is a `DateTime<Utc>`, not of the family `{Self}`",
    "make it a `DateTime<Utc>`":
    family::Instant
);
requirement!(
    /// `#[field(search)]`
    Searchable,
    "search reads text, not a field of the family `{Self}`",
    "only text fields can be searched":
    family::Text, family::Optional<family::Text>
);
requirement!(
    /// `#[field(max_len = n)]`
    Bounded,
    "`max_len` is for text, not for a field of the family `{Self}`",
    "remove `max_len`, or make the field a `String`":
    family::Text, family::Optional<family::Text>
);
requirement!(
    /// `#[field(owner)]`, `#[field(team)]`
    Holder,
    "an owner or a team is named by text, a uuid or an integer, not by a field of the family `{Self}`",
    "make it a `String`, a `Uuid`, an integer, or an `Option` of one":
    family::Text, family::Uuid, family::Integer, family::Link,
    family::Optional<family::Text>, family::Optional<family::Uuid>, family::Optional<family::Integer>,
    family::Optional<family::Link>
);
requirement!(
    /// `#[field(tenant)]`
    TenantColumn,
    "the tenant column is text, a uuid or an integer, not a field of the family `{Self}`",
    "make it a `String`, a `Uuid` or an integer":
    family::Text, family::Uuid, family::Integer
);

/// `#[field(on_delete = "set_null")]`
#[diagnostic::on_unimplemented(
    message = "`on_delete = \"set_null\"` needs a field that can be null",
    label = "make the field an `Option`, or choose another action"
)]
pub trait Emptiable {
    /// Named by generated code, to ask for the trait.
    const MET: () = ();
}
impl<F> Emptiable for family::Optional<F> {}

/// The field `id` of a graph model `M`.
#[diagnostic::on_unimplemented(
    message = "the identity of a graph model is an `Id<Self>`, not a `{Self}`",
    label = "write `Id<Self>`; for a table with a key of its own write `#[storage(postgres)]`"
)]
pub trait Identity<M> {
    /// Named by generated code, to ask for the trait.
    const MET: () = ();
}
impl<M> Identity<M> for Id<M> {}

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

/// A model that may be referred to by `#[field(references = Model, on_delete = …)]`: only inside one
/// database is a reference a constraint. `Scope` is the scope of the model that refers.
#[diagnostic::on_unimplemented(
    message = "`on_delete` needs both models in one database",
    label = "`{Self}` lives in another database than this model: this is a logical reference, remove `on_delete`"
)]
pub trait ConstrainedFrom<Scope> {
    /// Named by generated code, to ask for the trait.
    const MET: () = ();
}
impl<M: PlatformModel<Scope = S>, S> ConstrainedFrom<S> for M {}

/// A model whose key is unique by itself. That of a partitioned table is so only together with the
/// partition column.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be referred to by its key",
    label = "its table is partitioned, so its key is unique only together with the partition column",
    note = "keep the key without `references`, or put the partition column into the primary key of `{Self}`"
)]
pub trait Referable {
    /// Named by generated code, to ask for the trait.
    const MET: () = ();
}

/// `#[field(references = Model)]`: the type of the model's key, an `Option` of it, or a [`Link`].
///
/// The ways are told apart by `How`, which the compiler infers.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot refer to the key of `{M}`",
    label = "make it the type of that key, or name another column: `references = {M}.column`"
)]
pub trait RefersTo<M, How> {
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

impl<M: PlatformModel<Id = T>, T: FieldType> RefersTo<M, ByKey> for T {}
impl<M: PlatformModel<Id = T>, T: FieldType> RefersTo<M, ByOptionalKey> for Option<T> {}
impl<M: PlatformModel> RefersTo<M, ByLink> for Link<M> {}
impl<M: PlatformModel> RefersTo<M, ByOptionalLink> for Option<Link<M>> {}

/// `#[field(references = Model.column)]`: the type of the column, or an `Option` of it.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot refer to a column of type `{T}`",
    label = "make it a `{T}` or an `Option<{T}>`"
)]
pub trait RefersToValue<T> {}
impl<T: FieldType> RefersToValue<T> for T {}
impl<T: FieldType> RefersToValue<T> for Option<T> {}

/// Asks that `field` can refer to `column`. Used by generated code.
pub const fn refers_to_column<M, F: RefersToValue<T>, N, T>(_field: Column<M, F>, _column: Column<N, T>) {}

/// `#[has_many(via = field)]`: a field of the child that refers to this model.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot lead back to `{M}`",
    label = "`via` names the child's field that holds the key of `{M}`"
)]
pub trait LeadsBack<M, How> {}
impl<M, How, T: RefersTo<M, How>> LeadsBack<M, How> for T {}

/// Asks that `via` leads back to `M`. Used by generated code.
pub const fn leads_back<M, N, T: LeadsBack<M, How>, How>(_via: Column<N, T>) {}

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
