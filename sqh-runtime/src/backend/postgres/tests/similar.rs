//! Fuzzy search and plans.

use sqh_model::ErrorKind;
use sqh_model::expr::{Comparison, Filter, Query};
use sqh_model::schema::PlatformModel;
use sqh_model::value::Value;

use super::support::{Place, row, text, value};
use crate::Platform;
use crate::op::Op;
use crate::prelude::*;

/// A gauge.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "water")]
#[storage(postgres, shared)]
#[index(columns = ["name"], using = "gin", ops = "gin_trgm_ops")]
#[index(columns = ["secret"], using = "gist", ops = "gist_trgm_ops")]
pub struct Gauge {
    /// The key.
    #[field(primary_key)]
    pub code: i64,
    /// Its name.
    pub name: String,
    /// Without an index for it.
    pub remark: Option<String>,
    /// For few.
    #[field(redact = permission("gauge:secret"))]
    pub secret: Option<String>,
}

/// A reading, by month.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "water")]
#[storage(postgres, shared, high_volume, partition_by = "at")]
pub struct Reading {
    /// The key.
    #[field(primary_key)]
    pub at: DateTime<Utc>,
    /// How much.
    pub level: f64,
}

const NAME: usize = 1;

async fn gauges() -> Place {
    let place = Place::new(&models![Gauge, Reading]).await;
    let names = [
        "PLUMTREE RUN NEAR BEL AIR, MD",
        "S F SHENANDOAH RIVER NEAR LURAY, VA",
        "N F SHENANDOAH RIVER AT COOTES STORE, VA",
    ];
    for (code, name) in (1..).zip(names) {
        place.create::<Gauge>(row::<Gauge>(&[("code", Value::I64(code)), ("name", text(name))])).await.unwrap();
    }
    place
}

async fn found(place: &Place, wanted: &str, limit: u64) -> Vec<i64> {
    let op = Op::FuzzySearch { column: NAME, text: wanted.to_owned(), limit };
    let rows = place.run::<Gauge>(op).await.unwrap().into_rows().unwrap();
    rows.iter()
        .map(|row| match value::<Gauge>(row, "code") {
            Value::I64(code) => *code,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[tokio::test]
async fn the_most_similar_record_comes_first() {
    let place = gauges().await;
    assert_eq!(found(&place, "plumtre", 5).await, [1]);
    assert_eq!(found(&place, "shenandoa", 5).await, [2, 3]);
    assert_eq!(found(&place, "shenandoa rivr luray", 5).await, [2]);
    assert_eq!(found(&place, "Shenandoah River at Coots", 1).await, [3]);
    assert_eq!(found(&place, "potomac", 5).await, [] as [i64; 0]);
    assert_eq!(found(&place, "'; DROP TABLE gauge; --", 5).await, [] as [i64; 0]);
}

#[tokio::test]
async fn fuzzy_search_finds_only_what_the_scope_lets_through() {
    let mut place = gauges().await;
    place.filter = Filter::Compare { field: "code".into(), comparison: Comparison::Ne, value: Value::I64(2) };
    assert_eq!(found(&place, "shenandoa", 5).await, [3]);
}

#[tokio::test]
async fn a_plan_names_the_only_partition_that_is_read() {
    let place = gauges().await;
    for month in ["01", "02", "03"] {
        place
            .sql(&format!(
                "CREATE TABLE reading_p2016_{month} PARTITION OF reading \
             FOR VALUES FROM ('2016-{month}-01') TO ('2016-{month}-28')"
            ))
            .await;
    }
    let at = |day: &str| Value::Instant(format!("2016-{day}T00:00:00Z").parse().unwrap());
    let bound = |comparison, day| Filter::Compare { field: "at".into(), comparison, value: at(day) };
    let february = || Filter::And(vec![bound(Comparison::Gte, "02-02"), bound(Comparison::Lt, "02-20")]);
    let plan =
        async |op| place.run::<Reading>(Op::Explain(Box::new(op))).await.unwrap().into_plan().unwrap().to_string();

    let count = plan(Op::Count { filter: february(), estimate: false }).await;
    assert!(count.contains("Aggregate") && count.contains("reading_p2016_02"), "{count}");
    assert!(!count.contains("reading_p2016_01") && !count.contains("reading_p2016_03"), "{count}");
    let list = plan(Op::List(Query { filter: february(), limit: Some(3), ..Query::default() })).await;
    assert!(list.contains("Limit") && list.contains("reading_p2016_02") && !list.contains("p2016_03"), "{list}");
    let all = plan(Op::Count { filter: Filter::Everything, estimate: false }).await;
    assert!(all.contains("reading_p2016_01") && all.contains("reading_p2016_03"), "{all}");
}

#[tokio::test]
async fn what_cannot_be_searched_or_explained_is_told() {
    let place = gauges().await;
    let platform = Platform::builder().models(models![Gauge, Reading]).build_on(place.backend.clone()).unwrap();
    let cx = platform.shared(&Principal::system("a test")).await.unwrap();
    let error = platform.postgres().fuzzy_search(&cx, Gauge::REMARK, "x", 1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("#[index(columns = [\"remark\"], using = \"gin\""), "{error}");

    let error = platform.postgres().explain_list(&cx, Reading::select()).await.unwrap_err();
    assert!(error.to_string().contains("needs a limit"), "{error}");
    let op = Op::Explain(Box::new(Op::DeleteWhere { filter: Filter::Everything }));
    let error = place.run::<Gauge>(op).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(place.count::<Gauge>().await, 3);
}

struct Everybody;

impl Authenticator for Everybody {
    type Credentials = ();

    async fn authenticate(&self, _: ()) -> Result<Identity> {
        Ok(Identity { user_id: "ada".to_owned(), ..Identity::default() })
    }
}

#[tokio::test]
async fn a_masked_field_is_neither_searched_nor_explained() {
    let place = gauges().await;
    let platform = Platform::builder().models(models![Gauge, Reading]).build_on(place.backend.clone()).unwrap();
    let cx = platform.shared(&Principal::authenticate(&Everybody, ()).await.unwrap()).await.unwrap();
    let postgres = platform.postgres();
    let outcomes = [
        postgres.fuzzy_search(&cx, Gauge::SECRET, "x", 1).await.map(drop),
        postgres.explain_count(&cx, Gauge::select().filter(Gauge::SECRET.eq("x"))).await.map(drop),
    ];
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert!(error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn another_backend_says_that_it_cannot() {
    let memory = crate::backend::memory::MemoryBackend::default();
    let platform = Platform::builder().models(models![Gauge, Reading]).build_on(memory).unwrap();
    let cx = platform.shared(&Principal::system("a test")).await.unwrap();
    let postgres = platform.postgres();
    let fuzzy = postgres.fuzzy_search(&cx, Gauge::NAME, "x", 1).await.unwrap_err();
    let explain = postgres.explain_count(&cx, Gauge::select()).await.unwrap_err();
    assert_eq!((fuzzy.kind(), explain.kind()), (ErrorKind::Unsupported, ErrorKind::Unsupported));
}
