//! What may stand on the right of a comparison.

use crate::types::FieldType;

/// A value that can be compared with a column of the type `T`: a `T`, a `&str` for text, and for
/// an optional column also the inner value.
#[diagnostic::on_unimplemented(
    message = "expected a value for a column of type `{T}`, got `{Self}`",
    label = "the column has the type `{T}`"
)]
pub trait Operand<T> {
    /// The value as the column's type.
    fn into_operand(self) -> T;
}

impl<T: FieldType> Operand<T> for T {
    fn into_operand(self) -> T {
        self
    }
}

impl<T: FieldType> Operand<Option<T>> for T {
    fn into_operand(self) -> Option<T> {
        Some(self)
    }
}

impl Operand<String> for &str {
    fn into_operand(self) -> String {
        self.to_owned()
    }
}

impl Operand<Option<String>> for &str {
    fn into_operand(self) -> Option<String> {
        Some(self.to_owned())
    }
}
