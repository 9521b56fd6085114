//! Random records and random reports, of few values: many keys are equal, null, or without a partner.

use serde_json::{Map, Value as Json, json};
use sqh_runtime::prelude::*;

use crate::models::{Gauge, Means, Method, Sample, Water};

/// SplitMix64.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, number: usize) -> usize {
        (self.next() % number as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn some<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.chance(20) { None } else { Some(value(self)) }
    }

    fn code(&mut self) -> String {
        self.pick(&["a", "B", "c", "\u{e4}", "c c", "", "NULL", "it's \"{}\"\\,"]).to_owned()
    }

    /// One of those, or one that no sample has.
    fn any_code(&mut self) -> String {
        if self.chance(12) { self.code() } else { format!("other {}", self.below(60)) }
    }

    fn method(&mut self) -> i32 {
        self.below(5) as i32
    }

    // Sums of quarters are exact in any order.
    fn quarter(&mut self) -> f64 {
        self.below(40) as f64 / 4.0 - 3.0
    }

    fn cents(&mut self) -> Decimal {
        Decimal::new(self.below(500) as i64, 2)
    }

    pub(crate) fn samples(&mut self, count: usize) -> Vec<Sample> {
        let sample = |id: usize| Sample {
            id: id as i64,
            station: self.some(Self::code),
            method: self.some(Self::method),
            means: self.pick(&[Means::Grab, Means::Auger, Means::Pump]),
            value: self.some(Self::quarter),
            pages: self.below(9) as i32 - 4,
            taken_at: DateTime::from_timestamp(self.below(90) as i64 * 40_000, 0).expect("it is a time"),
            tags: (0..self.below(3)).map(|_| self.code()).collect(),
            amount: self.cents(),
            is_final: self.chance(50),
        };
        (0..count).map(sample).collect()
    }

    pub(crate) fn stations(&mut self, count: usize) -> Vec<Gauge> {
        let station = |id: usize| Gauge {
            id: id as i64,
            code: self.any_code(),
            method: self.some(Self::method),
            basin: self.some(Self::code),
            depth: self.quarter(),
            since: self.some(|draw| NaiveDate::from_ymd_opt(2020, 1 + draw.below(4) as u32, 3).expect("it is a day")),
            water: self.pick(&[Water::Stream, Water::Lake]),
            names: (0..self.below(3)).map(|_| self.code()).collect(),
            facts: self.some(|draw| json!({"n": draw.below(3), "of": draw.code()})),
        };
        (0..count).map(station).collect()
    }

    /// Numbers of some methods, so that some samples have one that there is not.
    pub(crate) fn methods(&mut self) -> Vec<Method> {
        let numbers: Vec<i32> = (0..7).filter(|_| self.chance(70)).collect();
        let method = |number: i32| Method {
            number,
            label: self.some(Self::code),
            price: self.cents(),
            is_current: self.chance(60),
        };
        numbers.into_iter().map(method).collect()
    }

    /// A report, in which `{}` stands behind the name of each shared model.
    pub(crate) fn report(&mut self) -> Report {
        let mut sources = vec![if self.chance(75) { SAMPLE } else { STATION }];
        let mut joins = Vec::new();
        for _ in 0..1 + self.below(2) {
            self.join(&mut sources, &mut joins);
        }
        let readable: Vec<Named> = sources.iter().filter(|source| source.is_read).copied().collect();
        let mut report = Map::new();
        report.insert("joins".to_owned(), Json::Array(joins));
        if self.chance(60) {
            report.insert("filter".to_owned(), self.filter(&readable, 0));
        }
        if self.chance(55) {
            self.groups(&readable, &mut report)
        } else {
            self.rows(&readable, &mut report)
        }
        Report { root: sources[0].model, json: Json::Object(report) }
    }

    fn join(&mut self, sources: &mut Vec<Named>, joins: &mut Vec<Json>) {
        let kind = self.pick(&["inner", "inner", "left", "left", "semi", "anti"]);
        let others: Vec<(Named, &[(&str, &str)])> = match sources[0].model {
            "Sample" => vec![(STATION, SAMPLE_STATION), (STATION, SAMPLE_STATION), (METHOD, SAMPLE_METHOD)],
            _ => vec![(SAMPLE, STATION_SAMPLE), (SAMPLE, STATION_SAMPLE), (METHOD, STATION_METHOD)],
        };
        let (joined, on) = self.pick(&others);
        if sources.iter().any(|source| source.model == joined.model) {
            return;
        }
        // Composite keys now and then.
        let mut on: Vec<(&str, &str)> = on.to_vec();
        while on.len() > 1 && self.chance(70) {
            let gone = self.below(on.len());
            on.remove(gone);
        }
        let on: Map<String, Json> = on.into_iter().map(|(left, right)| (left.to_owned(), right.into())).collect();
        let alias = joined.name;
        let mut join = json!({kind: {"model": format!("joins/{}", joined.model), "as": alias}, "on": on});
        if self.chance(30) {
            let own = Named { prefix: "", ..joined };
            join["filter"] = self.filter(&[own], 1);
        }
        joins.push(join);
        let is_read = matches!(kind, "inner" | "left");
        sources.push(Named { is_read, prefix: alias, ..joined });
    }

    fn column(&mut self, sources: &[Named], of: fn(&Named) -> &'static [&'static str]) -> String {
        let source = self.pick(sources);
        let field = self.pick(of(&source));
        if source.prefix.is_empty() { field.to_owned() } else { format!("{}.{field}", source.prefix) }
    }

    fn filter(&mut self, sources: &[Named], depth: usize) -> Json {
        match self.below(if depth < 2 { 10 } else { 7 }) {
            7 => json!({"or": [self.filter(sources, depth + 1), self.filter(sources, depth + 1)]}),
            8 => json!({"not": self.filter(sources, depth + 1)}),
            9 => json!({"and": [self.filter(sources, depth + 1), self.filter(sources, depth + 1)]}),
            0 | 1 => {
                let field = self.column(sources, |source| source.numbers);
                let operator = self.pick(&["gt", "lt", "gte", "lte", "ne"]);
                json!({field: {operator: self.below(4)}})
            }
            2 | 3 => {
                let field = self.column(sources, |source| source.texts);
                json!({field: self.code()})
            }
            4 => {
                let field = self.column(sources, |source| source.texts);
                let code = self.code();
                json!({field: {"gte": code}})
            }
            5 => {
                let field = self.column(sources, |source| source.nullable);
                json!({field: null})
            }
            _ => {
                let field = self.column(sources, |source| source.texts);
                json!({field: {"in": [self.code(), self.code()]}})
            }
        }
    }

    fn groups(&mut self, sources: &[Named], report: &mut Map<String, Json>) {
        let mut keys: Vec<String> = Vec::new();
        for _ in 0..self.below(3) {
            // Now and then a type that only its own database knows.
            let of: fn(&Named) -> &'static [&'static str] =
                if self.chance(15) { |source| source.own } else { |source| source.keys };
            keys.push(self.column(sources, of));
        }
        keys.sort();
        keys.dedup();
        let mut metrics = Map::new();
        metrics.insert("n".to_owned(), "count".into());
        for i in 0..self.below(4) {
            let (number, text) =
                (self.column(sources, |source| source.numbers), self.column(sources, |source| source.texts));
            let mut metric = match self.below(8) {
                0 => json!({"sum": number}),
                1 => json!({"avg": number}),
                2 => json!({"min": text}),
                3 => json!({"max": number}),
                4 => json!({"count": text, "distinct": true}),
                5 => json!({"joined": text, "between": "|", "order": [text]}),
                6 => json!({"listed": number, "order": [number]}),
                _ => json!({"percentile": number, "share": 0.5}),
            };
            if self.chance(25) {
                metric["filter"] = self.filter(sources, 2);
            }
            metrics.insert(format!("m{i}"), metric);
        }
        // The order of a null and of a subtotal is nobody's.
        let has_subtotals = !keys.is_empty() && self.chance(15);
        if has_subtotals {
            report.insert("rollup".to_owned(), true.into());
        }
        if self.chance(25) {
            report.insert("having".to_owned(), json!({"n": {"gt": self.below(4)}}));
        }
        if !has_subtotals {
            self.bounds(keys.clone(), report);
        }
        report.insert("group_by".to_owned(), json!(keys));
        report.insert("metrics".to_owned(), Json::Object(metrics));
    }

    fn rows(&mut self, sources: &[Named], report: &mut Map<String, Json>) {
        let mut columns: Vec<String> = Vec::new();
        for _ in 0..1 + self.below(5) {
            columns.push(self.column(sources, |source| source.keys));
        }
        columns.sort();
        columns.dedup();
        // In an order of all columns, rows that are equal in it are equal.
        self.bounds(columns.clone(), report);
        if !report.contains_key("limit") {
            let own = self.column(sources, |source| source.own);
            if !columns.contains(&own) {
                columns.push(own);
            }
        }
        report.insert("select".to_owned(), json!(columns));
    }

    fn bounds(&mut self, mut order: Vec<String>, report: &mut Map<String, Json>) {
        let is_ordered = |name: &String| UNORDERED.iter().all(|field| !name.ends_with(field));
        if order.is_empty() || !order.iter().all(is_ordered) || self.chance(50) {
            return;
        }
        let from = self.below(order.len());
        order.rotate_left(from);
        let order: Vec<String> =
            order.into_iter().map(|name| if self.chance(40) { format!("-{name}") } else { name }).collect();
        report.insert("order".to_owned(), json!(order));
        report.insert("limit".to_owned(), (1 + self.below(30)).into());
        if self.chance(30) {
            report.insert("offset".to_owned(), self.below(6).into());
        }
    }
}

