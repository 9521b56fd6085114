//! [`Shipment`]: rows of another database, as arrays that stand in a statement in the place of a table.
//!
//! What arrives in PostgreSQL's binary form is an element of an array as it is: nothing is decoded on the
//! way. A type that the other database may not have, such as a native enum, travels as text, and nothing
//! may be asked of it there but to be shown.

use sqh_model::expr::Filter;
use sqh_model::expr::lower::{Binds, Travel, quoted, type_name};
use sqh_model::report::PartColumn;
use sqh_model::schema::{ColumnDef, ModelDef};
use sqh_model::types::{FieldType as _, Shape, TypeDef, scalar};
use sqh_model::{Error, Result, Value};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{Row as _, ValueRef as _};

use super::sql::Sql;
use super::target::Target;
use super::{Encode, RowCodec, Statement, filtered};
use crate::backend::postgres::codec::bind::add_with;
use crate::backend::postgres::codec::{Codec, begin_array, with_length};

/// How much is sent at most. The sender holds it in memory, and so does the server that receives it.
pub(in crate::backend::postgres) const MOST_BYTES: usize = 64 << 20;

/// Rows of a model's table on their way to another database.
pub(in crate::backend::postgres) struct Shipment {
    pub(in crate::backend::postgres) def: &'static ModelDef,
    columns: Vec<Carried>,
    rows: usize,
    bytes: usize,
}

/// The values of a column, one after the other.
struct Carried {
    position: usize,
    carrier: Carrier,
    elements: Vec<u8>,
}

/// How a column's values travel from one database to another.
struct Carrier {
    /// What stands behind the column where it is read.
    read: &'static str,
    /// The type in which it is sent.
    sent: Codec,
    /// What stands behind it where it arrives.
    cast: String,
}

/// Some rows of many.
pub(in crate::backend::postgres) struct Page<'a> {
    /// The key behind which it begins; none at the beginning.
    pub(in crate::backend::postgres) after: Option<&'a [Value]>,
    /// How many rows it has at most.
    pub(in crate::backend::postgres) size: u64,
}

impl Carrier {
    /// `None` if the column's values mean nothing in another database, and something is asked of them.
    fn of(column: &'static ColumnDef, is_asked: bool) -> Option<Self> {
        let (ty, travel) = (&column.ty, Travel::of_column(column));
        let is_array = matches!(ty.shape, Shape::Collection(..));
        let foreign = travel.read_cast(ty);
        if is_asked && (travel != Travel::Native || !foreign.is_empty()) {
            return None;
        }
        // An array of arrays would be taken apart down to its elements.
        let (read, sent, cast) = match (is_array, foreign) {
            (false, "") => ("", Codec::of_column(column), String::new()),
            (false, foreign) => (foreign, Codec::new(ty, travel), String::new()),
            (true, "") => ("::text", text(), format!("::{}", type_name(ty, None, ""))),
            (true, foreign) => ("::text", text(), foreign.to_owned()),
        };
        Some(Self { read, sent, cast })
    }

    fn is_text(&self) -> bool {
        self.sent.oid == text().oid && matches!(self.cast.as_str(), "" | "::text[]")
    }
}

impl Shipment {
    /// Rows of these columns, none yet.
    ///
    /// # Errors
    /// `Unsupported`, naming the field, if something is asked of one that means nothing elsewhere.
    pub(in crate::backend::postgres) fn new(def: &'static ModelDef, columns: &[PartColumn]) -> Result<Self> {
        let columns = columns.iter().map(|PartColumn { position, is_asked }| {
            let column = &def.layout().columns()[*position];
            let carrier = Carrier::of(column, *is_asked).ok_or_else(|| {
                let message = "the type of the field is the database's own: in another one it can be shown, and neither \
                               compared nor grouped by";
                Error::unsupported(message).in_field(&column.path).in_model(def.name)
            })?;
            Ok(Carried { position: *position, carrier, elements: Vec::new() })
        });
        Ok(Self { def, columns: columns.collect::<Result<_>>()?, rows: 0, bytes: 0 })
    }

    /// How many arrays it is.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// How many rows it has.
    pub(in crate::backend::postgres) fn rows(&self) -> usize {
        self.rows
    }

    /// `SELECT` of what is sent.
    ///
    /// # Errors
    /// `Invalid` if the filters do not fit the model.
    pub(in crate::backend::postgres) fn reading(
        &self,
        target: &Target<'_>,
        filter: &Filter,
        scope: &Filter,
    ) -> Result<Statement> {
        let relation = target.relation();
        let read = |carried: &Carried| relation.column(carried.position) + carried.carrier.read;
        let columns: Vec<String> = self.columns.iter().map(read).collect();
        let mut binds = Binds::behind(target.leading());
        let mut sql = Sql::select(target, &target.with_tenant(columns));
        filtered::matching(&mut sql, filter, scope, &mut binds)?;
        let positions = self.columns.iter().map(|carried| carried.position);
        Ok(Statement::new(target, sql, RowCodec::of_columns(self.def, positions), binds))
    }

