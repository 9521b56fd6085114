//! The names of types: as SQL, and as `format_type` of PostgreSQL writes them.

use sea_query::{ColumnType, PostgresQueryBuilder, StringLen, TableBuilder as _};

use super::name::qualified;
use crate::error::{Error, Result};
use crate::schema::{ColumnDef, FieldDef};
use crate::types::{EnumDef, EnumStorage, Shape, TypeDef};
use crate::value::ValueKind;

/// The type's name in the catalog, without a schema.
pub(super) fn of_column(column: &ColumnDef) -> String {
    of_field(column.field, &column.ty)
}

pub(super) fn of_field(field: &FieldDef, ty: &TypeDef) -> String {
    if let Some(sql) = field.sql_type {
        return canonical(split_collation(sql).0);
    }
    if native_enum(ty).is_some() {
        return rendered(&ty.column_type());
    }
    let column_type = match (ty.column_type(), field.max_len) {
        (ColumnType::Text, Some(length)) => ColumnType::String(StringLen::N(length)),
        (column_type, _) => column_type,
    };
    canonical(&rendered(&column_type))
}

/// How a column's text is ordered; `None` for what has no text, and where the type's own order stands.
///
/// Text is declared `COLLATE "C"`, so that comparisons, `ORDER BY`, keyset pages and every index on
/// the column agree without naming a collation again, and agree with the other backends.
pub(super) fn collation(field: &FieldDef, type_name: &str) -> Option<String> {
    if let Some(own) = field.sql_type.and_then(|sql| split_collation(sql).1) {
        return Some(own);
    }
    let element = type_name.trim_end_matches("[]");
    let textual = element == "text" || element.starts_with("character");
    textual.then(|| "C".to_owned())
}

/// A native enum's type in PostgreSQL.
pub(super) fn enum_name(def: &'static EnumDef) -> String {
    rendered(&TypeDef { shape: Shape::Enum(def), nullable: false }.column_type())
}

/// The native enum that a type is made of.
pub(super) fn native_enum(ty: &TypeDef) -> Option<&'static EnumDef> {
    match ty.shape {
        Shape::Enum(def) if def.storage == EnumStorage::Native => Some(def),
        Shape::Collection(_, element) => native_enum(element),
        Shape::Link(link) => native_enum(&link.key),
        _ => None,
    }
}

/// Refuses an enum whose type would be taken for one of PostgreSQL's own, which are found first.
///
/// # Errors
/// `Invalid`, naming the enum.
pub(super) fn check_enum_name(def: &EnumDef, name: &str) -> Result<()> {
    const OWN: &[&str] = &[
        "any",
        "bit",
        "bool",
        "box",
        "bytea",
        "char",
        "cid",
        "cidr",
        "circle",
        "date",
        "float4",
        "float8",
        "inet",
        "int2",
        "int4",
        "int8",
        "interval",
        "json",
        "jsonb",
        "jsonpath",
        "line",
        "lseg",
        "macaddr",
        "money",
        "name",
        "numeric",
        "oid",
        "path",
        "point",
        "polygon",
        "record",
        "text",
        "time",
        "timestamp",
        "timestamptz",
        "timetz",
        "tid",
        "trigger",
        "unknown",
        "uuid",
        "varbit",
        "varchar",
        "void",
        "xid",
        "xml",
    ];
    if OWN.contains(&name) {
        return Err(Error::invalid(format!(
            "the enum `{}` would be the type `{name}`, and PostgreSQL has one of its own: rename the enum, or store it as `#[platform_enum(text)]`",
            def.name
        )));
    }
    super::name::check("enum type", name)
}

/// Replaces a bare enum name by its qualified form, and leaves the brackets of an array.
pub(super) fn with_enum_name(type_name: &str, name: &str, schema: Option<&str>) -> String {
    type_name.replacen(name, &qualified(schema, name), 1)
}

