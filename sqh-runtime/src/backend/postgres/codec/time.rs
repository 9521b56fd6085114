//! Instants, dates and times of day: microseconds or days since the start of the year 2000.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _, Utc};
use sqh_model::types::TypeDef;
use sqh_model::{Error, Result, Value};

use super::{expect_value, fixed};

/// 2000-01-01T00:00:00Z in microseconds since 1970.
const EPOCH_MICROS: i64 = 946_684_800_000_000;
const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();
/// PostgreSQL's calendar begins on 24 November of this year (-4713 where the year 0 counts).
const FIRST_YEAR: i32 = -4713;

pub(super) fn encode_instant(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    let value = expect_value!(value, Instant, ty);
    encode_micros(value.naive_utc(), out)
}

pub(super) fn decode_instant(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
    decode_micros(bytes, ty).map(Value::Instant)
}

pub(super) fn encode_datetime(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    encode_micros(*expect_value!(value, DateTime, ty), out)
}

pub(super) fn decode_datetime(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
    decode_micros(bytes, ty).map(|value| Value::DateTime(value.naive_utc()))
}

pub(super) fn encode_date(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    let value = expect_value!(value, Date, ty);
    check_year(value.year())?;
    // Both calendars span less than 2^31 days.
    let days = value.signed_duration_since(EPOCH).num_days() as i32;
    out.extend_from_slice(&days.to_be_bytes());
    Ok(())
}

pub(super) fn decode_date(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
    let days = i64::from(i32::from_be_bytes(fixed(bytes, ty)?));
    let date = if days >= 0 {
        EPOCH.checked_add_days(Days::new(days.unsigned_abs()))
    } else {
        EPOCH.checked_sub_days(Days::new(days.unsigned_abs()))
    };
    date.map(Value::Date).ok_or_else(out_of_range)
}

pub(super) fn encode_time(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    let value = expect_value!(value, Time, ty);
    if value.nanosecond() >= 1_000_000_000 {
        return Err(Error::invalid("a leap second has no place in a time of day"));
    }
    let micros = i64::from(value.num_seconds_from_midnight()) * 1_000_000 + i64::from(value.nanosecond() / 1_000);
    out.extend_from_slice(&micros.to_be_bytes());
    Ok(())
}

pub(super) fn decode_time(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
    let micros = i64::from_be_bytes(fixed(bytes, ty)?);
    let (time, days) = NaiveTime::MIN.overflowing_add_signed(TimeDelta::microseconds(micros));
    if days != 0 {
        return Err(Error::invalid("the stored time of day is 24:00, which the type cannot hold"));
    }
    Ok(Value::Time(time))
}

fn encode_micros(value: NaiveDateTime, out: &mut Vec<u8>) -> Result<()> {
    check_year(value.year())?;
    let micros = value.and_utc().timestamp_micros() - EPOCH_MICROS;
    out.extend_from_slice(&micros.to_be_bytes());
    Ok(())
}

fn decode_micros(bytes: &[u8], ty: &TypeDef) -> Result<DateTime<Utc>> {
    let micros = i64::from_be_bytes(fixed(bytes, ty)?);
    micros.checked_add(EPOCH_MICROS).and_then(DateTime::from_timestamp_micros).ok_or_else(out_of_range)
}

fn check_year(year: i32) -> Result<()> {
    // The other end of PostgreSQL's calendar, the year 294276, is beyond chrono's.
    if year > FIRST_YEAR {
        return Ok(());
    }
    Err(Error::invalid(format!("the year {year} is before the first that PostgreSQL can hold")))
}

fn out_of_range() -> Error {
    Error::invalid("the stored time is infinite or beyond what the type can hold")
}
