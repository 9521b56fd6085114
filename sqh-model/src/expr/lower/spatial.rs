//! Where a place is, as SQL for PostGIS.
//!
//! Each form finds by an index of the model's: a geometry's for polygons and boxes, a geography's for
//! distances. None of them can fail on what is stored, whatever it is: an error would tell of records that
//! the principal may not read. That is why polygons are asked for points only, which PostGIS decides by
//! itself and not by GEOS.

use super::super::spatial::{Bounds, Nearest, Spatial};
use super::Relation;
use super::bind::Binds;
use crate::error::Result;
use crate::expr::filter::column;
use crate::schema::ColumnDef;
use crate::types::{FieldType, Point, SRID, TypeDef};
use crate::value::Value;

impl Relation<'_> {
    pub(super) fn push_spatial(
        &self,
        position: usize,
        column: &'static ColumnDef,
        is: &Spatial,
        sql: &mut String,
        binds: &mut Binds,
    ) {
        let name = self.column(position);
        let bound: Vec<String> = values(is).into_iter().map(|(ty, value)| binds.plain(column, ty, value)).collect();
        sql.push_str(&match (is, bound.as_slice()) {
            (Spatial::WithinDistance { .. }, [of, metres]) => {
                format!("ST_DWithin({}, {of}::geography, {metres})", geography(&name))
            }
            // The operator's boxes are those of the index, in single precision.
            (Spatial::InBounds(_), [west, south, east, north]) => format!(
                "({name} && ST_MakeEnvelope({west}, {south}, {east}, {north}, {SRID}) AND ST_XMin({name}) <= {east} \
                 AND ST_XMax({name}) >= {west} AND ST_YMin({name}) <= {north} AND ST_YMax({name}) >= {south})"
            ),
            (_, bound) => format!("ST_Intersects({name}, {}::geometry)", bound.join(", ")),
        });
    }

    /// Appends a term behind `ORDER BY`: the nearest first, nulls last.
    ///
    /// # Errors
    /// `Invalid` for a field that the model does not have.
    pub fn push_nearest(&self, nearest: &Nearest, sql: &mut String, binds: &mut Binds) -> Result<()> {
        let (position, column) = column(self.def, &nearest.field)?;
        let to = binds.plain(column, Point::DEF, nearest.to.into_value()?);
        sql.push_str(&format!("{} <-> {to}::geography", geography(&self.column(position))));
        Ok(())
    }
}

/// A point for distances along the earth, as the index on it has it.
pub fn geography(column: &str) -> String {
    format!("({column}::geography)")
}

/// The values that it is about, in the order of their binds.
pub(super) fn values(is: &Spatial) -> Vec<(TypeDef, Value)> {
    let number = |number: f64| (f64::DEF, Value::F64(number));
    match is {
        Spatial::Meets(geometry) => vec![(Point::DEF, Value::Geometry(geometry.clone()))],
        Spatial::InBounds(Bounds { west, south, east, north }) => [*west, *south, *east, *north].map(number).into(),
        Spatial::WithinDistance { of, metres } => {
            let of = Value::Geometry(Box::new(of.0.into()));
            vec![(Point::DEF, of), number(*metres)]
        }
    }
}
