//! Generated values of the types that proptest does not know, extremes weighted in.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use proptest::prelude::*;
use rust_decimal::Decimal;
use sqh_model::types::{Point, Polygon};
use uuid::Uuid;

/// From the first moment of the year 1 to the last of 9999, to the nanosecond.
pub(crate) fn datetime() -> impl Strategy<Value = NaiveDateTime> {
    let first = NaiveDate::from_ymd_opt(1, 1, 1).unwrap().and_time(NaiveTime::MIN);
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap().and_hms_nano_opt(23, 59, 59, 999_999_999).unwrap();
    let seconds = (last - first).num_seconds();
    prop_oneof![
        1 => Just(first),
        1 => Just(last),
        8 => (0..=seconds, 0..1_000_000_000i64)
            .prop_map(move |(seconds, nanos)| first + TimeDelta::seconds(seconds) + TimeDelta::nanoseconds(nanos)),
    ]
}

pub(crate) fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    datetime().prop_map(|value| value.and_utc())
}

pub(crate) fn date() -> impl Strategy<Value = NaiveDate> {
    datetime().prop_map(|value| value.date())
}

pub(crate) fn time() -> impl Strategy<Value = NaiveTime> {
    datetime().prop_map(|value| value.time())
}

/// Any mantissa of 96 bits with any scale.
pub(crate) fn decimal() -> impl Strategy<Value = Decimal> {
    const LARGEST: i128 = (1 << 96) - 1;
    let mantissa = prop_oneof![
        1 => Just(LARGEST),
        1 => Just(-LARGEST),
        1 => Just(0),
        4 => -LARGEST..=LARGEST,
        4 => -1_000_000i128..1_000_000,
    ];
    (mantissa, 0..=28u32).prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale))
}

pub(crate) fn uuid() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

/// Any text, with NUL, quotes and characters beyond the basic plane.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![1 => Just('\0'), 1 => Just('"'), 1 => Just('\\'), 8 => any::<char>()];
    prop::collection::vec(character, 0..12).prop_map(|characters| characters.into_iter().collect())
}

pub(crate) fn any_f64() -> impl Strategy<Value = f64> {
    use proptest::num::f64::{INFINITE, NEGATIVE, NORMAL, POSITIVE, QUIET_NAN, SUBNORMAL, ZERO};
    POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO | INFINITE | QUIET_NAN
}

pub(crate) fn any_f32() -> impl Strategy<Value = f32> {
    use proptest::num::f32::{INFINITE, NEGATIVE, NORMAL, POSITIVE, QUIET_NAN, SUBNORMAL, ZERO};
    POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO | INFINITE | QUIET_NAN
}

fn coordinate() -> impl Strategy<Value = f64> {
    prop_oneof![8 => -180.0..180.0f64, 1 => any_f64().prop_filter("finite", |value| value.is_finite())]
}

pub(crate) fn point() -> impl Strategy<Value = Point> {
    (coordinate(), coordinate()).prop_map(|(x, y)| Point::new(x, y))
}

pub(crate) fn polygon() -> impl Strategy<Value = Polygon> {
    let ring = || prop::collection::vec((coordinate(), coordinate()), 4..8);
    (ring(), prop::collection::vec(ring(), 0..3)).prop_map(|(exterior, holes)| Polygon::new(exterior, holes))
}
