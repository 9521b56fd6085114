//! The number of labels is bounded, whatever the number of tenants.

use std::collections::BTreeMap;

use sqh_runtime::observe::{MetricsConfig, OTHER_TENANTS};
use sqh_runtime::prelude::*;
use sqh_tests::harness::memory::Memory;
use sqh_tests::harness::{World, unique_text};
use sqh_tests::models::{Book, Station};

use crate::capture::watched;

/// Five tenants ask in turn, twice; gives how many operations each label has.
fn labels(config: MetricsConfig) -> BTreeMap<Option<String>, usize> {
    let mut labels = BTreeMap::new();
    watched(async |watch| {
        let world = World::with(&Memory, |builder| builder.metrics(config)).await;
        let mut tenants = Vec::new();
        for _ in 0..5 {
            tenants.push(world.another_tenant().await);
        }
        for cx in tenants.iter().chain(&tenants) {
            world.records.create(cx, Book::new(1, "a")).await.ok();
        }
        let names: Vec<&str> = tenants.iter().map(Cx::tenant).collect();
        for metric in watch.metrics_of("db.client.operation.duration") {
            // Their order, because their names are random.
            let label = metric.label("sqh.tenant").map(|label| {
                names.iter().position(|name| *name == label).map_or_else(|| label.to_owned(), |i| i.to_string())
            });
            *labels.entry(label).or_insert(0) += metric.values.len();
        }
    });
    labels
}

#[test]
fn tenants_beyond_the_bound_share_a_label() {
    let of = |label: &str| Some(label.to_owned());
    let all = ["0", "1", "2", "3", "4"].map(|label| (of(label), 2));
    assert_eq!(labels(MetricsConfig::default()), all.clone().into());
    assert_eq!(labels(MetricsConfig::default().tenants(5)), all.into());
    let bounded = [(of("0"), 2), (of("1"), 2), (of(OTHER_TENANTS), 6)];
    assert_eq!(labels(MetricsConfig::default().tenants(2)), bounded.into());
    assert_eq!(labels(MetricsConfig::default().tenants(0)), [(None, 10)].into());
}

#[test]
fn shared_models_have_no_tenant() {
    watched(async |watch| {
        let world = World::new(&Memory).await;
        let station = Station { station_code: unique_text(), name: "x".to_owned(), latitude: 1.0 };
        world.records.create(&world.shared(), station).await.unwrap();
        let metrics = watch.metrics_of("db.client.operation.duration");
        assert_eq!(metrics.len(), 1);
        assert_eq!(metrics[0].label("sqh.tenant"), None);
        assert_eq!(watch.last("sqh.operation").field("sqh.tenant"), None);
    });
}
