//! [`Cursor`]: a place in an order, for pages that cost the same at any depth.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;

use crate::error::{Error, Result};
use crate::schema::ModelDef;
use crate::types::json_form::{from_json, to_json};
use crate::value::Value;

/// The place behind a record in an order: the values of the ordering columns and of the key.
///
/// ```
/// use sqh_model::expr::Cursor;
///
/// assert!(Cursor::parse("not a cursor").is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    fields: Vec<String>,
    place: Place,
}

#[derive(Debug, Clone, PartialEq)]
enum Place {
    Values(Vec<Value>),
    // What `parse` read; becomes values once the model is known.
    Json(Vec<Json>),
}

impl Cursor {
    /// The place of a record with these values in an order by these columns.
    pub fn new(fields: Vec<String>, values: Vec<Value>) -> Self {
        Self { fields, place: Place::Values(values) }
    }

    /// The fields of the order that it belongs to.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// Whether it is a place in this order: positions of columns in the layout.
    pub fn belongs_to(&self, def: &'static ModelDef, order: &[(usize, bool)]) -> bool {
        let columns = def.layout().columns();
        order.len() == self.fields.len()
            && order.iter().zip(&self.fields).all(|((position, _), field)| columns[*position].path == *field)
    }

    /// The values by the model's types.
    ///
    /// # Errors
    /// `Invalid` if the cursor is none of this model and order.
    pub fn values(&self, def: &'static ModelDef) -> Result<Vec<Value>> {
        let place = match &self.place {
            Place::Values(values) => return Ok(values.clone()),
            Place::Json(place) => place,
        };
        self.fields
            .iter()
            .zip(place)
            .map(|(field, json)| {
                let (_, column) = super::filter::column(def, field)?;
                from_json(&column.ty, json).map_err(|_| broken())
            })
            .collect()
    }

    /// The cursor as text without meaning to its holder, safe in a URL.
    ///
    /// # Errors
    /// `Internal` if a value has no JSON form.
    pub fn encode(&self, def: &'static ModelDef) -> Result<String> {
        let values = self.values(def)?;
        let place = self
            .fields
            .iter()
            .zip(&values)
            .map(|(field, value)| super::filter::column(def, field).and_then(|(_, column)| to_json(&column.ty, value)))
            .collect::<Result<Vec<_>>>()?;
        let text = Json::from(vec![Json::from(self.fields.clone()), Json::from(place)]).to_string();
        Ok(URL_SAFE_NO_PAD.encode(text))
    }

    /// Reads what [`Cursor::encode`] wrote.
    ///
    /// # Errors
    /// `Invalid` if it is no cursor.
    pub fn parse(text: &str) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| broken())?;
        let (fields, place): (Vec<String>, Vec<Json>) = serde_json::from_slice(&bytes).map_err(|_| broken())?;
        if fields.len() != place.len() {
            return Err(broken());
        }
        Ok(Self { fields, place: Place::Json(place) })
    }
}

fn broken() -> Error {
    Error::invalid("the cursor is none that this query gave out")
}
