//! Generated filters and orders over awkward rows: PostgreSQL and `Filter::matches` must agree.
//!
//! `PROPTEST_CASES` asks for more filters; a failure names its seed.

mod awkward;

use std::hash::{BuildHasher as _, RandomState};

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use sqh_model::compare::compare_as;
use sqh_model::expr::{OrderBy, Query};
use sqh_model::row::to_row;
use sqh_model::{Row, Value};

use self::awkward::{Awkward, filter, record};
use super::support::Place;
use crate::op::Op;
use crate::schema::PlatformModel as _;
use crate::types::Shape;

fn id(row: &Row) -> i64 {
    match row[0] {
        Value::I64(id) => id,
        _ => unreachable!("the key is a bigint"),
    }
}

#[tokio::test]
async fn postgresql_and_memory_agree() {
    let default = Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { 400 };
    let seed = match default.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => RandomState::new().hash_one(cases),
    };
    let again = format!("again with PROPTEST_RNG_SEED={seed} PROPTEST_CASES={cases}");
    let config = Config { rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..default };
    let mut runner = TestRunner::new(config);

    let place = Place::new(&[Awkward::def()]).await;
    let mut rows = Vec::new();
    for id in 1..=40 {
        let record = record(id).new_tree(&mut runner).unwrap().current();
        let row = to_row(record).unwrap();
        let stored = place.create::<Awkward>(row.clone()).await.unwrap();
        for (column, (sent, stored)) in Awkward::def().layout().columns().iter().zip(row.iter().zip(&stored)) {
            assert!(
                compare_as(&column.ty, sent, stored).is_eq(),
                "{}: {sent:?} became {stored:?}; {again}",
                column.path
            );
        }
        rows.push(stored);
    }

    let filters = filter(&rows);
    for _ in 0..cases {
        let filter = filters.new_tree(&mut runner).unwrap().current();
        filter.check(Awkward::def()).unwrap_or_else(|error| panic!("{filter:?}: {error}; {again}"));
        let query = Query { filter: filter.clone(), ..Query::default() };
        let found = place.run::<Awkward>(Op::List(query)).await;
        let found =
            found.and_then(crate::op::Reply::into_rows).unwrap_or_else(|error| panic!("{filter:?}: {error}; {again}"));
        let expected = rows.iter().filter(|row| filter.matches(Awkward::def(), row).unwrap());
        let (found, expected) = (found.iter().map(id).collect::<Vec<_>>(), expected.map(id).collect::<Vec<_>>());
        assert_eq!(found, expected, "PostgreSQL, then memory: {filter:?}; {again}");
    }

    for (position, column) in Awkward::def().layout().columns().iter().enumerate() {
        if matches!(column.ty.shape, Shape::Collection(..)) || column.ty.kind() == sqh_model::ValueKind::Json {
            continue;
        }
        for descending in [false, true] {
            let order = vec![OrderBy { field: column.path.as_str().into(), descending }];
            let found = place.run::<Awkward>(Op::List(Query { order, ..Query::default() })).await.unwrap();
            let mut expected = rows.clone();
            expected.sort_by(|a, b| {
                let order = compare_as(&column.ty, &a[position], &b[position]);
                let order = if descending { order.reverse() } else { order };
                order.then_with(|| id(a).cmp(&id(b)))
            });
            let found: Vec<i64> = found.into_rows().unwrap().iter().map(id).collect();
            assert_eq!(found, expected.iter().map(id).collect::<Vec<_>>(), "by {}; {again}", column.path);
        }
    }
}
