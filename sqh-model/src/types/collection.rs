//! `Vec<T>`, `BTreeSet<T>`, `HashSet<T>`, `Vec<Vec<T>>`, `[T; N]`; `Vec<u8>` is `bytea`.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash};

use super::{Collection, FieldType, Shape, TypeDef, bytes, describe, family};
use crate::compare::compare;
use crate::error::{Error, Result};
use crate::value::Value;

/// What may stand inside a collection. `u8` is here and nowhere else: `Vec<u8>` is bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an element of a list or a set",
    label = "has no mapping to PostgreSQL, TerminusDB and JSON",
    note = "an element is a `FieldType`; `Vec<u8>` is `bytea`"
)]
pub trait Element: Sized + Send + Sync + 'static {
    /// The family of `Vec<Self>`.
    type ListFamily;
    /// The definition of `Vec<Self>`.
    const LIST: TypeDef;
    /// The value of a `Vec<Self>`.
    ///
    /// # Errors
    /// As [`FieldType::into_value`].
    fn list_into_value(list: Vec<Self>) -> Result<Value>;
    /// The inverse.
    ///
    /// # Errors
    /// As [`FieldType::from_value`].
    fn list_from_value(value: Value) -> Result<Vec<Self>>;
}

impl Element for u8 {
    type ListFamily = family::Bytes;
    const LIST: TypeDef = TypeDef::scalar(&bytes::BYTES);

    fn list_into_value(list: Vec<Self>) -> Result<Value> {
        Ok(Value::Bytes(list))
    }

    fn list_from_value(value: Value) -> Result<Vec<Self>> {
        match value {
            Value::Bytes(bytes) => Ok(bytes),
            other => Err(Self::LIST.mismatch(describe(&other))),
        }
    }
}

impl<T: FieldType> Element for T {
    type ListFamily = family::List<T>;
    const LIST: TypeDef = TypeDef {
        shape: match T::DEF.shape {
            Shape::Collection(Collection::Set, _) => {
                panic!("a list of sets has no array type in PostgreSQL: store it as `Json<…>`")
            }
            Shape::Collection(..) if T::DEF.nullable => {
                panic!("a row of an array cannot be null: leave the inner `Option` out, or store it as `Json<…>`")
            }
            Shape::Collection(Collection::List, element) => {
                Shape::Collection(Collection::Array { dimensions: 2 }, element)
            }
            Shape::Collection(Collection::Array { dimensions }, element) => {
                Shape::Collection(Collection::Array { dimensions: dimensions + 1 }, element)
            }
            _ => Shape::Collection(Collection::List, &T::DEF),
        },
        nullable: false,
    };

    fn list_into_value(list: Vec<Self>) -> Result<Value> {
        let values = each_into_value(list)?;
        check_rectangular(&values)?;
        Ok(Value::Array(values))
    }

    fn list_from_value(value: Value) -> Result<Vec<Self>> {
        elements(Self::LIST, value)
    }
}

impl<T: Element> FieldType for Vec<T> {
    type Family = T::ListFamily;
    const DEF: TypeDef = T::LIST;

    fn into_value(self) -> Result<Value> {
        T::list_into_value(self)
    }

    fn from_value(value: Value) -> Result<Self> {
        T::list_from_value(value)
    }
}

impl<T: FieldType, const N: usize> FieldType for [T; N] {
    type Family = family::List<T>;
    const DEF: TypeDef = TypeDef {
        shape: match T::LIST.shape {
            Shape::Collection(Collection::List, element) => {
                Shape::Collection(Collection::Array { dimensions: 1 }, element)
            }
            shape => shape,
        },
        nullable: false,
    };

    fn into_value(self) -> Result<Value> {
        let values = each_into_value(self)?;
        check_rectangular(&values)?;
        Ok(Value::Array(values))
    }

    fn from_value(value: Value) -> Result<Self> {
        let list: Vec<T> = elements(Self::DEF, value)?;
        let length = list.len();
        list.try_into().map_err(|_| Error::invalid(format!("expected an array of {N} elements, got {length}")))
    }
}

impl<T: FieldType + Ord> FieldType for BTreeSet<T> {
    type Family = family::Set<T>;
    const DEF: TypeDef = set::<T>();

    fn into_value(self) -> Result<Value> {
        Ok(sorted(each_into_value(self)?))
    }

    fn from_value(value: Value) -> Result<Self> {
        elements(Self::DEF, value).map(|list: Vec<T>| list.into_iter().collect())
    }
}

impl<T: FieldType + Eq + Hash, S: BuildHasher + Default + Send + Sync + 'static> FieldType for HashSet<T, S> {
    type Family = family::Set<T>;
    const DEF: TypeDef = set::<T>();

    fn into_value(self) -> Result<Value> {
        Ok(sorted(each_into_value(self)?))
    }

    fn from_value(value: Value) -> Result<Self> {
        elements(Self::DEF, value).map(|list: Vec<T>| list.into_iter().collect())
    }
}

const fn set<T: FieldType>() -> TypeDef {
    assert!(
        !matches!(T::DEF.shape, Shape::Collection(..)),
        "a set of collections has no array type in PostgreSQL: store it as `Json<…>`"
    );
    TypeDef { shape: Shape::Collection(Collection::Set, &T::DEF), nullable: false }
}

/// The normal form of a set: sorted, each element once.
pub(super) fn sorted(mut values: Vec<Value>) -> Value {
    values.sort_by(compare);
    values.dedup_by(|a, b| compare(a, b).is_eq());
    Value::Array(values)
}

fn each_into_value<T: FieldType>(list: impl IntoIterator<Item = T>) -> Result<Vec<Value>> {
    list.into_iter().map(T::into_value).collect()
}

fn elements<T: FieldType>(def: TypeDef, value: Value) -> Result<Vec<T>> {
    match value {
        Value::Array(values) => values.into_iter().map(T::from_value).collect(),
        other => Err(def.mismatch(describe(&other))),
    }
}

/// PostgreSQL's arrays are rectangular, and one with an empty dimension has none at all.
///
/// # Errors
/// `Invalid` for a ragged array, and for one with empty rows.
pub(super) fn check_rectangular(values: &[Value]) -> Result<()> {
    lengths(values).map(drop)
}

/// The length of each dimension, from the outside in.
fn lengths(values: &[Value]) -> Result<Vec<usize>> {
    let mut rows = values.iter().filter_map(|value| match value {
        Value::Array(row) => Some(lengths(row)),
        _ => None,
    });
    let Some(first) = rows.next().transpose()? else {
        return Ok(vec![values.len()]);
    };
    if first.contains(&0) {
        return Err(Error::invalid("an array of empty arrays cannot be told from an empty array: use an empty array"));
    }
    for row in rows {
        let row = row?;
        if row != first {
            let ragged = format!("the array is ragged: a row of {} beside a row of {}", extent(&first), extent(&row));
            return Err(Error::invalid(ragged));
        }
    }
    Ok([vec![values.len()], first].concat())
}

fn extent(lengths: &[usize]) -> String {
    lengths.iter().map(ToString::to_string).collect::<Vec<_>>().join("×")
}
