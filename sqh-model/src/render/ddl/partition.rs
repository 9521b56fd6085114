//! Range partitions: which a window of time needs, how they are named, and each as SQL.
//!
//! Ranges begin at midnight UTC. The renderer has no clock: whoever calls it says what time it is.

use std::str::FromStr;

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc, Weekday};
use sea_query::{Expr, PostgresQueryBuilder, Table, TableName};

use super::name::{fitted, qualified};
use super::options::DdlOptions;
use super::place::Place;
use super::statement::{Creates, Statement};
use super::{index, policy, table};
use crate::error::{Error, Result};
use crate::schema::{ModelDef, PartitionInterval};
use crate::value::ValueKind;

/// More partitions than this in one window are a mistake in its dates.
const MAX_PARTITIONS: usize = 10_000;

/// A span of days, its end left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionWindow {
    /// The first day.
    pub from: NaiveDate,
    /// The day after the last.
    pub to: NaiveDate,
}

/// A partition of a model's table: the rows from one midnight UTC to another, the latter left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its name, such as `app_measurement_p2026_01`.
    pub name: String,
    /// Its first day.
    pub from: NaiveDate,
    /// The day after its last.
    pub to: NaiveDate,
}

/// Reads `FROM..TO`: two days, or two months whose first days are meant.
///
/// ```
/// use sqh_model::render::ddl::PartitionWindow;
///
/// let window: PartitionWindow = "2026-01..2026-07".parse().unwrap();
/// assert_eq!(window, "2026-01-01..2026-07-01".parse().unwrap());
/// assert!("2026".parse::<PartitionWindow>().is_err());
/// ```
impl FromStr for PartitionWindow {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let day = |text: &str| text.parse::<NaiveDate>().or_else(|_| format!("{text}-01").parse());
        let (from, to) = text.split_once("..").ok_or(text).map_err(not_a_window)?;
        match (day(from), day(to)) {
            (Ok(from), Ok(to)) => Self::new(from, to),
            _ => Err(not_a_window(text)),
        }
    }
}

impl PartitionWindow {
    /// The window from one day to another, which is left out.
    ///
    /// # Errors
    /// `Invalid` if it is empty, or outside the years 1 to 9999.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Result<Self> {
        if from >= to {
            return Err(Error::invalid(format!("the window of partitions from {from} to {to} is empty")));
        }
        if from.year() < 1 || to.year() > 9999 {
            return Err(Error::invalid(format!("the window from {from} to {to} is outside the years 1 to 9999")));
        }
        Ok(Self { from, to })
    }

    /// The partition of `now`, and as many after it as the model makes ahead.
    pub fn premade(def: &ModelDef, now: DateTime<Utc>) -> Self {
        let interval = def.storage.partitioning.interval;
        let from = start_of(interval, now.date_naive());
        let ahead = u32::from(def.storage.partitioning.premake) + 1;
        let to = (0..ahead).fold(from, |day, _| next(interval, day).unwrap_or(day));
        Self { from, to }
    }
}

/// The partitions that hold every row of a window, in order.
///
/// ```
/// use sqh_derive::PlatformModel;
/// use sqh_model::render::ddl::partitions;
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
/// let partitions = partitions(AppResult::def(), "2026-01..2026-03".parse().unwrap()).unwrap();
/// assert_eq!(partitions[1].name, "app_result_p2026_02");
/// assert_eq!(partitions[1].to.to_string(), "2026-03-01");
/// ```
///
/// # Errors
/// `Invalid` if the model is not partitioned, or the window needs thousands of partitions.
pub fn partitions(def: &'static ModelDef, window: PartitionWindow) -> Result<Vec<Partition>> {
    check_is_partitioned(def)?;
    let interval = def.storage.partitioning.interval;
    let mut partitions = Vec::new();
    let mut from = start_of(interval, window.from);
    while from < window.to {
        let to = next(interval, from).ok_or_else(|| Error::invalid("the window ends with the calendar"))?;
        partitions.push(Partition { name: name_of(def, from), from, to });
        if partitions.len() > MAX_PARTITIONS {
            return Err(Error::invalid(format!(
                "the window from {} to {} needs more than {MAX_PARTITIONS} partitions",
                window.from, window.to
            ))
            .in_model(def.name));
        }
        from = to;
    }
    Ok(partitions)
}

/// Makes the partitions of a window, beside those that are there. Rows that wait in the default partition for one of them make
/// PostgreSQL refuse it.
///
/// # Errors
/// As [`partitions`].
pub fn partition_statements(
    def: &'static ModelDef,
    options: &DdlOptions,
    window: PartitionWindow,
) -> Result<Vec<Statement>> {
    let place = Place::of(def, options)?;
    let partitions = partitions(def, window)?;
    let made = partitions.iter().map(|partition| {
        let bounds = (bound(def, partition.from), bound(def, partition.to));
        let mut create = create(&place, &partition.name);
        create.values_from_to([Expr::val(bounds.0)], [Expr::val(bounds.1)]);
        (partition.name.as_str(), create)
    });
    Ok(made
        .flat_map(|(name, create)| {
            let sql = create.to_string(PostgresQueryBuilder);
            let again = create.clone().if_not_exists().to_string(PostgresQueryBuilder);
            with_row_security(&place, Statement::new(Creates::Partition, name, sql, again))
        })
        .collect())
}

