//! Regular expressions: whatever pattern the reader lets through, PostgreSQL and memory agree on.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use sqh_model::expr::{Filter, Query};
use sqh_model::schema::PlatformModel;
use sqh_model::{Row, Value};

use super::support::{Place, row, text};
use crate::op::Op;
use crate::prelude::*;

/// A text.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[index(columns = ["text"], using = "gin", ops = "gin_trgm_ops")]
pub struct Phrase {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// The text.
    pub text: String,
}

/// What patterns are made of: signs by themselves too, so that they meet where nobody would write them.
const PARTS: [&str; 46] = [
    "a",
    "b",
    "A",
    "é",
    "_",
    " ",
    "0",
    "\n",
    ".",
    "^",
    "$",
    "|",
    "(",
    "(?:",
    ")",
    "()",
    "(a|b)",
    "*",
    "+",
    "?",
    "*?",
    "{2}",
    "{0}",
    "{0,2}",
    "{1,}",
    "{2}?",
    "[ab]",
    "[^a]",
    "[a-b]",
    "[]a-]",
    "[[:upper:]]",
    "[^[:alnum:]]",
    "[\\s_]",
    "[",
    "]",
    "-",
    "}",
    "\\d",
    "\\w",
    "\\W",
    "\\s",
    "\\y",
    "\\Y",
    "\\m",
    "\\M",
    "\\.",
];

/// Patterns that cost most of what is let through.
fn costly() -> Vec<String> {
    let groups = |pattern: &str, times: usize| pattern.repeat(times);
    vec![
        "(((a|b)*(a|_)*)*)*$".to_owned(),
        "^(a?){200}a{200}$".to_owned(),
        "(.*.*.*.*a){50}$".to_owned(),
        "((a{1,30}){1,30})$".to_owned(),
        groups("(.|\\w|[^b])?", 70),
        "[a-\u{10ffff}]{255}\\Z".to_owned(),
        format!("{}a{}", "(".repeat(50), ")*".repeat(50)),
        "((^|a|$)*(\\y|b)*)+".to_owned(),
    ]
}

fn filter(pattern: String, case_sensitive: bool) -> Filter {
    Filter::Regex { field: "text".into(), pattern, case_sensitive }
}

async fn found(place: &Place, filter: Filter) -> Vec<i64> {
    let said = format!("{filter:?}");
    let reply = place.run::<Phrase>(Op::List(Query { filter, ..Query::default() })).await;
    let rows = reply.and_then(crate::op::Reply::into_rows).unwrap_or_else(|error| panic!("{said}: {error}"));
    rows.iter().map(id).collect()
}

fn id(row: &Row) -> i64 {
    match row[0] {
        Value::I64(id) => id,
        _ => unreachable!("the key is a bigint"),
    }
}

#[tokio::test]
async fn postgresql_and_memory_agree_on_patterns() {
    let mut runner = TestRunner::default();
    let place = Place::new(&models![Phrase]).await;
    let texts = prop::collection::vec(select(&["a", "b", "A", "B", "é", "_", " ", "0", "\n", ".", "-"][..]), 0..7);
    let mut rows = Vec::new();
    for number in 0..40 {
        let said = texts.new_tree(&mut runner).unwrap().current().concat();
        rows.push(
            place.create::<Phrase>(row::<Phrase>(&[("id", Value::I64(number)), ("text", text(&said))])).await.unwrap(),
        );
    }
    let patterns = prop::collection::vec(select(&PARTS[..]), 1..9);
    let drawn = (0..1_500).map(|_| patterns.new_tree(&mut runner).unwrap().current().concat()).collect::<Vec<_>>();
    let mut read = 0;
    for (number, pattern) in drawn.into_iter().chain(costly()).enumerate() {
        let filter = filter(pattern, number % 3 != 0);
        if filter.check(Phrase::def()).is_err() {
            continue;
        }
        read += 1;
        let expected: Vec<i64> =
            rows.iter().filter(|row| filter.matches(Phrase::def(), row).unwrap()).map(id).collect();
        assert_eq!(found(&place, filter.clone()).await, expected, "PostgreSQL, then memory: {filter:?} on {rows:?}");
    }
    assert!(read > 300, "too few patterns can be read: {read}");
}

#[tokio::test]
async fn the_dearest_patterns_can_be_read() {
    for pattern in costly() {
        filter(pattern, true).check(Phrase::def()).unwrap();
    }
}

#[tokio::test]
async fn a_pattern_is_looked_up_in_a_trigram_index() {
    let place = Place::new(&models![Phrase]).await;
    place.sql("INSERT INTO phrase SELECT n, 'visitor ' || md5(n::text) FROM generate_series(1, 20000) n").await;
    place.sql("VACUUM ANALYZE phrase").await;
    place.create::<Phrase>(row::<Phrase>(&[("id", Value::I64(0)), ("text", text("Plumtree Run"))])).await.unwrap();
    for (pattern, case_sensitive) in [("^Plum", true), ("plumt.*run$", false)] {
        assert_eq!(found(&place, filter(pattern.to_owned(), case_sensitive)).await, [0]);
        let query = Query { filter: filter(pattern.to_owned(), case_sensitive), ..Query::default() };
        let plan = place.run::<Phrase>(Op::Explain(Box::new(Op::List(query)))).await.unwrap().into_plan().unwrap();
        let plan = plan.to_string();
        assert!(plan.contains("Bitmap Index Scan") && !plan.contains("Seq Scan"), "{plan}");
    }
}
