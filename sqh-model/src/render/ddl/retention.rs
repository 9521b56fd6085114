//! Retention: which partitions have outlived `retention = "24 months"`, and how they go.

use chrono::{DateTime, Days, Months, NaiveDate, Utc};

use super::name::qualified;
use super::options::DdlOptions;
use super::partition::{Partition, check_is_partitioned, name_of, next, start_of};
use super::place::Place;
use super::statement::{Creates, Statement, guarded};
use crate::error::{Error, Result};
use crate::schema::{ModelDef, PartitionInterval};

/// How long partitions are kept: `retention = "24 months"`.
///
/// ```
/// use sqh_model::render::ddl::Retention;
///
/// let retention = Retention::parse("24 months").unwrap();
/// let now = "2026-03-31T12:00:00Z".parse().unwrap();
/// assert_eq!(retention.cutoff(now).unwrap().to_string(), "2024-03-31");
/// assert!(Retention::parse("soon").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    amount: u32,
    unit: PartitionInterval,
}

/// What becomes of a partition that is no longer kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retire {
    /// It stays as a table of its own, for an archive.
    Detach,
    /// It goes, with its rows.
    Drop,
}

impl Retention {
    /// Reads a number and a unit: `90 days`, `12 weeks`, `24 months`, `10 years`.
    ///
    /// # Errors
    /// `Invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid(format!(
                "`{text}` is no retention: write a number and a unit, as in `90 days`, `12 weeks`, `24 months`, `10 years`"
            ))
        };
        let (amount, unit) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let amount: u32 = amount.parse().map_err(|_| wrong())?;
        let unit = match unit.trim() {
            "day" | "days" => PartitionInterval::Day,
            "week" | "weeks" => PartitionInterval::Week,
            "month" | "months" => PartitionInterval::Month,
            "year" | "years" => PartitionInterval::Year,
            _ => return Err(wrong()),
        };
        if amount == 0 {
            return Err(wrong());
        }
        Ok(Self { amount, unit })
    }

    /// The first day that is kept.
    ///
    /// # Errors
    /// `Invalid` if that is before the calendar begins.
    pub fn cutoff(self, now: DateTime<Utc>) -> Result<NaiveDate> {
        let today = now.date_naive();
        let months =
            |factor: u32| self.amount.checked_mul(factor).and_then(|n| today.checked_sub_months(Months::new(n)));
        let days = |factor: u64| today.checked_sub_days(Days::new(u64::from(self.amount) * factor));
        match self.unit {
            PartitionInterval::Day => days(1),
            PartitionInterval::Week => days(7),
            PartitionInterval::Month => months(1),
            PartitionInterval::Year => months(12),
        }
        .ok_or_else(|| Error::invalid("the retention reaches back before the calendar begins"))
    }
}

/// The partition that a table's name says it is: the inverse of a [`Partition`]'s name.
pub fn parse_partition(def: &'static ModelDef, name: &str) -> Option<Partition> {
    let interval = def.storage.partitioning.interval;
    let (_, suffix) = name.rsplit_once("_p")?;
    let number = |at: usize| suffix.split('_').nth(at)?.trim_start_matches('w').parse::<u32>().ok();
    let year = i32::try_from(number(0)?).ok()?;
    let day = match interval {
        PartitionInterval::Day => NaiveDate::from_ymd_opt(year, number(1)?, number(2)?),
        PartitionInterval::Week => NaiveDate::from_isoywd_opt(year, number(1)?, chrono::Weekday::Mon),
        PartitionInterval::Month => NaiveDate::from_ymd_opt(year, number(1)?, 1),
        PartitionInterval::Year => NaiveDate::from_ymd_opt(year, 1, 1),
    }?;
    let from = start_of(interval, day);
    // Only a name that this library would give: another table is never taken for a partition.
    (name_of(def, from) == name).then(|| Some(Partition { name: name.to_owned(), from, to: next(interval, from)? }))?
}

/// Takes away those of the `existing` partitions whose last row is older than the model's retention.
/// A model without one keeps all.
///
/// ```
/// use sqh_derive::PlatformModel;
/// use sqh_model::render::ddl::{DdlOptions, Retire, retention_statements};
/// use sqh_model::schema::PlatformModel;
///
/// #[derive(PlatformModel)]
/// #[model(group = "lab", crate = "sqh_model")]
/// #[storage(postgres, partition_by = "day", retention = "2 months")]
/// struct AppResult {
///     #[field(primary_key)]
///     id: i64,
///     day: chrono::NaiveDate,
/// }
///
/// let now = "2026-04-15T00:00:00Z".parse().unwrap();
/// let existing = ["app_result_p2026_01", "app_result_p2026_02"];
/// let gone = retention_statements(AppResult::def(), &DdlOptions::default(), &existing, now, Retire::Drop).unwrap();
/// assert_eq!(gone.len(), 1);
/// assert_eq!(gone[0].sql, r#"DROP TABLE "app_result_p2026_01""#);
/// ```
///
/// # Errors
/// `Invalid` if the model is not partitioned or its retention cannot be read.
pub fn retention_statements(
    def: &'static ModelDef,
    options: &DdlOptions,
    existing: &[impl AsRef<str>],
    now: DateTime<Utc>,
    retire: Retire,
) -> Result<Vec<Statement>> {
    let place = Place::of(def, options)?;
    check_is_partitioned(def)?;
    let Some(text) = def.storage.partitioning.retention else {
        return Ok(Vec::new());
    };
    let cutoff =
        Retention::parse(text).and_then(|retention| retention.cutoff(now)).map_err(|error| error.in_model(def.name))?;
    let mut expired: Vec<Partition> = existing
        .iter()
        .filter_map(|name| parse_partition(def, name.as_ref()))
        .filter(|partition| partition.to <= cutoff)
        .collect();
    expired.sort_by_key(|partition| partition.from);
    Ok(expired.iter().map(|partition| statement(&place, partition, retire)).collect())
}

fn statement(place: &Place<'_>, partition: &Partition, retire: Retire) -> Statement {
    let parent = qualified(place.schema, place.def.table);
    let name = qualified(place.schema, &partition.name);
    let (sql, again) = match retire {
        Retire::Detach => {
            let sql = format!("ALTER TABLE {parent} DETACH PARTITION {name}");
            // Detached before: PostgreSQL says that it is no partition of this table.
            let again = guarded(&sql, "undefined_table");
            (sql, again)
        }
        Retire::Drop => (format!("DROP TABLE {name}"), format!("DROP TABLE IF EXISTS {name}")),
    };
    let mut statement = Statement::new(Creates::Retirement, &partition.name, sql, again);
    statement.model = Some(place.def);
    statement
}
