//! Rows as they arrive, read by position.

use std::sync::Arc;

use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result, Row, Value};
use sqlx::postgres::{PgRow, PgValueFormat};
use sqlx::{Row as _, ValueRef as _};

use super::Codec;

/// The position of what is no column of the model.
const COMPUTED: usize = usize::MAX;

/// How the columns of a reply are read, in their order.
#[derive(Clone)]
pub(in crate::backend::postgres) struct RowCodec {
    def: &'static ModelDef,
    columns: Arc<[(Codec, usize)]>,
}

impl RowCodec {
    /// All columns of a model.
    pub(in crate::backend::postgres) fn of_model(def: &'static ModelDef) -> Self {
        Self::of_columns(def, 0..def.layout().columns().len())
    }

    /// Some columns of a model, by their positions in the layout.
    pub(in crate::backend::postgres) fn of_columns(
        def: &'static ModelDef,
        positions: impl IntoIterator<Item = usize>,
    ) -> Self {
        let columns = def.layout().columns();
        let columns = positions.into_iter().map(|i| (Codec::of_column(&columns[i]), i)).collect();
        Self { def, columns }
    }

    /// Values that are computed, for a report on a model.
    pub(in crate::backend::postgres) fn of_values(def: &'static ModelDef, codecs: Vec<Codec>) -> Self {
        Self { def, columns: codecs.into_iter().map(|codec| (codec, COMPUTED)).collect() }
    }

    /// The same, and behind its columns values that are computed.
    pub(in crate::backend::postgres) fn with_values(self, codecs: impl IntoIterator<Item = Codec>) -> Self {
        let values = codecs.into_iter().map(|codec| (codec, COMPUTED));
        Self { columns: self.columns.iter().copied().chain(values).collect(), ..self }
    }

    /// How many columns it reads.
    pub(in crate::backend::postgres) fn width(&self) -> usize {
        self.columns.len()
    }

    /// Reads the first columns of a row; what stands behind them is the caller's.
    pub(in crate::backend::postgres) fn decode(&self, row: &PgRow) -> Result<Row> {
        let mut values = Row::with_capacity(self.columns.len());
        for (i, (codec, position)) in self.columns.iter().enumerate() {
            values.push(value(row, i, codec).map_err(|error| self.locate(error, *position))?);
        }
        Ok(values)
    }

    #[cold]
    fn locate(&self, error: Error, position: usize) -> Error {
        match self.def.layout().columns().get(position) {
            Some(column) => error.in_field(&column.path).in_model(self.def.name),
            None => error.in_model(self.def.name),
        }
    }
}

#[inline]
fn value(row: &PgRow, i: usize, codec: &Codec) -> Result<Value> {
    let raw = row.try_get_raw(i).map_err(missing)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    debug_assert_eq!(raw.format(), PgValueFormat::Binary, "statements with binds reply in binary");
    codec.decode(raw.as_bytes().map_err(missing)?)
}

#[cold]
fn missing(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::internal("the reply has fewer columns than were asked for").with_source(source)
}
