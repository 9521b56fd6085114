//! The types that a value may be cast to.

use sqh_model::Result;
use sqlparser::ast::{ArrayElemTypeDef, DataType, ExactNumberInfo, TimezoneInfo};

use super::refused;

/// A type's name as it is sent.
///
/// # Errors
/// `Invalid` for a type that is on no list: casts to some of them look into the catalog, or run code.
pub(super) fn name(ty: &DataType) -> Result<String> {
    Ok(match ty {
        DataType::Bool | DataType::Boolean => "boolean",
        DataType::SmallInt(None) | DataType::Int2(None) => "smallint",
        DataType::Int(None) | DataType::Integer(None) | DataType::Int4(None) => "integer",
        DataType::BigInt(None) | DataType::Int8(None) => "bigint",
        DataType::Real | DataType::Float4 => "real",
        DataType::DoublePrecision | DataType::Float8 => "double precision",
        DataType::Float(ExactNumberInfo::None) | DataType::Double(ExactNumberInfo::None) => "double precision",
        DataType::Numeric(ExactNumberInfo::None) | DataType::Decimal(ExactNumberInfo::None) => "numeric",
        DataType::Numeric(ExactNumberInfo::Precision(digits))
        | DataType::Decimal(ExactNumberInfo::Precision(digits)) => return Ok(format!("numeric({digits})")),
        DataType::Numeric(ExactNumberInfo::PrecisionAndScale(digits, scale))
        | DataType::Decimal(ExactNumberInfo::PrecisionAndScale(digits, scale)) => {
            return Ok(format!("numeric({digits}, {scale})"));
        }
        DataType::Text | DataType::Varchar(None) | DataType::CharacterVarying(None) => "text",
        DataType::Uuid => "uuid",
        DataType::Date => "date",
        DataType::Time(None, TimezoneInfo::None | TimezoneInfo::WithoutTimeZone) => "time",
        DataType::Timestamp(None, TimezoneInfo::None | TimezoneInfo::WithoutTimeZone) => "timestamp",
        DataType::Timestamp(None, TimezoneInfo::WithTimeZone | TimezoneInfo::Tz) => "timestamptz",
        DataType::Interval { fields: None, precision: None } => "interval",
        DataType::JSONB => "jsonb",
        DataType::Bytea => "bytea",
        DataType::Array(ArrayElemTypeDef::SquareBracket(element, None)) if !matches!(**element, DataType::Array(_)) => {
            return Ok(name(element)? + "[]");
        }
        other => {
            return Err(refused(
                format!("the type `{}`", other.to_string().to_lowercase()),
                "a value may be cast to boolean, smallint, integer, bigint, numeric, real, double precision, text, \
                 uuid, date, time, timestamp, timestamptz, interval, jsonb, bytea, and arrays of them",
            ));
        }
    }
    .to_owned())
}
