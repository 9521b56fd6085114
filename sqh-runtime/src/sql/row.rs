//! [`SqlRow`]: what a row of a statement becomes.

use std::vec::IntoIter;

use sqh_model::types::{FieldType, TypeDef};
use sqh_model::{Error, Result, Value};

/// What a row of a statement becomes: a tuple of up to twelve values.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no row of a statement",
    label = "not a tuple of up to twelve values",
    note = "one column is a tuple too: `(i64,)`",
    note = "rows of any shape: use `raw_sql_dyn`"
)]
pub trait SqlRow: Sized + Send + 'static {
    /// The types of its columns.
    fn types() -> Vec<TypeDef>;

    /// Reads the columns' values in order.
    ///
    /// # Errors
    /// `Invalid` if a value is none of its column's type.
    fn read(values: IntoIter<Value>) -> Result<Self>;
}

macro_rules! rows {
    ($($name:ident)+) => {
        impl<$($name: FieldType),+> SqlRow for ($($name,)+) {
            fn types() -> Vec<TypeDef> {
                vec![$($name::DEF),+]
            }

            fn read(mut values: IntoIter<Value>) -> Result<Self> {
                Ok(($($name::from_value(values.next().ok_or_else(short)?)?,)+))
            }
        }
    };
}
rows!(A);
rows!(A B);
rows!(A B C);
rows!(A B C D);
rows!(A B C D E);
rows!(A B C D E F);
rows!(A B C D E F G);
rows!(A B C D E F G H);
rows!(A B C D E F G H I);
rows!(A B C D E F G H I J);
rows!(A B C D E F G H I J K);
rows!(A B C D E F G H I J K L);

fn short() -> Error {
    Error::internal("the row has fewer values than columns were asked for")
}
