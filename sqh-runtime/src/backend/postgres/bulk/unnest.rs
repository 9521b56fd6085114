//! `INSERT … SELECT … FROM unnest(…)`: one bind a column, whatever the number of records.
//!
//! `unnest` flattens arrays of several dimensions, so the values of an array column travel as
//! literals, one text a record.

use sqh_model::expr::lower::{Binds, Travel, type_name};
use sqh_model::schema::{ColumnDef, ModelDef};
use sqh_model::types::{Shape, TypeDef, scalar};
use sqh_model::{Result, Row, Value};
use sqlx::postgres::PgArguments;

use super::super::codec::bind::add_with;
use super::super::codec::{Codec, RowCodec, begin_array, literal, with_length};
use super::super::session::Repeat;
use super::super::statement::sql::{From, Sql};
use super::super::statement::target::Target;
use super::super::statement::{Encode, Inputs, Statement};
use super::{Created, Session, Work, is_unchecked};

/// Creates some records. Those that leave the same columns to the database share a statement.
pub(super) async fn create(
    work: &Work<'_>,
    session: &mut Session<'_>,
    rows: &[Row],
    returning: bool,
) -> Result<Created> {
    let mut created = Created { rows: returning.then(|| vec![Row::new(); rows.len()]), count: 0 };
    for (columns, places) in by_columns(work, rows) {
        let target = work.written(session);
        let statement = statement(&target, &columns, returning || !is_unchecked(work))?;
        let arrays = Columns { def: work.def, columns: &columns, rows, places: &places };
        let inputs = Inputs { others: Some(&arrays), ..work.inputs() };
        let mut stored = Vec::new();
        if returning || !is_unchecked(work) {
            stored = session.rows(&statement, inputs, Repeat::Never).await?;
            created.count += stored.len() as u64;
        } else {
            created.count += session.affected(&statement, inputs).await?;
        }
        for (place, row) in places.iter().zip(stored) {
            work.check_written(&row)?;
            if let Some(rows) = &mut created.rows {
                rows[*place] = row;
            }
        }
    }
    Ok(created)
}

/// Whether all records leave the same columns to the database.
pub(super) fn is_one_statement(work: &Work<'_>, rows: &[Row]) -> bool {
    by_columns(work, rows).len() <= 1
}

/// The columns that are said, and the places of the records that say just those.
fn by_columns(work: &Work<'_>, rows: &[Row]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut groups: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let is_said = |columns: &[usize]| {
            let mut columns = columns.iter();
            let is_said = |(i, value): &(usize, &Value)| !value.is_unset() && !work.target.is_tenant(*i);
            row.iter().enumerate().filter(is_said).all(|(i, _)| columns.next() == Some(&i)) && columns.next().is_none()
        };
        match groups.iter_mut().find(|(columns, _)| is_said(columns)) {
            Some((_, places)) => places.push(place),
            None => {
                groups.push((work.said(row).into(), vec![place]));
            }
        }
    }
    groups
}

/// `INSERT` of records that say these columns, and come back if `returning`.
pub(in crate::backend::postgres) fn statement(
    target: &Target<'_>,
    columns: &[usize],
    returning: bool,
) -> Result<Statement> {
    let layout = target.def.layout().columns();
    let first = target.leading() + 1;
    // Of records that say nothing there are as many as numbers in the one array.
    let binds: Vec<String> = (first..first + columns.len().max(1)).map(|number| format!("${number}")).collect();
    let fields: Vec<String> = (1..=binds.len()).map(|number| format!("c{number}")).collect();
    let values: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(number, i)| format!("u.c{}{}", number + 1, cast(&layout[*i], target.schema)))
        .collect();
    let function = format!("unnest({}) AS u ({})", binds.join(", "), fields.join(", "));
    let mut sql = Sql::insert(target, columns, &From::Rows { values: &values, function: &function })?;
    if returning {
        sql.returning_all();
    }
    let statement = Statement::new(target, sql, RowCodec::of_model(target.def), Binds::default());
    Ok(if returning { statement } else { statement.without_records() })
}

fn cast(column: &ColumnDef, schema: &str) -> String {
    match (Travel::of_column(column), column.ty.shape) {
        (Travel::Native, Shape::Collection(..)) | (Travel::Text | Travel::TextArray, _) => {
            format!("::{}", type_name(&column.ty, column.field.sql_type, schema))
        }
        (Travel::Native, _) => String::new(),
    }
}

/// Records as one array a column.
pub(in crate::backend::postgres) struct Columns<'a> {
    pub(in crate::backend::postgres) def: &'static ModelDef,
    pub(in crate::backend::postgres) columns: &'a [usize],
    pub(in crate::backend::postgres) rows: &'a [Row],
    /// Which of the rows.
    pub(in crate::backend::postgres) places: &'a [usize],
}

impl Encode for Columns<'_> {
    fn encode(&self, arguments: &mut PgArguments) -> Result<()> {
        if self.columns.is_empty() {
            return self.numbers(arguments);
        }
        self.columns.iter().try_for_each(|position| self.column(*position, arguments))
    }
}

impl Columns<'_> {
    fn column(&self, position: usize, arguments: &mut PgArguments) -> Result<()> {
        let column = &self.def.layout().columns()[position];
        let codec = Codec::of_column(column);
        let is_array = matches!(column.ty.shape, Shape::Collection(..));
        let text = Codec::new(&TypeDef::scalar(&scalar::TEXT), Travel::Native);
        let element = if is_array { text } else { codec };
        add_with(arguments, element.array_oid, |out| {
            begin_array(element.oid, &[self.places.len()], out)?;
            for place in self.places {
                let value = &self.rows[*place][position];
                let written = match is_array && !value.is_null() {
                    true => with_length(out, |out| literal(value, &column.ty, out).map(|()| true)),
                    false => element.encode_field(value, out),
                };
                written.map_err(|error| error.in_field(&column.path).in_model(self.def.name))?;
            }
            Ok(true)
        })
    }

    // Records of which nothing is said: as many as there are numbers.
    fn numbers(&self, arguments: &mut PgArguments) -> Result<()> {
        let codec = Codec::new(&TypeDef::scalar(&scalar::I32), Travel::Native);
        add_with(arguments, codec.array_oid, |out| {
            begin_array(codec.oid, &[self.places.len()], out)?;
            self.places.iter().try_for_each(|_| codec.encode_field(&Value::I32(0), out))?;
            Ok(true)
        })
    }
}
