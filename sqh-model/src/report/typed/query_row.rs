//! [`QueryRow`]: structs that rows become.

use std::vec::IntoIter;

use super::selection::Selection;
use crate::error::Result;
use crate::report::Output;
use crate::types::TypeDef;
use crate::value::Value;

/// A struct that a row becomes, by `#[derive(QueryRow)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a row becomes",
    label = "add `#[derive(QueryRow)]` to it"
)]
pub trait QueryRow: Sized + Send + 'static {
    /// The columns in order.
    const COLUMNS: &'static [QueryColumn];

    /// Reads the columns' values in order.
    ///
    /// # Errors
    /// `Invalid` if a value is none of its column's type.
    fn decode(values: &mut IntoIter<Value>) -> Result<Self>;
}

/// A column of a [`QueryRow`].
#[derive(Debug, Clone, Copy)]
pub struct QueryColumn {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: TypeDef,
}

/// Appends the columns of a member under the member's name. Used by generated code.
///
/// # Errors
/// As [`Selection::push`].
#[doc(hidden)]
pub fn push_named<S, G, I, C: Selection<S, G, I>>(columns: C, name: &str, outputs: &mut Vec<Output>) -> Result<()> {
    let before = outputs.len();
    columns.push(outputs)?;
    if let [output] = &mut outputs[before..] {
        name.clone_into(&mut output.name);
    }
    Ok(())
}