/// A report by names.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    root: &'static str,
    json: Json,
}

impl Report {
    /// The report on shared models.
    pub(crate) fn across(&self) -> (String, Json) {
        (self.root.to_owned(), self.json.clone())
    }

    /// The same on their twins, which are in the database of the tenant.
    pub(crate) fn in_one_database(&self) -> (String, Json) {
        let twin = |name: &str| if name == "Sample" { name.to_owned() } else { format!("{name}Twin") };
        let mut json = self.json.clone();
        for join in json["joins"].as_array_mut().expect("there are joins") {
            for kind in ["inner", "left", "semi", "anti"] {
                if let Some(model) = join.get_mut(kind).and_then(|join| join.get_mut("model")) {
                    *model = format!("joins/{}", twin(model.as_str().unwrap().trim_start_matches("joins/"))).into();
                }
            }
        }
        (twin(self.root), json)
    }

    /// Whether its rows come in an order.
    pub(crate) fn is_ordered(&self) -> bool {
        self.json.get("order").is_some()
    }
}

/// A source, and its fields by what can be done with them.
#[derive(Debug, Clone, Copy)]
struct Named {
    model: &'static str,
    /// Its alias where it is joined.
    name: &'static str,
    /// What stands before its fields.
    prefix: &'static str,
    is_read: bool,
    numbers: &'static [&'static str],
    texts: &'static [&'static str],
    nullable: &'static [&'static str],
    /// What can be grouped and ordered by.
    keys: &'static [&'static str],
    /// What is of its database's own types, or cannot be ordered.
    own: &'static [&'static str],
}

