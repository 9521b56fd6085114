//! Keys as values.

use crate::error::Result;
use crate::types::FieldType;
use crate::value::Value;

/// A key: one field's value, or a tuple of the values of a composite key in declaration order.
pub trait ModelKey: Sized + Send + Sync + 'static {
    /// The values in declaration order.
    ///
    /// # Errors
    /// `Invalid` if a value cannot be held.
    fn into_values(self) -> Result<Vec<Value>>;
}

impl<T: FieldType> ModelKey for T {
    fn into_values(self) -> Result<Vec<Value>> {
        Ok(vec![self.into_value()?])
    }
}

/// The key of a model without records of its own.
impl ModelKey for () {
    fn into_values(self) -> Result<Vec<Value>> {
        Ok(Vec::new())
    }
}

macro_rules! tuple_key {
    ($($name:ident)+) => {
        impl<$($name: FieldType),+> ModelKey for ($($name,)+) {
            fn into_values(self) -> Result<Vec<Value>> {
                #[allow(non_snake_case, reason = "a variable for each type")]
                let ($($name,)+) = self;
                Ok(vec![$($name.into_value()?),+])
            }
        }
    };
}
tuple_key!(A B);
tuple_key!(A B C);
tuple_key!(A B C D);
tuple_key!(A B C D E);
tuple_key!(A B C D E F);

/// What finds a record of `M`: its key and, on a partitioned model, also the full key with the
/// partition column at its end, which lets PostgreSQL look into one partition only.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no key of `{M}`",
    label = "the key is the model's `primary_key` field, or a tuple of them in declaration order",
    note = "on a partitioned model the key with the partition column at its end works too"
)]
pub trait LookupKey<M> {
    /// The values in declaration order.
    ///
    /// # Errors
    /// `Invalid` if a value cannot be held.
    fn into_values(self) -> Result<Vec<Value>>;
}
