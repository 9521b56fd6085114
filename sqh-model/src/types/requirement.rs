//! What an attribute word asks of its field's type. The derive names these traits at the word's
//! span, and the compiler answers with the messages here.

use super::FieldType;
use super::family;

macro_rules! requirement {
    ($(#[$doc:meta])* $name:ident, $family_trait:ident, $message:literal, $label:literal: $($family:ty),*) => {
        #[doc = concat!("The families behind [`", stringify!($name), "`].")]
        #[diagnostic::on_unimplemented(message = $message, label = $label)]
        pub trait $family_trait {}
        $(impl $family_trait for $family {})*

        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $message, label = $label)]
        pub trait $name {}
        impl<T: FieldType> $name for T where T::Family: $family_trait {}
    };
}

requirement!(
    /// `#[field(primary_key)]`
    PrimaryKey, PrimaryKeyFamily,
    "a field of the family `{Self}` cannot be part of the primary key",
    "a key is text, a number without fraction, a uuid, a time or an enum, and never an `Option`":
    family::Text, family::Enumeration, family::Integer, family::Uuid, family::Instant, family::DateTime,
    family::Date, family::Link, family::Decimal, family::Boolean
);
requirement!(
    /// `#[storage(partition_by = "…")]`
    PartitionColumn, PartitionFamily,
    "a table cannot be partitioned by a field of the family `{Self}`",
    "partition by a `DateTime<Utc>`, a `NaiveDateTime` or a `NaiveDate` that is not an `Option`":
    family::Instant, family::DateTime, family::Date
);
requirement!(
    /// `#[field(version)]`
    Version, VersionFamily,
    "a version is a number that counts updates, not a field of the family `{Self}`",
    "make it an `i64` (or an `i32`)":
    family::Integer
);
requirement!(
    /// `#[field(created_at)]`, `#[field(updated_at)]`
    Timestamp, TimestampFamily,
    "a field that the engine stamps is a `DateTime<Utc>`, not of the family `{Self}`",
    "make it a `DateTime<Utc>`":
    family::Instant
);
requirement!(
    /// `#[field(search)]`
    Searchable, SearchFamily,
    "search reads text, not a field of the family `{Self}`",
    "only text fields can be searched":
    family::Text, family::Optional<family::Text>
);
requirement!(
    /// `#[field(max_len = n)]`
    Sized, SizedFamily,
    "`max_len` is for text, not for a field of the family `{Self}`",
    "remove `max_len`, or make the field a `String`":
    family::Text, family::Optional<family::Text>
);
requirement!(
    /// `#[field(owner)]`, `#[field(team)]`
    Holder, HolderFamily,
    "an owner or a team is named by text, a uuid or an integer, not by a field of the family `{Self}`",
    "make it a `String`, a `Uuid`, an integer, or an `Option` of one":
    family::Text, family::Uuid, family::Integer, family::Link,
    family::Optional<family::Text>, family::Optional<family::Uuid>, family::Optional<family::Integer>,
    family::Optional<family::Link>
);
requirement!(
    /// `#[field(tenant)]`
    TenantColumn, TenantFamily,
    "the tenant column is text, a uuid or an integer, not a field of the family `{Self}`",
    "make it a `String`, a `Uuid` or an integer":
    family::Text, family::Uuid, family::Integer
);

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
pub trait ConstrainedFrom<Scope> {}
impl<M: crate::schema::PlatformModel<Scope = S>, S> ConstrainedFrom<S> for M {}
