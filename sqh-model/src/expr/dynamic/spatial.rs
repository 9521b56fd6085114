//! Places in filters and orders that came as JSON; a place is GeoJSON.

use serde_json::Value as Json;

use super::{Found, find, part_needed};
use crate::error::{Error, Result};
use crate::expr::filter::Filter;
use crate::expr::spatial::{Bounds, Nearest, Spatial, in_bounds};
use crate::schema::{ColumnDef, ModelDef};
use crate::types::json_form::from_json;
use crate::types::{FieldType, Point, describe_json};

/// `{"of": {"type": "Point", "coordinates": [-76.35, 39.5]}, "metres": 500}`
pub(super) fn within_distance(column: &'static ColumnDef, json: &Json) -> Result<Filter> {
    let shape = || Error::invalid("it takes an object such as {\"of\": POINT, \"metres\": 500}");
    let object = json.as_object().filter(|object| object.len() == 2).ok_or_else(shape)?;
    let (of, metres) = object.get("of").zip(object.get("metres").and_then(Json::as_f64)).ok_or_else(shape)?;
    let of = place::<Point>(of)?;
    Ok(Filter::Spatial { field: column.path.as_str().into(), is: Spatial::WithinDistance { of, metres } })
}

/// A polygon for points, and a point for polygons.
pub(super) fn meets<T: FieldType>(column: &'static ColumnDef, json: &Json) -> Result<Filter> {
    let is = Spatial::meets(from_json(&T::DEF, json)?)?;
    Ok(Filter::Spatial { field: column.path.as_str().into(), is })
}

/// `[west, south, east, north]`
pub(super) fn in_bbox(column: &'static ColumnDef, json: &Json) -> Result<Filter> {
    let numbers: Option<Vec<f64>> = json.as_array().and_then(|numbers| numbers.iter().map(Json::as_f64).collect());
    let Some([west, south, east, north]) = numbers.as_deref() else {
        return Err(Error::invalid("it takes four numbers of degrees: [west, south, east, north]"));
    };
    let bounds = Bounds { west: *west, south: *south, east: *east, north: *north };
    in_bounds(column.path.as_str().into(), bounds)
}

/// The first entry of an order by names, if it is one by nearness, `{"nearest": "location", "to": POINT}`; and
/// the entries behind it.
///
/// # Errors
/// `Invalid`, naming the model and the field.
pub fn nearest_from_json(def: &'static ModelDef, order: &Json) -> Result<Option<(Nearest, Json)>> {
    let (first, rest) = match order {
        Json::Array(entries) => match entries.split_first() {
            Some((first, rest)) => (first, rest.to_vec()),
            None => return Ok(None),
        },
        entry => (entry, Vec::new()),
    };
    let Some(name) = first.get("nearest") else {
        return Ok(None);
    };
    nearest(def, name, first.get("to"))
        .map(|nearest| Some((nearest, rest.into())))
        .map_err(|error| error.in_model(def.name))
}

fn nearest(def: &'static ModelDef, name: &Json, to: Option<&Json>) -> Result<Nearest> {
    let shape = || Error::invalid("nearness is ordered by as {\"nearest\": \"location\", \"to\": POINT}");
    let (name, to) = name.as_str().zip(to).ok_or_else(shape)?;
    match find(def, name)? {
        Found::Column(column) => {
            let nearest = Nearest { field: column.path.as_str().into(), to: place(to)? };
            nearest.check_on(column).map(|()| nearest).map_err(|error| error.in_field(name))
        }
        Found::Flattened(columns) => Err(part_needed(name, &columns).in_field(name)),
    }
}

fn place<T: FieldType>(json: &Json) -> Result<T> {
    let value = from_json(&T::DEF, json);
    value
        .and_then(T::from_value)
        .map_err(|error| error.context(format!("expected GeoJSON, got {}", describe_json(json))))
}
