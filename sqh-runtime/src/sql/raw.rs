//! [`RawSql`]: a statement as a caller writes it.

use sqh_model::Result;
#[cfg(feature = "test-util")]
use sqh_model::Value;
use sqh_model::expr::Column;
use sqh_model::expr::lower::quoted;
use sqh_model::schema::{PlatformModel, Registry};
use sqh_model::types::{FieldType, TypeDef};

use super::{Sql, SqlOptions, SqlParams, check};

/// A statement as a caller writes it: one `SELECT` of models and their fields, with parameters by name.
///
/// ```
/// use sqh_runtime::sql::RawSql;
///
/// let sql = RawSql::new("SELECT test_type, count(*) FROM AppLabResult WHERE value > :least GROUP BY test_type")
///     .set("least", 3.5)
///     .max_rows(100);
/// # let _ = sql;
/// ```
#[derive(Debug)]
pub struct RawSql {
    text: String,
    params: SqlParams,
    options: SqlOptions,
}

impl RawSql {
    /// A statement without parameters yet.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), params: SqlParams::default(), options: SqlOptions::default() }
    }

    /// The value of `:name`. A list stands for its values in `IN (:name)`, and is an array in `= ANY(:name)`.
    #[must_use]
    pub fn set<T: FieldType>(mut self, name: &str, value: T) -> Self {
        self.params.add(name, value);
        self
    }

    /// [`set`](Self::set) of a text.
    #[must_use]
    pub fn text(self, name: &str, value: impl Into<String>) -> Self {
        self.set::<String>(name, value.into())
    }

    /// [`set`](Self::set) of a value whose type is known as data.
    #[cfg(feature = "test-util")]
    pub(crate) fn value(mut self, name: &str, ty: TypeDef, value: Value) -> Self {
        self.params.add_value(name, ty, Ok(value));
        self
    }

    /// How long it may run, and how much it may reply.
    #[must_use]
    pub fn options(mut self, options: SqlOptions) -> Self {
        self.options = options;
        self
    }

    /// At most this many rows; more are an error.
    #[must_use]
    pub fn max_rows(mut self, rows: u32) -> Self {
        self.options.max_rows = rows;
        self
    }

    pub(crate) fn check(self, registry: &Registry, expected: Option<Vec<TypeDef>>) -> Result<Sql> {
        self.params.check()?;
        let checked = check(registry, &self.text, self.params)?;
        Ok(Sql { checked, options: self.options, expected, masks: None })
    }
}

/// A statement that counts the records of a model that meet a condition.
#[cfg(feature = "test-util")]
pub(crate) fn counting(model: &str, condition: &str) -> String {
    format!("SELECT count(*) FROM {} WHERE {condition}", quoted(model))
}

/// A model's name in a statement: what `sql!` writes.
#[doc(hidden)]
pub fn name_of<M: PlatformModel>() -> String {
    quoted(M::def().name)
}

/// A field's name in a statement: what `sql!` writes.
#[doc(hidden)]
pub fn name_of_column<M, T>(column: Column<M, T>) -> String {
    quoted(&column.path().joined())
}

impl From<&str> for RawSql {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for RawSql {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}
