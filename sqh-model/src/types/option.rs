//! `Option<T>`: nullable, `Optional`, `null`.

use super::{FieldType, TypeDef, family};
use crate::error::{Error, Result};
use crate::row::Row;
use crate::value::Value;

impl<T: FieldType> FieldType for Option<T> {
    type Family = family::Optional<T::Family>;
    const DEF: TypeDef = T::DEF.optional();

    #[inline]
    fn into_value(self) -> Result<Value> {
        let Some(inner) = self else {
            return Ok(Value::Null);
        };
        let value = inner.into_value()?;
        // In JSON and in TerminusDB the two read alike, so no system is given the chance.
        if matches!(&value, Value::Json(json) if json.is_null()) {
            return Err(Error::invalid("a JSON null in an `Option` cannot be told from `None`: use `None`"));
        }
        Ok(value)
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }

    #[inline]
    fn encode(self, row: &mut Row) -> Result<()> {
        if !T::DEF.is_flattened() {
            row.push(self.into_value()?);
            return Ok(());
        }
        let width = T::DEF.width();
        let start = row.len();
        let Some(inner) = self else {
            row.extend(std::iter::repeat_n(Value::Null, width));
            return Ok(());
        };
        inner.encode(row)?;
        if row[start..].iter().all(Value::is_null) {
            return Err(Error::invalid(
                "an embedded value whose fields are all `None` cannot be told from `None`: use `None`",
            ));
        }
        Ok(())
    }

    #[inline]
    fn decode(values: &mut std::vec::IntoIter<Value>) -> Result<Self> {
        if !T::DEF.is_flattened() {
            return Self::from_value(crate::row::next_value(values)?);
        }
        let width = T::DEF.width();
        if values.as_slice().iter().take(width).all(Value::is_null) {
            values.by_ref().take(width).for_each(drop);
            return Ok(None);
        }
        T::decode(values).map(Some)
    }
}
