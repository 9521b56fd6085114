//! Buckets of time.

use super::{Lowering, text};
use crate::error::Result;
use crate::report::{Bucket, Interval, Unit};
use crate::value::ValueKind;

impl Lowering<'_> {
    /// Appends the start of the interval that a time lies in.
    ///
    /// Days and what is longer begin in the time zone, and so do shorter ones that are no divisor of an
    /// hour. A number of weeks is counted from Monday, 3 January 2000, of days too, of months from
    /// January of the year 1.
    pub(super) fn push_bucket(&mut self, bucket: &Bucket, sql: &mut String) -> Result<()> {
        let kind = self.report.type_of(&bucket.of)?.kind();
        let mut of = String::new();
        self.push(&bucket.of, &mut of)?;
        if kind != ValueKind::Instant {
            let cast = if kind == ValueKind::Date { "::date" } else { "" };
            let of = if kind == ValueKind::Date { format!("{of}::timestamp") } else { of };
            sql.push_str(&format!("({}){cast}", local(&of, bucket.every)));
            return Ok(());
        }
        let zone = match &bucket.zone {
            Some(zone) => {
                let (ty, zone) = text(zone);
                self.binds.free(ty, zone)
            }
            None => "'UTC'".to_owned(),
        };
        if bucket.every.count == 1 {
            sql.push_str(&format!("date_trunc('{}', {of}, {zone})", bucket.every.unit.name()));
        } else {
            let local = local(&format!("({of} AT TIME ZONE {zone})"), bucket.every);
            sql.push_str(&format!("({local} AT TIME ZONE {zone})"));
        }
        Ok(())
    }
}

/// The start of the interval that a time without a zone lies in.
fn local(of: &str, every: Interval) -> String {
    let Interval { count, unit } = every;
    match (count, every.months()) {
        (1, _) => format!("date_trunc('{}', {of})", unit.name()),
        (_, Some(months)) => format!(
            "(date_trunc('month', {of}) - make_interval(months => \
             ((extract(year FROM {of})::int4 * 12 + extract(month FROM {of})::int4 - 1) % {months})))"
        ),
        (_, None) => {
            let (count, unit) = match unit {
                Unit::Week => (u64::from(count) * 7, Unit::Day),
                unit => (u64::from(count), unit),
            };
            format!("date_bin('{count} {}', {of}, TIMESTAMP '2000-01-03')", unit.name())
        }
    }
}
