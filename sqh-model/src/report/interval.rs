//! [`Interval`]: how long a bucket of time is.

use crate::error::{Error, Result};

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are the units'")]
pub enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    /// From Monday, as ISO 8601 has it.
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    /// All of them with their names, shortest first.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Second, "second"),
        (Self::Minute, "minute"),
        (Self::Hour, "hour"),
        (Self::Day, "day"),
        (Self::Week, "week"),
        (Self::Month, "month"),
        (Self::Quarter, "quarter"),
        (Self::Year, "year"),
    ];

    /// Its name, as it is written in JSON and in SQL.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The unit of a name.
    ///
    /// # Errors
    /// `Invalid`, naming all of them.
    pub fn from_name(name: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|(_, known)| *known == name).map(|(unit, _)| *unit);
        found.ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|(_, known)| *known).collect();
            Error::invalid(format!("`{name}` is no unit of time: one of `{}`", known.join("`, `")))
        })
    }

    /// Whether it is shorter than a day.
    pub fn is_of_clock(self) -> bool {
        self < Self::Day
    }
}

/// A number of units of time, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

impl Interval {
    /// One unit.
    pub const fn one(unit: Unit) -> Self {
        Self { count: 1, unit }
    }

    /// The interval in months, if it is made of months.
    pub(crate) fn months(self) -> Option<u32> {
        let months = match self.unit {
            Unit::Month => 1,
            Unit::Quarter => 3,
            Unit::Year => 12,
            _ => return None,
        };
        Some(self.count.saturating_mul(months))
    }

    /// Makes sure that it is some time.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn check(self) -> Result<()> {
        // PostgreSQL counts months and days in 32 bits.
        if self.count == 0 || self.count > 1_000_000 {
            return Err(Error::invalid(format!("an interval has from 1 to 1,000,000 units, not {}", self.count)));
        }
        Ok(())
    }
}

/// A part of a time, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the parts'")]
pub enum Part {
    Year,
    Quarter,
    Month,
    /// The week of the year, as ISO 8601 counts them.
    Week,
    Day,
    /// From 1, a Monday, to 7, as ISO 8601 has it.
    Weekday,
    Hour,
    Minute,
}

impl Part {
    /// All of them with their names.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Year, "year_of"),
        (Self::Quarter, "quarter_of"),
        (Self::Month, "month_of"),
        (Self::Week, "week_of"),
        (Self::Day, "day_of"),
        (Self::Weekday, "weekday_of"),
        (Self::Hour, "hour_of"),
        (Self::Minute, "minute_of"),
    ];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}
