//! Values: fields, buckets, functions and metrics, by their words.

use serde_json::{Map, Value as Json};

use super::names::Names;
use super::place::{Place, array, text};
use super::{count, metric, said};
use crate::error::Result;
use crate::report::{Bucket, Function, Interval, Part, Scalar, Unit};
use crate::types::json_form::from_json;

/// A function, and the fewest and the most values that it takes.
const FUNCTIONS: [(&str, Function, usize, usize); 15] = [
    ("add", Function::Add, 2, 2),
    ("subtract", Function::Subtract, 2, 2),
    ("multiply", Function::Multiply, 2, 2),
    ("divide", Function::Divide, 2, 2),
    ("negate", Function::Negate, 1, 1),
    ("abs", Function::Abs, 1, 1),
    ("round", Function::Round, 1, 1),
    ("floor", Function::Floor, 1, 1),
    ("ceil", Function::Ceil, 1, 1),
    ("lower", Function::Lower, 1, 1),
    ("upper", Function::Upper, 1, 1),
    ("length", Function::Length, 1, 1),
    ("concat", Function::Concat, 2, 100),
    ("coalesce", Function::Coalesce, 2, 100),
    ("seconds_between", Function::SecondsBetween, 2, 2),
];

/// What a word makes.
#[derive(Debug, Clone, Copy)]
enum Word {
    Field,
    /// A bucket of one unit, or of any interval.
    Bucket(Option<Unit>),
    Function(Function, usize, usize),
    Metric(&'static str),
}

/// What is meant to stand in a place, which says what the words of it are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A value of each record.
    Value,
    /// A value of each group.
    Metric,
}

impl Wanted {
    fn words(self) -> Vec<&'static str> {
        let functions = FUNCTIONS.iter().map(|(name, ..)| *name);
        match self {
            Self::Metric => metric::names().chain(functions).collect(),
            Self::Value => {
                let units = Unit::ALL.iter().map(|(_, name)| *name);
                let parts = Part::ALL.iter().map(|(_, name)| *name);
                ["field", "bucket"].into_iter().chain(units).chain(functions).chain(parts).collect()
            }
        }
    }
}

impl Word {
    fn named(name: &str) -> Option<Self> {
        match name {
            "field" => return Some(Self::Field),
            "bucket" => return Some(Self::Bucket(None)),
            _ => {}
        }
        let unit = || Unit::ALL.iter().find(|(_, known)| *known == name).map(|(unit, _)| Self::Bucket(Some(*unit)));
        let part = || {
            let part = Part::ALL.iter().find(|(_, known)| *known == name).map(|(part, _)| *part);
            part.map(|part| Self::Function(Function::Part(part), 1, 1))
        };
        let function = || {
            let function = FUNCTIONS.iter().find(|(known, ..)| *known == name);
            function.map(|(_, function, fewest, most)| Self::Function(*function, *fewest, *most))
        };
        let metric = || metric::names().find(|known| *known == name).map(Self::Metric);
        unit().or_else(part).or_else(function).or_else(metric)
    }

    // `every` is a metric, and an option of buckets.
    fn fits(self, wanted: Wanted) -> bool {
        match self {
            Self::Metric(_) => wanted == Wanted::Metric,
            Self::Field | Self::Bucket(_) | Self::Function(Function::Part(_), ..) => wanted == Wanted::Value,
            Self::Function(..) => true,
        }
    }

    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Field | Self::Function(..) => &[],
            Self::Bucket(Some(_)) => &["zone"],
            Self::Bucket(None) => &["every", "zone"],
            Self::Metric(name) => metric::options(name),
        }
    }
}

