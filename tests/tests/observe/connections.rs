//! How many connections there are, and how transactions end.

use sqh_runtime::prelude::*;
use sqh_tests::harness::World;
use sqh_tests::harness::postgres::Postgres;
use sqh_tests::models::Book;

use crate::capture::{Watch, watched};

/// Used and idle connections, as they were told last; and what is known of them before.
fn counts(watch: &Watch, before: [f64; 2]) -> [f64; 2] {
    let told = watch.metrics_of("db.client.connection.count");
    let mut counts = before;
    for metric in &told {
        assert_eq!(metric.label("db.client.connection.pool.name"), Some("default"));
        assert_eq!(metric.labels.len(), 2, "{metric:?}");
        let state = ["used", "idle"].iter().position(|state| metric.label("db.client.connection.state") == Some(state));
        counts[state.expect("a connection is used or idle")] = *metric.values.last().unwrap();
    }
    counts
}

#[test]
fn connections_are_counted_by_what_they_are_used_for() {
    watched(async |watch| {
        let World { records, cx, platform, .. } = &World::new(&Postgres::shared().await).await;
        records.create(cx, Book::new(1, "a")).await.unwrap();
        let [used, idle] = counts(watch, [0.0, 0.0]);
        assert!(used == 0.0 && idle > 0.0, "{used} {idle}");
        let transaction = records.begin(cx).await.unwrap();
        assert_eq!(counts(watch, [used, idle]), [1.0, idle - 1.0], "an idle one is lent");
        // More than there were idle ones for this database, within the budget.
        let mut others = Vec::new();
        for _ in 0..4 {
            others.push(records.begin(cx).await.unwrap());
        }
        let [used, left] = counts(watch, [1.0, idle - 1.0]);
        assert_eq!(used, 5.0);
        assert!(used + left >= idle, "{left} of {idle} are idle");
        transaction.commit().await.unwrap();
        for other in others {
            other.rollback().await.unwrap();
        }
        assert_eq!(counts(watch, [used, left]), [0.0, used + left]);
        let fleet = platform.fleet(&Principal::system("a test of connections")).await.unwrap();
        platform.databases(&fleet).unwrap().store().close_all().await;
        assert_eq!(counts(watch, [0.0, used + left]), [0.0, 0.0]);
    });
}

#[test]
fn the_end_of_a_transaction_has_a_span() {
    watched(async |watch| {
        let World { records, cx, .. } = &World::new(&Postgres::shared().await).await;
        let kept = records.begin(cx).await.unwrap();
        kept.create(cx, Book::new(1, "a")).await.unwrap();
        kept.commit().await.unwrap();
        check(watch, "commit", cx.tenant(), None);
        records.begin(cx).await.unwrap().rollback().await.unwrap();
        check(watch, "rollback", cx.tenant(), None);
        let failed = records.begin(cx).await.unwrap();
        failed.create(cx, Book::new(1, "a")).await.unwrap_err();
        failed.commit().await.unwrap_err();
        check(watch, "commit", cx.tenant(), Some("conflict"));
    });
}

#[track_caller]
fn check(watch: &Watch, operation: &str, tenant: &str, error: Option<&str>) {
    let span = watch.last("postgresql");
    let database = format!("sqh_tenant_{tenant}");
    assert!(span.is_closed, "{span:?}");
    for (field, expected) in [
        ("otel.name", Some(format!("{operation} {database}").as_str())),
        ("otel.kind", Some("client")),
        ("db.system.name", Some("postgresql")),
        ("db.namespace", Some(&database)),
        ("db.operation.name", Some(operation)),
        ("db.collection.name", None),
        ("sqh.tenant", Some(tenant)),
        ("error.type", error),
    ] {
        assert_eq!(span.field(field), expected, "{field} of {span:?}");
    }
    assert!(span.field("server.address").is_some() && span.field("server.port").is_some(), "{span:?}");
}
