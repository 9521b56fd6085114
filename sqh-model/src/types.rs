//! The one type mapping: what a Rust type is in PostgreSQL, in TerminusDB and in JSON.
//!
//! [`FieldType`] is the only place that decides it. Start with its documentation; the scalars
//! stand in one file each below `types/`, and whatever is made of them (options, collections,
//! records, links) refers to them. What travels between systems is a [`Value`]; the forms it takes
//! on the wire are in [`json`](crate::types::json_form) and
//! [`document`](crate::types::document_form).

use sea_query::ColumnType;
use serde_json::Value as Json;

use crate::error::{Error, Result};
use crate::row::{Row, RowReader, RowWriter, next_value};
use crate::schema::{FieldDef, ModelDef};
use crate::value::{Value, ValueKind};

mod boolean;
mod bytes;
mod collection;
mod date;
mod datetime;
mod decimal;
pub mod document_form;
pub mod family;
mod float;
mod geometry;
mod graph_id;
mod instant;
mod integer;
mod json;
pub mod json_form;
mod link;
#[doc(hidden)]
pub mod names;
mod option;
#[doc(hidden)]
pub mod record;
pub mod requirement;
mod text;
mod time;
mod uuid;

pub use self::geometry::{Point, Polygon, SRID};
pub use self::graph_id::Id;
pub use self::json::Json as JsonOf;
pub use self::link::Link;

pub(crate) use self::json_form::inner_array;

/// Each scalar's row of the mapping, for types of your own that are stored like one of them.
pub mod scalar {
    pub use super::boolean::BOOL;
    pub use super::bytes::BYTES;
    pub use super::date::DATE;
    pub use super::datetime::DATETIME;
    pub use super::decimal::DECIMAL;
    pub use super::float::{F32, F64};
    pub use super::geometry::{POINT, POLYGON};
    pub use super::graph_id::ID;
    pub use super::instant::INSTANT;
    pub use super::integer::{I16, I32, I64};
    pub use super::json::JSON;
    pub use super::text::TEXT;
    pub use super::time::TIME;
    pub use super::uuid::UUID;
}

/// What a Rust type is in every system. Implement it to use a type of your own as a field.
///
/// Implementors MUST return from [`into_value`](FieldType::into_value) only
/// [`Value::Null`] (if [`TypeDef::nullable`]) or a value of the kind that [`DEF`](FieldType::DEF)
/// says, and MUST give back an equal value from [`from_value`](FieldType::from_value).
///
/// ```
/// use sqh_model::types::{FieldType, TypeDef, family, scalar};
/// use sqh_model::{Error, Result, Value};
///
/// /// A share between 0 and 1, stored as `double precision`.
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// struct Share(f64);
///
/// impl FieldType for Share {
///     type Family = family::Float;
///     const DEF: TypeDef = TypeDef::scalar(&scalar::F64);
///
///     fn into_value(self) -> Result<Value> {
///         if !(0.0..=1.0).contains(&self.0) {
///             return Err(Error::invalid(format!("{} is not between 0 and 1", self.0)));
///         }
///         self.0.into_value()
///     }
///
///     fn from_value(value: Value) -> Result<Self> {
///         f64::from_value(value).map(Share)
///     }
/// }
///
/// assert_eq!(Share(0.5).into_value().unwrap(), Value::F64(0.5));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no mapping to PostgreSQL, TerminusDB and JSON",
    label = "this type cannot be a field of a model",
    note = "a struct or enum of yours: add `#[derive(PlatformValue)]` or `#[derive(PlatformEnum)]` to it",
    note = "an unsigned integer: use `i16`, `i32` or `i64`, as the databases do",
    note = "any data that serde knows: store it as `Json<{Self}>`",
    note = "a type of another crate: wrap it in a newtype and implement `FieldType` for that",
    note = "a field that is not stored: mark it `#[field(skip)]`"
)]
pub trait FieldType: Sized + Send + Sync + 'static {
    /// Which operators its columns have: one of the markers in [`family`].
    type Family;

    /// The type's row of the mapping.
    const DEF: TypeDef;

    /// The value that represents `self`.
    ///
    /// # Errors
    /// `Invalid` if no system here can hold it, such as a year beyond 9999.
    fn into_value(self) -> Result<Value>;

    /// The inverse of [`FieldType::into_value`].
    ///
    /// # Errors
    /// `Invalid` if the stored value is none of this type.
    fn from_value(value: Value) -> Result<Self>;

    /// Appends the physical columns of `self`: one, but for a flattened embedded value.
    ///
    /// # Errors
    /// As [`FieldType::into_value`].
    #[inline]
    fn encode(self, row: &mut Row) -> Result<()> {
        row.push(self.into_value()?);
        Ok(())
    }

    /// The inverse of [`FieldType::encode`].
    ///
    /// # Errors
    /// As [`FieldType::from_value`].
    #[inline]
    fn decode(values: &mut std::vec::IntoIter<Value>) -> Result<Self> {
        Self::from_value(next_value(values)?)
    }

    /// [`RowWriter::field`]. Generated code names the trait with the field's type, so that a type
    /// without a mapping is reported once, at the type.
    ///
    /// # Errors
    /// As [`RowWriter::field`].
    #[doc(hidden)]
    #[inline]
    fn write(self, row: &mut RowWriter<'_>) -> Result<()> {
        row.field(self)
    }

    /// [`RowReader::field`], as [`FieldType::write`].
    ///
    /// # Errors
    /// As [`RowReader::field`].
    #[doc(hidden)]
    #[inline]
    fn read(row: &mut RowReader<'_>) -> Result<Self> {
        row.field()
    }
}