const UNORDERED: [&str; 3] = ["tags", "names", "facts"];

const SAMPLE: Named = Named {
    model: "Sample",
    name: "sample",
    prefix: "",
    is_read: true,
    numbers: &["value", "pages", "amount", "method"],
    texts: &["station"],
    nullable: &["station", "method", "value"],
    keys: &["id", "station", "method", "value", "pages", "taken_at", "amount", "is_final"],
    own: &["means", "tags"],
};

const STATION: Named = Named {
    model: "Gauge",
    name: "place",
    prefix: "",
    is_read: true,
    numbers: &["depth", "method", "id"],
    texts: &["code", "basin"],
    nullable: &["basin", "method", "since", "facts"],
    keys: &["id", "code", "method", "basin", "depth", "since"],
    own: &["water", "names", "facts"],
};

const METHOD: Named = Named {
    model: "Method",
    name: "way",
    prefix: "",
    is_read: true,
    numbers: &["number", "price"],
    texts: &["label"],
    nullable: &["label"],
    keys: &["number", "label", "price", "is_current"],
    own: &["is_current"],
};

const SAMPLE_STATION: &[(&str, &str)] = &[("station", "code"), ("method", "method")];
const SAMPLE_METHOD: &[(&str, &str)] = &[("method", "number")];
const STATION_SAMPLE: &[(&str, &str)] = &[("code", "station"), ("method", "method")];
const STATION_METHOD: &[(&str, &str)] = &[("method", "number")];