impl Names<'_> {
    /// Reads a value. `more` are entries of an object that the caller reads.
    pub(super) fn scalar(&self, at: Place<'_>, json: &Json, wanted: Wanted, more: &[&str]) -> Result<Scalar> {
        match (json, wanted) {
            (Json::String(name), Wanted::Value) => self.column(at, name),
            (Json::String(name), Wanted::Metric) => self.typed(at, metric::of_records(at, name)?),
            (Json::Object(entries), wanted) => self.called(at, entries, wanted, more),
            (other, _) => Err(at.wrong(format!(
                "expected a name, or an object of one word such as `{}`, got {}",
                if wanted == Wanted::Value { "month" } else { "avg" },
                said(other)
            ))),
        }
    }

    fn called(&self, at: Place<'_>, entries: &Map<String, Json>, wanted: Wanted, more: &[&str]) -> Result<Scalar> {
        let (name, word) = word_of(at, entries, wanted, more)?;
        let known = [&[name], word.options(), more].concat();
        at.check_words(entries, &known)?;
        let (place, of) = (at.word(name), &entries[name]);
        match word {
            Word::Field => self.column(place, text(place, of, "it is the name of a field")?),
            Word::Bucket(unit) => {
                let of = self.scalar(place, of, Wanted::Value, &[])?;
                let every = match unit {
                    Some(unit) => Interval::one(unit),
                    None => {
                        let every = entries.get("every");
                        let every = every.ok_or_else(|| at.wrong("add such as \"every\": [15, \"minute\"]"))?;
                        interval(at.word("every"), every)?
                    }
                };
                let at_zone = at.word("zone");
                let zone = entries.get("zone").map(|zone| text(at_zone, zone, "a zone is a name")).transpose()?;
                let bucket = Bucket { of, every, zone: zone.map(str::to_owned) };
                self.typed(place, Scalar::Bucket(Box::new(bucket)))
            }
            Word::Function(function, fewest, most) => {
                let of = self.operands(place, of, wanted, fewest, most)?;
                self.typed(place, Scalar::Call(function, of))
            }
            Word::Metric(name) => self.typed(place, Scalar::Metric(Box::new(self.metric(at, name, entries)?))),
        }
    }

    // A constant has the type of the first value that is none.
    fn operands(&self, at: Place<'_>, json: &Json, wanted: Wanted, fewest: usize, most: usize) -> Result<Vec<Scalar>> {
        if most == 1 {
            return Ok(vec![self.scalar(at, json, wanted, &[])?]);
        }
        let items = array(at, json, "it takes an array of values")?;
        if items.len() < fewest || items.len() > most {
            let more = if fewest == most { "" } else { " or more" };
            return Err(at.wrong(format!("it takes {fewest} values{more}, and there are {}", items.len())));
        }
        let mut read = Vec::new();
        for (i, json) in items.iter().enumerate() {
            read.push(match constant(json) {
                Some(_) => None,
                None => Some(self.scalar(at.item(i), json, wanted, &[])?),
            });
        }
        let first = read.iter().flatten().next().ok_or_else(|| at.wrong("not all of them can be constants"))?;
        let ty = at.of(self.report.type_of(first))?.required();
        let all = read.into_iter().zip(items).enumerate().map(|(i, (read, json))| match (read, constant(json)) {
            (None, Some(constant)) => at.item(i).of(from_json(&ty, constant)).map(|value| Scalar::Value(value, ty)),
            (read, _) => read.ok_or_else(|| at.item(i).wrong("a constant is a number, a truth value or a `value`")),
        });
        all.collect()
    }
}

/// A number, a truth value, or `{"value": …}` for any other constant: a text by itself is a name.
fn constant(json: &Json) -> Option<&Json> {
    match json {
        Json::Number(_) | Json::Bool(_) => Some(json),
        Json::Object(entries) if entries.len() == 1 => entries.get("value"),
        _ => None,
    }
}

/// The one word of an object, and what it makes.
fn word_of<'j>(
    at: Place<'_>,
    entries: &'j Map<String, Json>,
    wanted: Wanted,
    more: &[&str],
) -> Result<(&'j str, Word)> {
    let words = || entries.keys().filter_map(|key| Some((key.as_str(), Word::named(key)?)));
    let mut fitting = words().filter(|(_, word)| word.fits(wanted));
    match (fitting.next(), fitting.next()) {
        (Some(found), None) => Ok(found),
        (Some((one, _)), Some((other, _))) => {
            Err(at.wrong(format!("one object has one word, and this has `{one}` and `{other}`")))
        }
        (None, _) => Err(match (words().next(), wanted) {
            (Some((name, _)), Wanted::Value) => {
                at.wrong(format!("`{name}` is a metric, which is computed of groups: it stands in `metrics`"))
            }
            (Some((name, _)), Wanted::Metric) => {
                at.wrong(format!("`{name}` is no metric: it stands in `group_by`, or inside of a metric"))
            }
            (None, _) => match entries.keys().find(|key| !more.contains(&key.as_str())) {
                Some(unknown) => at.unknown(unknown, &wanted.words()),
                None => at.wrong(format!("it says not what of the records: one of `{}`", wanted.words().join("`, `"))),
            },
        }),
    }
}

/// `[15, "minute"]`
pub(super) fn interval(at: Place<'_>, json: &Json) -> Result<Interval> {
    let [number, unit] = array(at, json, "an interval is such as [15, \"minute\"]")? else {
        return Err(at.wrong("an interval is such as [15, \"minute\"]"));
    };
    let name = text(at.item(1), unit, "a unit is a name")?;
    let units = Unit::ALL.map(|(_, name)| name);
    let unit = Unit::ALL.iter().find(|(_, known)| *known == name).map(|(unit, _)| *unit);
    let interval =
        Interval { count: count(at.item(0), number)?, unit: unit.ok_or_else(|| at.item(1).unknown(name, &units))? };
    at.of(interval.check().map(|()| interval))
}