/// Whether values of the type have an order of their own (PostgreSQL's btree), as opposed to
/// documents, collections and geometries.
pub(super) fn is_btree_scalar(ty: &TypeDef) -> bool {
    match ty.shape {
        Shape::Scalar(scalar) => !matches!(scalar.kind, ValueKind::Json | ValueKind::Geometry),
        Shape::Enum(_) => true,
        Shape::Link(link) => is_btree_scalar(&link.key),
        _ => false,
    }
}

pub(super) fn is_spatial(type_name: &str) -> bool {
    type_name.starts_with("geometry") || type_name.starts_with("geography")
}

fn rendered(column_type: &ColumnType) -> String {
    let mut sql = String::new();
    PostgresQueryBuilder.prepare_column_type(column_type, &mut sql);
    sql
}

/// `text COLLATE "de-x-icu"` in its two parts.
fn split_collation(sql: &str) -> (&str, Option<String>) {
    match sql.to_ascii_lowercase().find(" collate ") {
        Some(at) => {
            let name = sql[at + " collate ".len()..].trim().trim_matches('"');
            (sql[..at].trim(), Some(name.to_owned()))
        }
        None => (sql, None),
    }
}

/// PostgreSQL's own spelling of a type: `int8` is `bigint`, `decimal(9, 2)` is `numeric(9,2)`.
pub(super) fn canonical(sql: &str) -> String {
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let element = sql.trim_end_matches("[]").trim();
    let brackets = if element.len() < sql.len() { "[]" } else { "" };
    let (base, arguments, rest) = match (element.find('('), element.find(')')) {
        (Some(open), Some(close)) if open < close => {
            (element[..open].trim(), element[open..=close].replace(' ', ""), element[close + 1..].trim())
        }
        _ => (element, String::new(), ""),
    };
    let spelled = format!("{} {rest}", base.to_ascii_lowercase());
    let name = match spelled.trim() {
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "int2" => "smallint",
        "float8" | "float" => "double precision",
        "float4" => "real",
        "bool" => "boolean",
        "decimal" | "dec" => "numeric",
        "varchar" | "char varying" => "character varying",
        "char" | "bpchar" if arguments.is_empty() => "character(1)",
        "char" | "bpchar" => "character",
        "timestamptz" => "timestamp with time zone",
        "timestamp" => "timestamp without time zone",
        "timetz" => "time with time zone",
        "time" => "time without time zone",
        other => other,
    };
    // The precision of a time stands after its first word.
    match name.split_once(' ').filter(|(first, _)| first.starts_with("time")) {
        Some((first, zone)) => format!("{first}{arguments} {zone}{brackets}"),
        None => format!("{name}{arguments}{brackets}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::FieldType;

    #[test]
    fn types_are_spelled_as_the_catalog_does() {
        for (sql, expected) in [
            ("int8", "bigint"),
            ("VARCHAR(20)", "character varying(20)"),
            ("decimal(9, 2)", "numeric(9,2)"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("timestamp (3) with time zone", "timestamp(3) with time zone"),
            ("time", "time without time zone"),
            ("int4[][]", "integer[]"),
            ("geometry(Point, 4326)", "geometry(Point,4326)"),
            ("double  precision", "double precision"),
            ("citext", "citext"),
        ] {
            assert_eq!(canonical(sql), expected, "{sql}");
        }
        let local = of_field(&FieldDef::PLAIN, &<Option<chrono::NaiveDateTime>>::DEF);
        assert_eq!(local, "timestamp without time zone");
    }

    #[test]
    fn a_field_may_bring_its_own_collation() {
        let field = FieldDef { sql_type: Some("varchar(9) collate \"de-x-icu\""), ..FieldDef::PLAIN };
        assert_eq!(of_field(&field, &String::DEF), "character varying(9)");
        assert_eq!(collation(&field, "character varying(9)").as_deref(), Some("de-x-icu"));
        assert_eq!(collation(&FieldDef::PLAIN, "text[]").as_deref(), Some("C"));
        assert_eq!(collation(&FieldDef::PLAIN, "citext"), None);
    }
}
