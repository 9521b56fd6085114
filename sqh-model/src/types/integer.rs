//! `i16`, `i32`, `i64`

use sea_query::ColumnType;
use serde_json::{Value as Json, json};

use super::{ScalarDef, TypeDef, describe_json, expect_variant, family, scalar_type};
use crate::error::{Error, Result};
use crate::value::{Value, ValueKind};

macro_rules! integer {
    ($ty:ident, $def:ident, $name:literal, $column_type:ident) => {
        #[doc = concat!("`", $name, "`")]
        pub const $def: ScalarDef = ScalarDef {
            name: $name,
            kind: ValueKind::$def,
            column_type: || ColumnType::$column_type,
            via_text: false,
            xsd: "xsd:integer",
    json_schema: || json!({"type": "integer", "minimum": $ty::MIN, "maximum": $ty::MAX}),
            to_json: |value| Ok(Json::from(*expect_variant!(value, $def))),
            from_json: |json| Ok(Value::$def(narrow(&$def, json)?)),
            to_document: |value| Ok(Json::from(*expect_variant!(value, $def))),
            from_document: |json| Ok(Value::$def(narrow(&$def, json)?)),
        };
        scalar_type!($ty, $def, $def, family::Integer);
    };
}

integer!(i16, I16, "smallint", SmallInteger);
integer!(i32, I32, "integer", Integer);
integer!(i64, I64, "bigint", BigInteger);

fn narrow<T: TryFrom<i64>>(def: &'static ScalarDef, json: &Json) -> Result<T> {
    let Json::Number(number) = json else {
        return Err(TypeDef::scalar(def).mismatch(describe_json(json)));
    };
    number
        .as_i64()
        .and_then(|wide| T::try_from(wide).ok())
        .ok_or_else(|| Error::invalid(format!("{number} is no {}", def.name)))
}