/// A type as data: what [`FieldType::DEF`] holds and every renderer and backend reads.
#[derive(Debug, Clone, Copy)]
pub struct TypeDef {
    /// What it is made of.
    pub shape: Shape,
    /// Whether it may be `NULL`, absent or `null`.
    pub nullable: bool,
}

/// What a type is made of.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A single value.
    Scalar(&'static ScalarDef),
    /// One of a fixed set of names.
    Enum(&'static EnumDef),
    /// An embedded value with fields of its own.
    Record(&'static RecordDef),
    /// Many values of one type.
    Collection(Collection, &'static TypeDef),
    /// A reference to a record of a model.
    Link(&'static LinkDef),
    /// A graph record that lives inside its parent.
    Subdocument(fn() -> &'static ModelDef),
    /// The fields of an inherited model; has no value of its own.
    Parent,
}

/// How a collection orders and repeats its elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// In order, with repetition: `Vec<T>`.
    List,
    /// Without order or repetition: `BTreeSet<T>`, `HashSet<T>`. Stored sorted.
    Set,
    /// In order, with this many dimensions: `Vec<Vec<T>>`, `[T; N]`.
    Array {
        /// At least 1.
        dimensions: u8,
    },
}

/// A scalar's row of the mapping.
#[derive(Debug)]
pub struct ScalarDef {
    /// Its name in messages, such as `uuid`.
    pub name: &'static str,
    /// The variant of [`Value`] that carries it.
    pub kind: ValueKind,
    /// Its type in PostgreSQL; the SQL name is rendered from it.
    pub column_type: fn() -> ColumnType,
    /// Whether the driver sends and receives it as text with a cast to
    /// [`column_type`](ScalarDef::column_type). Such a scalar's kind is [`ValueKind::Text`].
    pub via_text: bool,
    /// Its type in TerminusDB, such as `xsd:string`.
    pub xsd: &'static str,
    /// Its JSON Schema.
    pub json_schema: fn() -> Json,
    /// To JSON. The value is of `kind`.
    pub to_json: fn(&Value) -> Result<Json>,
    /// From JSON.
    pub from_json: fn(&Json) -> Result<Value>,
    /// To a property of a TerminusDB document.
    pub to_document: fn(&Value) -> Result<Json>,
    /// From a property of a TerminusDB document.
    pub from_document: fn(&Json) -> Result<Value>,
}

/// An enum whose values are names: `#[derive(PlatformEnum)]`.
#[derive(Debug)]
pub struct EnumDef {
    /// The Rust name.
    pub name: &'static str,
    /// The enum's documentation.
    pub doc: &'static str,
    /// How PostgreSQL stores it.
    pub storage: EnumStorage,
    /// The values in declaration order, which is their order in a native enum.
    pub variants: &'static [VariantDef],
}

/// One value of an enum.
#[derive(Debug)]
pub struct VariantDef {
    /// The stored name.
    pub name: &'static str,
    /// The variant's documentation.
    pub doc: &'static str,
}

/// How PostgreSQL stores an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnumStorage {
    /// A type made by `CREATE TYPE … AS ENUM`.
    Native,
    /// `text` with a check.
    Text,
}

/// An embedded struct: `#[derive(PlatformValue)]`.
#[derive(Debug)]
pub struct RecordDef {
    /// The Rust name.
    pub name: &'static str,
    /// The struct's documentation.
    pub doc: &'static str,
    /// How PostgreSQL stores it.
    pub storage: RecordStorage,
    /// Its fields in declaration order.
    pub fields: &'static [FieldDef],
}

/// How PostgreSQL stores an embedded struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordStorage {
    /// A column for each field, named `{field}_{inner field}`.
    Flatten,
    /// One `jsonb` column.
    Json,
}

/// A typed reference: [`Link`].
#[derive(Debug)]
pub struct LinkDef {
    /// The model it refers to.
    pub target: fn() -> &'static ModelDef,
    /// The type of that model's key.
    pub key: TypeDef,
}

impl TypeDef {
    /// A mandatory scalar.
    pub const fn scalar(def: &'static ScalarDef) -> Self {
        Self { shape: Shape::Scalar(def), nullable: false }
    }

    /// The same type, nullable.
    pub const fn optional(self) -> Self {
        assert!(!self.nullable, "an option of an option cannot be told from an option: use one `Option`");
        Self { shape: self.shape, nullable: true }
    }

    /// The same type, mandatory.
    pub const fn required(self) -> Self {
        Self { shape: self.shape, nullable: false }
    }

    /// Whether its fields have columns of their own.
    pub const fn is_flattened(&self) -> bool {
        matches!(self.shape, Shape::Record(RecordDef { storage: RecordStorage::Flatten, .. }))
    }

    /// How many physical columns it takes: one, but for a flattened record.
    pub const fn width(&self) -> usize {
        match self.shape {
            Shape::Record(RecordDef { storage: RecordStorage::Flatten, fields, .. }) => {
                let (mut width, mut i) = (0, 0);
                while i < fields.len() {
                    width += fields[i].ty.width();
                    i += 1;
                }
                width
            }
            _ => 1,
        }
    }

    /// The kind of the values that represent it.
    pub fn kind(&self) -> ValueKind {
        match self.shape {
            Shape::Scalar(scalar) => scalar.kind,
            Shape::Enum(_) => ValueKind::Text,
            Shape::Record(_) | Shape::Subdocument(_) | Shape::Parent => ValueKind::Record,
            Shape::Collection(..) => ValueKind::Array,
            Shape::Link(link) => link.key.kind(),
        }
    }

    /// Its type in PostgreSQL, as sea-query knows it.
    pub fn column_type(&self) -> ColumnType {
        match self.shape {
            Shape::Scalar(scalar) => (scalar.column_type)(),
            Shape::Enum(def) => match def.storage {
                EnumStorage::Text => ColumnType::Text,
                EnumStorage::Native => ColumnType::Custom(heck::AsSnakeCase(def.name).to_string().into()),
            },
            Shape::Collection(_, element) => ColumnType::Array(element.column_type().into()),
            Shape::Link(link) => link.key.column_type(),
            Shape::Record(_) | Shape::Subdocument(_) | Shape::Parent => ColumnType::JsonBinary,
        }
    }

    /// Its name in messages, such as `set of text`.
    pub fn name(&self) -> String {
        let name = match self.shape {
            Shape::Scalar(scalar) => scalar.name.to_owned(),
            Shape::Enum(def) => format!("enum {}", def.name),
            Shape::Record(def) => format!("record {}", def.name),
            Shape::Collection(Collection::List, element) => format!("list of {}", element.name()),
            Shape::Collection(Collection::Set, element) => format!("set of {}", element.name()),
            Shape::Collection(Collection::Array { .. }, element) => format!("array of {}", element.name()),
            Shape::Link(link) => format!("link to {}", (link.target)().name),
            Shape::Subdocument(model) => format!("subdocument {}", model().name),
            Shape::Parent => "parent".to_owned(),
        };
        if self.nullable { format!("optional {name}") } else { name }
    }

    /// The error for a value or a JSON text that is not of this type.
    pub fn mismatch(&self, got: impl std::fmt::Display) -> Error {
        Error::invalid(format!("expected {}, got {got}", self.name()))
    }
}

/// What a value is in a message: its kind and no content, since content may be another's data.
pub(crate) fn describe(value: &Value) -> String {
    match value.kind() {
        Some(kind) => format!("{kind:?}").to_lowercase(),
        None if value.is_null() => "null".to_owned(),
        None => "nothing".to_owned(),
    }
}

/// What a JSON value is in a message.
pub fn describe_json(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

/// Implements [`FieldType`] for a type that a [`Value`] variant holds as it is.
macro_rules! scalar_type {
    ($ty:ty, $variant:ident, $def:expr, $family:ty) => {
        impl $crate::types::FieldType for $ty {
            type Family = $family;
            const DEF: $crate::types::TypeDef = $crate::types::TypeDef::scalar(&$def);

            #[inline]
            fn into_value(self) -> $crate::error::Result<$crate::value::Value> {
                Ok($crate::value::Value::$variant(self))
            }

            #[inline]
            fn from_value(value: $crate::value::Value) -> $crate::error::Result<Self> {
                match value {
                    $crate::value::Value::$variant(value) => Ok(value),
                    other => Err(Self::DEF.mismatch($crate::types::describe(&other))),
                }
            }
        }
    };
}
use scalar_type;

/// Unpacks a value whose kind the type definition has promised.
macro_rules! expect_variant {
    ($value:expr, $variant:ident) => {
        match $value {
            $crate::value::Value::$variant(value) => value,
            other => {
                return Err($crate::error::Error::internal(format!(
                    concat!("expected a value of kind ", stringify!($variant), ", got {}"),
                    $crate::types::describe(other)
                )));
            }
        }
    };
}
use expect_variant;
