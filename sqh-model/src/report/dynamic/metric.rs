//! Metrics, by their words.

use serde_json::{Map, Value as Json};

use super::names::Names;
use super::place::{Place, text, truth};
use super::scalar::Wanted;
use crate::error::Result;
use crate::expr::Ability;
use crate::report::{Metric, MetricFunction, Scalar};

/// What a metric may say beside what it is computed of.
struct Word {
    name: &'static str,
    options: &'static [&'static str],
}

const fn word(name: &'static str, options: &'static [&'static str]) -> Word {
    Word { name, options }
}

const METRICS: [Word; 15] = [
    word("count", &["filter", "distinct"]),
    word("sum", &["filter", "distinct"]),
    word("avg", &["filter", "distinct"]),
    word("min", &["filter"]),
    word("max", &["filter"]),
    word("std_dev", &["filter", "distinct"]),
    word("variance", &["filter", "distinct"]),
    word("percentile", &["share", "filter"]),
    word("percentile_discrete", &["share", "filter"]),
    word("first", &["order", "filter"]),
    word("last", &["order", "filter"]),
    word("joined", &["between", "order", "filter", "distinct"]),
    word("listed", &["order", "filter", "distinct"]),
    word("every", &["filter"]),
    word("any", &["filter"]),
];

/// Their names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    METRICS.iter().map(|metric| metric.name)
}

/// What the metric of a name may say.
pub(super) fn options(name: &str) -> &'static [&'static str] {
    METRICS.iter().find(|metric| metric.name == name).map_or(&[], |metric| metric.options)
}

/// A metric that is a word by itself: `"count"`.
pub(super) fn of_records(at: Place<'_>, name: &str) -> Result<Scalar> {
    if name == "count" {
        return Ok(Scalar::Metric(Box::new(Metric::new(MetricFunction::Count, None))));
    }
    match names().any(|known| known == name) {
        true => Err(at.wrong(format!("`{name}` needs to be told of what: {{\"{name}\": \"field\"}}"))),
        false => Err(at.unknown(name, &names().collect::<Vec<_>>())),
    }
}

impl Names<'_> {
    /// Reads a metric, whose words are known to be its own.
    pub(super) fn metric(&self, at: Place<'_>, name: &'static str, entries: &Map<String, Json>) -> Result<Metric> {
        let function = function(at, name, entries)?;
        let (place, of) = (at.word(name), &entries[name]);
        // Every record, whatever it holds.
        let of = match of.as_str() {
            Some("*") if function == MetricFunction::Count => None,
            _ => Some(self.scalar(place, of, Wanted::Value, &[])?),
        };
        let mut metric = Metric::new(function, of);
        if let Some(json) = entries.get("distinct") {
            metric.distinct = truth(at.word("distinct"), json)?;
            if metric.distinct && metric.of.is_none() {
                return Err(at.word("distinct").wrong("records are distinct by themselves: count a field"));
            }
            if let Some(of) = &metric.of
                && !Ability::Equality.of(&at.of(self.report.type_of(of))?)
            {
                return Err(at.word("distinct").wrong("this is for values that can be compared"));
            }
        }
        if let Some(json) = entries.get("order") {
            let at = at.word("order");
            metric.order = self.sorts(at, json)?;
            // PostgreSQL keeps no other value of those that it throws away.
            if metric.distinct && metric.order.iter().any(|sort| Some(&sort.by) != metric.of.as_ref()) {
                return Err(at.wrong("distinct values have an order by themselves only"));
            }
        }
        if let Some(json) = entries.get("filter") {
            metric.filter = self.condition(at.word("filter"), json)?;
        }
        Ok(metric)
    }
}

fn function(at: Place<'_>, name: &str, entries: &Map<String, Json>) -> Result<MetricFunction> {
    let share = || {
        let place = at.word("share");
        let share = entries.get("share").ok_or_else(|| at.wrong("add a share from 0 to 1, such as \"share\": 0.95"))?;
        let number = share.as_f64().filter(|share| (0.0..=1.0).contains(share));
        number.ok_or_else(|| place.wrong("a share is a number from 0 to 1, such as 0.95"))
    };
    Ok(match name {
        "count" => MetricFunction::Count,
        "sum" => MetricFunction::Sum,
        "avg" => MetricFunction::Avg,
        "min" => MetricFunction::Min,
        "max" => MetricFunction::Max,
        "std_dev" => MetricFunction::StdDev,
        "variance" => MetricFunction::Variance,
        "percentile" => MetricFunction::Percentile(share()?),
        "percentile_discrete" => MetricFunction::PercentileDiscrete(share()?),
        "first" => MetricFunction::First,
        "last" => MetricFunction::Last,
        "joined" => {
            let between = entries.get("between");
            let between = between.ok_or_else(|| at.wrong("add what stands between, such as \"between\": \", \""))?;
            MetricFunction::Joined(text(at.word("between"), between, "it is a text")?.to_owned())
        }
        "listed" => MetricFunction::Listed,
        "every" => MetricFunction::Every,
        "any" => MetricFunction::Any,
        other => return Err(at.unknown(other, &names().collect::<Vec<_>>())),
    })
}
