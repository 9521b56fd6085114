//! Columns: what a field says of its column, and the column as SQL.

use sea_query::{ColumnDef as SeaColumn, ColumnType, Expr, Keyword, PostgresQueryBuilder, TableBuilder as _};

use super::place::{Lead, Place};
use super::shape::{ColumnShape, EnumShape, TableShape};
use super::statement::{Creates, Statement};
use super::{comment, literal, name, type_name};
use crate::error::Result;
use crate::schema::ColumnDef;

/// The columns of a table: those of the layout, and in row placement the tenant's before them.
///
/// # Errors
/// `Invalid`, naming model and field, for a name that PostgreSQL would cut.
pub(super) fn shapes(place: &Place<'_>) -> Result<Vec<ColumnShape>> {
    let added = place.tenant.iter().filter(|lead| !lead.is_field).map(|lead| Ok(tenant_column(lead)));
    added.chain(place.def.layout().columns().iter().map(shape)).collect()
}

/// The native enums that the columns are of, by name.
///
/// # Errors
/// `Invalid`, naming the field, for a name that the database has already or would cut.
pub(super) fn enums(place: &Place<'_>) -> Result<Vec<EnumShape>> {
    let mut enums = Vec::new();
    for column in place.def.layout().columns().iter().filter(|column| column.field.sql_type.is_none()) {
        let Some(def) = type_name::native_enum(&column.ty) else {
            continue;
        };
        let name = type_name::enum_name(def);
        type_name::check_enum_name(def, &name)
            .map_err(|error| error.in_field(&column.path).in_model(place.def.name))?;
        enums.push(EnumShape { name, values: def.variants.iter().map(|variant| variant.name.to_owned()).collect() });
    }
    enums.sort_by(|a, b| a.name.cmp(&b.name));
    enums.dedup();
    Ok(enums)
}

/// The column in a `CREATE TABLE`.
pub(super) fn sql(table: &TableShape, column: &ColumnShape, schema: Option<&str>) -> String {
    let mut type_sql = match table.enum_of(column) {
        Some(def) => type_name::with_enum_name(&column.type_name, &def.name, schema),
        None => column.type_name.clone(),
    };
    if let Some(collation) = &column.collation {
        type_sql.push_str(&format!(" COLLATE {}", name::quoted(collation)));
    }
    let mut def = SeaColumn::new_with_type(column.name.clone(), ColumnType::Custom(type_sql.into()));
    if !column.nullable {
        def.not_null();
    }
    if let Some(default) = &column.default {
        // sea-query puts parentheses around whatever is not a word, literals of ours included.
        match is_one_word(default) {
            true => def.default(Expr::Keyword(Keyword::Custom(default.clone().into()))),
            false => def.default(Expr::cust(default.clone())),
        };
    }
    if let Some(generated) = &column.generated {
        def.generated(Expr::cust(generated.clone()), true);
    }
    let mut sql = String::new();
    PostgresQueryBuilder.prepare_column_def(&def, &mut sql);
    sql
}

/// Whether a default is a literal or a call without arguments.
fn is_one_word(sql: &str) -> bool {
    let is_string = sql
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .is_some_and(|inner| !inner.replace("''", "").contains('\''));
    let call = sql.strip_suffix("()").unwrap_or(sql);
    is_string || call.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
}

fn shape(column: &ColumnDef) -> Result<ColumnShape> {
    name::check("column", &column.name).map_err(|error| error.in_field(&column.path))?;
    let type_name = type_name::of_column(column);
    Ok(ColumnShape {
        name: column.name.clone(),
        nullable: column.ty.nullable,
        default: default(column),
        generated: column.field.generated.map(str::to_owned),
        collation: type_name::collation(column.field, &type_name),
        comment: comment::of(column.field.doc),
        type_name,
    })
}

fn tenant_column(lead: &Lead<'_>) -> ColumnShape {
    ColumnShape {
        name: lead.name.to_owned(),
        type_name: lead.column.type_name(),
        collation: lead.column.collation(),
        ..ColumnShape::default()
    }
}

fn default(column: &ColumnDef) -> Option<String> {
    let field = column.field;
    if let Some(sql) = field.default_sql {
        return Some(sql.to_owned());
    }
    literal::of_default(field.default?, &type_name::of_column(column))
}

/// Makes an enum type.
pub(super) fn enum_statement(def: &EnumShape, schema: Option<&str>) -> Statement {
    let values = def.values.iter().map(|value| name::literal(value)).collect::<Vec<_>>().join(", ");
    let sql = format!("CREATE TYPE {} AS ENUM ({values})", name::qualified(schema, &def.name));
    Statement::unless_exists(Creates::EnumType, &def.name, sql)
}
