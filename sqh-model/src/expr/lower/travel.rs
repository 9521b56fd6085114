//! In which form a column's values travel between here and PostgreSQL, and the casts for it.

use sea_query::{ColumnType, PostgresQueryBuilder, TableBuilder as _};

use crate::schema::ColumnDef;
use crate::types::{EnumDef, EnumStorage, Shape, TypeDef};
use crate::value::ValueKind;

/// In which form values travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Travel {
    /// In PostgreSQL's binary form of the mapping's own type.
    Native,
    /// As text, with a cast on PostgreSQL's side.
    Text,
    /// As an array of text, with a cast on PostgreSQL's side.
    TextArray,
}

impl Travel {
    /// The form of a column's values.
    pub fn of_column(column: &ColumnDef) -> Self {
        Self::of(&column.ty, column.field.sql_type)
    }

    /// The form of the values of a type, where `sql_type` may stand for the mapping's own.
    pub fn of(ty: &TypeDef, sql_type: Option<&str>) -> Self {
        let is_collection = matches!(ty.shape, Shape::Collection(..));
        match (is_collection, sql_type.is_some() || needs_text(ty)) {
            (_, false) => Self::Native,
            (false, true) => Self::Text,
            (true, true) => Self::TextArray,
        }
    }

    /// What stands behind a column where it is read.
    pub fn read_cast(self, ty: &TypeDef) -> &'static str {
        match (self, is_geometry(ty)) {
            (Self::Text, _) => "::text",
            (Self::TextArray, _) => "::text[]",
            (Self::Native, Some(cast)) => cast,
            (Self::Native, None) => "",
        }
    }
}

/// The type's name for a cast. Native enums are qualified by `schema`, unless that is empty; a length or a precision is
/// left out, since an explicit cast would cut what an assignment refuses.
pub fn type_name(ty: &TypeDef, sql_type: Option<&str>, schema: &str) -> String {
    match (ty.shape, sql_type) {
        (Shape::Collection(_, element), None) => type_name(element, None, schema) + "[]",
        // A list of a column's values, where the column's type is overridden.
        (Shape::Collection(..), Some(sql)) if !sql.contains('[') => without_length(sql) + "[]",
        (_, Some(sql)) => without_length(sql),
        (Shape::Enum(def), None) if def.storage == EnumStorage::Native => {
            let name = quoted(&enum_name(def));
            if schema.is_empty() { name } else { format!("{}.{name}", quoted(schema)) }
        }
        (Shape::Link(link), None) => type_name(&link.key, None, schema),
        _ => without_length(&rendered(&ty.column_type())),
    }
}

/// An identifier in quotes.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn enum_name(def: &'static EnumDef) -> String {
    match (TypeDef { shape: Shape::Enum(def), nullable: false }).column_type() {
        ColumnType::Custom(name) => name.to_string(),
        other => rendered(&other),
    }
}

fn needs_text(ty: &TypeDef) -> bool {
    match ty.shape {
        Shape::Scalar(scalar) => scalar.via_text,
        Shape::Enum(def) => def.storage == EnumStorage::Native,
        Shape::Collection(_, element) => needs_text(element),
        Shape::Link(link) => needs_text(&link.key),
        Shape::Record(_) | Shape::Subdocument(_) | Shape::Parent => false,
    }
}

fn is_geometry(ty: &TypeDef) -> Option<&'static str> {
    match ty.shape {
        Shape::Scalar(scalar) if scalar.kind == ValueKind::Geometry => Some("::bytea"),
        Shape::Collection(_, element) => is_geometry(element).map(|_| "::bytea[]"),
        _ => None,
    }
}

fn rendered(column_type: &ColumnType) -> String {
    let mut sql = String::new();
    PostgresQueryBuilder.prepare_column_type(column_type, &mut sql);
    sql
}

fn without_length(sql: &str) -> String {
    let sql = match sql.to_ascii_lowercase().find(" collate ") {
        Some(at) => &sql[..at],
        None => sql,
    };
    let mut plain = match (sql.find('('), sql.rfind(')')) {
        (Some(open), Some(close)) if open < close => {
            format!("{}{}", sql[..open].trim_end(), &sql[close + 1..])
        }
        _ => sql.to_owned(),
    };
    // Without a length these would mean a length of one.
    let (name, brackets) = match plain.find('[') {
        Some(at) => (plain[..at].trim().to_ascii_lowercase(), plain[at..].to_owned()),
        None => (plain.trim().to_ascii_lowercase(), String::new()),
    };
    match name.as_str() {
        "char" | "character" => plain = format!("bpchar{brackets}"),
        "bit" => plain = format!("varbit{brackets}"),
        _ => {}
    }
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::FieldType;

    #[test]
    fn a_cast_never_cuts() {
        for (sql, expected) in [
            ("varchar(3)", "varchar"),
            ("character varying(3)", "character varying"),
            ("char(3)", "bpchar"),
            ("character(3)[]", "bpchar[]"),
            ("bit(8)", "varbit"),
            ("timestamp(3) with time zone", "timestamp with time zone"),
            ("numeric(9, 2)", "numeric"),
            ("text COLLATE \"de-x-icu\"", "text"),
            ("citext", "citext"),
        ] {
            assert_eq!(type_name(&String::DEF, Some(sql), "public"), expected, "{sql}");
        }
        assert_eq!(type_name(&<Vec<String>>::DEF, Some("varchar(3)"), "public"), "varchar[]");
        assert_eq!(type_name(&<Vec<String>>::DEF, Some("varchar(3)[]"), "public"), "varchar[]");
    }

    #[test]
    fn an_identifier_cannot_end_its_quotes() {
        assert_eq!(quoted("a\"; DROP TABLE b; --"), "\"a\"\"; DROP TABLE b; --\"");
    }
}