    /// `SELECT` of a page of what is sent, in the order of the key, which stands before it and is what the
    /// statement reads.
    ///
    /// # Errors
    /// `Invalid` if the filters do not fit the model.
    pub(in crate::backend::postgres) fn paging(
        &self,
        target: &Target<'_>,
        filter: &Filter,
        scope: &Filter,
        page: &Page<'_>,
    ) -> Result<Statement> {
        let (relation, keys) = (target.relation(), self.def.layout().physical_key());
        let read = |carried: &Carried| relation.column(carried.position) + carried.carrier.read;
        let columns = keys.iter().map(|position| relation.read_column(*position)).chain(self.columns.iter().map(read));
        let mut binds = Binds::behind(target.leading());
        let mut sql = Sql::select(target, &target.with_tenant(columns.collect::<Vec<_>>()));
        filtered::matching(&mut sql, filter, scope, &mut binds)?;
        let order: Vec<(usize, bool)> = keys.iter().map(|position| (*position, false)).collect();
        if let Some(after) = page.after {
            sql.push(" AND ");
            relation.push_after(&order, after, sql.text(), &mut binds)?;
        }
        sql.push(" ORDER BY ");
        relation.push_order(&order, sql.text());
        let size = Value::I64(i64::try_from(page.size).unwrap_or(i64::MAX));
        sql.push(&format!(" LIMIT {}", binds.free(i64::DEF, size)));
        let width = keys.len() + self.columns.len();
        let statement = Statement::new(target, sql, RowCodec::of_columns(self.def, keys), binds);
        Ok(Statement { owner_at: statement.owner_at.map(|_| width), ..statement })
    }

    /// Appends a row of [`reading`](Self::reading).
    ///
    /// # Errors
    /// `Invalid` if it is too much.
    pub(in crate::backend::postgres) fn push(&mut self, row: &PgRow) -> Result<()> {
        self.push_behind(row, 0)
    }

    /// Appends a row behind so many columns of it.
    ///
    /// # Errors
    /// `Invalid` if it is too much.
    pub(in crate::backend::postgres) fn push_behind(&mut self, row: &PgRow, before: usize) -> Result<()> {
        for (i, carried) in self.columns.iter_mut().enumerate() {
            let raw = row.try_get_raw(before + i).map_err(unexpected)?;
            let bytes = if raw.is_null() { None } else { Some(raw.as_bytes().map_err(unexpected)?) };
            let length = carried.elements.len();
            with_length(&mut carried.elements, |out| {
                out.extend_from_slice(bytes.unwrap_or_default());
                Ok(bytes.is_some())
            })?;
            self.bytes += carried.elements.len() - length;
        }
        self.rows += 1;
        if self.bytes > MOST_BYTES {
            return Err(self.too_much());
        }
        Ok(())
    }

    /// The rows as a relation of a larger statement, whose first array is the bind of this number:
    /// `(SELECT … FROM unnest($3, $4) AS u (c1, c2)) AS alias`.
    pub(super) fn relation(&self, alias: &str, first: usize) -> String {
        let binds: Vec<String> = (first..first + self.columns.len()).map(|number| format!("${number}")).collect();
        let names: Vec<String> = (1..=self.columns.len()).map(|number| format!("c{number}")).collect();
        let named = self.columns.iter().zip(&names).map(|(Carried { position, carrier, .. }, name)| {
            let collation = if carrier.is_text() { " COLLATE \"C\"" } else { "" };
            format!("u.{name}{}{collation} AS {}", carrier.cast, quoted(&self.def.layout().columns()[*position].name))
        });
        let named = named.collect::<Vec<_>>().join(", ");
        format!("(SELECT {named} FROM unnest({}) AS u ({})) AS {alias}", binds.join(", "), names.join(", "))
    }

    #[cold]
    fn too_much(&self) -> Error {
        let message = format!(
            "more than {} MiB of `{}` would be sent to the other database: filter it, or have the other side sent",
            MOST_BYTES >> 20,
            self.def.name
        );
        Error::invalid(message).in_model(self.def.name)
    }
}

impl Encode for Shipment {
    fn encode(&self, arguments: &mut PgArguments) -> Result<()> {
        self.columns.iter().try_for_each(|Carried { carrier, elements, .. }| {
            add_with(arguments, carrier.sent.array_oid, |out| {
                match self.rows {
                    0 => begin_array(carrier.sent.oid, &[], out)?,
                    rows => begin_array(carrier.sent.oid, &[rows], out)?,
                }
                out.extend_from_slice(elements);
                Ok(true)
            })
        })
    }
}

/// `SELECT DISTINCT` of the values of a column, without null.
///
/// # Errors
/// `Invalid` if the filters do not fit the model.
pub(in crate::backend::postgres) fn keys(
    target: &Target<'_>,
    position: usize,
    filter: &Filter,
    scope: &Filter,
) -> Result<Statement> {
    let column = target.relation().column(position);
    let mut binds = Binds::behind(target.leading());
    let mut sql = Sql::select(target, &format!("DISTINCT {column}"));
    filtered::matching(&mut sql, filter, scope, &mut binds)?;
    if target.def.layout().columns()[position].ty.nullable {
        sql.and(&format!("{column} IS NOT NULL"));
    }
    Ok(Statement::new(target, sql, RowCodec::of_columns(target.def, [position]), binds).without_records())
}

fn text() -> Codec {
    Codec::new(&TypeDef::scalar(&scalar::TEXT), Travel::Native)
}

#[cold]
fn unexpected(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::internal("the reply has fewer columns than were asked for").with_source(source)
}