/// Makes the partition of the rows that no other takes.
pub(super) fn default_statements(place: &Place<'_>) -> Vec<Statement> {
    let name = default_name(place.def);
    let parent = qualified(place.schema, place.def.table);
    // sea-query knows no DEFAULT partition.
    let mut rest = format!("{} PARTITION OF {parent} DEFAULT", qualified(place.schema, &name));
    let settings = table::settings(place.def);
    if !settings.is_empty() {
        rest.push_str(&format!(" WITH ({})", index::settings_sql(&settings)));
    }
    let sql = format!("CREATE TABLE {rest}");
    let again = format!("CREATE TABLE IF NOT EXISTS {rest}");
    with_row_security(place, Statement::new(Creates::Partition, &name, sql, again))
}

/// The name of the partition of the rows that no other takes.
pub fn default_name(def: &ModelDef) -> String {
    fitted(def.table, "default")
}

/// The name of the partition that begins on a day.
pub(super) fn name_of(def: &ModelDef, from: NaiveDate) -> String {
    let suffix = match def.storage.partitioning.interval {
        PartitionInterval::Day => from.format("p%Y_%m_%d").to_string(),
        PartitionInterval::Week => {
            let week = from.iso_week();
            format!("p{:04}_w{:02}", week.year(), week.week())
        }
        PartitionInterval::Month => from.format("p%Y_%m").to_string(),
        PartitionInterval::Year => from.format("p%Y").to_string(),
    };
    fitted(def.table, &suffix)
}

/// The first day of the partition that a day falls into.
pub(super) fn start_of(interval: PartitionInterval, day: NaiveDate) -> NaiveDate {
    match interval {
        PartitionInterval::Day => day,
        // ISO 8601: a week begins on Monday, and belongs to the year that has its Thursday.
        PartitionInterval::Week => day.week(Weekday::Mon).first_day(),
        PartitionInterval::Month => day.with_day(1).expect("every month has a first day"),
        PartitionInterval::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1).expect("every year has a first day"),
    }
}

/// The first day of the following partition; `None` where the calendar ends.
pub(super) fn next(interval: PartitionInterval, start: NaiveDate) -> Option<NaiveDate> {
    match interval {
        PartitionInterval::Day => start.checked_add_days(Days::new(1)),
        PartitionInterval::Week => start.checked_add_days(Days::new(7)),
        PartitionInterval::Month => start.checked_add_months(Months::new(1)),
        PartitionInterval::Year => start.checked_add_months(Months::new(12)),
    }
}

pub(super) fn check_is_partitioned(def: &'static ModelDef) -> Result<()> {
    if def.layout().partition().is_some() {
        return Ok(());
    }
    Err(Error::invalid("the model is not partitioned: add `partition_by` to its `#[storage(postgres)]`")
        .in_model(def.name))
}

fn not_a_window(text: &str) -> Error {
    Error::invalid(format!("`{text}` is no window: write two days or two months, as in `2026-01..2026-07`"))
}

fn create(place: &Place<'_>, name: &str) -> sea_query::TableCreateStatement {
    let mut create = Table::create();
    create.table(table_name(place.schema, name)).partition_of(table_name(place.schema, place.def.table));
    let settings = table::settings(place.def);
    if !settings.is_empty() {
        create.extra(format!("WITH ({})", index::settings_sql(&settings)));
    }
    create
}

fn table_name(schema: Option<&str>, name: &str) -> TableName {
    match schema {
        Some(schema) => (schema.to_owned(), name.to_owned()).into(),
        None => name.to_owned().into(),
    }
}

fn with_row_security(place: &Place<'_>, create: Statement) -> Vec<Statement> {
    let security = policy::shape(place).map(|_| policy::enable(&create.name, place.schema));
    std::iter::once(create).chain(security).collect()
}

/// Midnight UTC, whatever the session's time zone.
fn bound(def: &'static ModelDef, day: NaiveDate) -> String {
    let layout = def.layout();
    let kind = layout.partition().map(|position| layout.columns()[position].ty.kind());
    match kind {
        Some(ValueKind::Date) => day.format("%Y-%m-%d").to_string(),
        Some(ValueKind::DateTime) => day.format("%Y-%m-%d 00:00:00").to_string(),
        _ => day.format("%Y-%m-%d 00:00:00+00").to_string(),
    }
}
