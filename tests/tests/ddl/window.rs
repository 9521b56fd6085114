//! Windows of partitions, their names, and which of them have had their time.

use chrono::{DateTime, NaiveDate, Utc};
use sqh_runtime::prelude::*;
use sqh_runtime::render::ddl::{
    DdlOptions, PartitionWindow, Retention, Retire, parse_partition, partition_statements, partitions,
    retention_statements,
};
use sqh_runtime::schema::ModelDef;

use crate::feature;
use crate::feature::partitions::{AppHit, AppInvoice, AppLabResult, AppVisit};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn window(from: &str, to: &str) -> PartitionWindow {
    PartitionWindow::new(day(from), day(to)).unwrap()
}

#[test]
fn a_window_is_covered_by_whole_partitions() {
    let cases: [(&'static ModelDef, PartitionWindow, &[&str]); 6] = [
        (
            AppHit::def(),
            window("2024-02-28", "2024-03-02"),
            &["app_hit_p2024_02_28", "app_hit_p2024_02_29", "app_hit_p2024_03_01"],
        ),
        // ISO 8601: the week of Thursday, 1 January 2026 begins in the year before.
        (AppVisit::def(), window("2026-01-01", "2026-01-06"), &["app_visit_p2026_w01", "app_visit_p2026_w02"]),
        (AppVisit::def(), window("2027-01-01", "2027-01-04"), &["app_visit_p2026_w53"]),
        (
            AppLabResult::def(),
            window("2025-12-31", "2026-01-02"),
            &["app_lab_result_p2025_12", "app_lab_result_p2026_01"],
        ),
        (AppLabResult::def(), window("2025-12-31", "2026-01-01"), &["app_lab_result_p2025_12"]),
        (AppInvoice::def(), window("0999-06-01", "1001-01-01"), &["app_invoice_p0999", "app_invoice_p1000"]),
    ];
    for (def, window, expected) in cases {
        let partitions = partitions(def, window).unwrap();
        assert_eq!(partitions.iter().map(|partition| partition.name.as_str()).collect::<Vec<_>>(), expected);
        assert!(partitions[0].from <= window.from && window.to <= partitions[partitions.len() - 1].to);
        for pair in partitions.windows(2) {
            assert_eq!(pair[0].to, pair[1].from);
        }
        for partition in partitions {
            assert_eq!(parse_partition(def, &partition.name), Some(partition));
        }
    }
}

#[test]
fn partitions_are_made_ahead_of_now() {
    let now: DateTime<Utc> = "2025-12-31T23:59:59Z".parse().unwrap();
    for (def, from, to) in [
        (AppHit::def(), "2025-12-31", "2026-01-03"),
        (AppVisit::def(), "2025-12-29", "2026-01-26"),
        (AppLabResult::def(), "2025-12-01", "2026-04-01"),
        (AppInvoice::def(), "2025-01-01", "2027-01-01"),
    ] {
        assert_eq!(PartitionWindow::premade(def, now), window(from, to), "{}", def.name);
    }
}

#[test]
fn bounds_are_midnights_of_utc() {
    let sql = |def: &'static ModelDef| {
        let window = window("2026-01-01", "2026-01-02");
        partition_statements(def, &DdlOptions::default(), window).unwrap().remove(0).sql
    };
    assert!(sql(AppHit::def()).ends_with("FROM ('2026-01-01 00:00:00') TO ('2026-01-02 00:00:00')"));
    assert!(sql(AppVisit::def()).ends_with("FROM ('2025-12-29') TO ('2026-01-05')"));
    assert!(sql(AppInvoice::def()).ends_with("FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00')"));
}

#[test]
fn a_name_that_is_cut_is_still_read_back() {
    let def = feature::all().into_iter().find(|feature| feature.name == "names").unwrap().models[0];
    for partition in partitions(def, window("2026-01-01", "2027-01-01")).unwrap() {
        assert!(partition.name.len() <= 63, "{}", partition.name);
        assert_eq!(parse_partition(def, &partition.name), Some(partition));
    }
}

#[test]
fn other_tables_are_taken_for_no_partition() {
    for name in [
        "app_lab_result",
        "app_lab_result_default",
        "app_lab_result_p2026",
        "app_lab_result_p2026_13",
        "other_p2026_01",
        "app_lab_result_p2026_1",
        "app_lab_result_p2026_01_01",
        "_p",
        "",
    ] {
        assert_eq!(parse_partition(AppLabResult::def(), name), None, "{name}");
    }
}

#[test]
fn a_partition_goes_when_its_last_row_may() {
    let existing = [
        "app_lab_result_p2024_01",
        "app_lab_result_p2023_12",
        "app_lab_result_p2024_02",
        "app_lab_result_default",
        "app_lab_result_old",
    ];
    for (now, expected) in [
        ("2025-12-31T23:59:59Z", vec![]),
        ("2026-01-01T00:00:00Z", vec!["app_lab_result_p2023_12"]),
        ("2026-02-01T00:00:00Z", vec!["app_lab_result_p2023_12", "app_lab_result_p2024_01"]),
    ] {
        let options = DdlOptions::default();
        let now = now.parse().unwrap();
        let gone = retention_statements(AppLabResult::def(), &options, &existing, now, Retire::Drop).unwrap();
        assert_eq!(gone.iter().map(|statement| statement.name.as_str()).collect::<Vec<_>>(), expected, "{now}");
    }
    // Without a retention, for ever.
    let kept =
        retention_statements(AppHit::def(), &DdlOptions::default(), &["app_hit_p1999_01_01"], Utc::now(), Retire::Drop);
    assert_eq!(kept.unwrap(), []);
}

#[test]
fn what_is_no_retention_is_refused() {
    for text in ["", "24", "months", "-1 months", "0 days", "1.5 years", "24 fortnights", "99999999999 days"] {
        let error = Retention::parse(text).unwrap_err();
        assert!(error.to_string().contains("write a number and a unit"), "{text}: {error}");
    }
    let ages = Retention::parse("4000000000 years").unwrap().cutoff(Utc::now()).unwrap_err();
    assert!(ages.to_string().contains("before the calendar begins"), "{ages}");
}

#[test]
fn what_is_no_window_is_refused() {
    let same = PartitionWindow::new(day("2026-01-01"), day("2026-01-01")).unwrap_err();
    assert!(same.to_string().contains("is empty"), "{same}");
    let outside = PartitionWindow::new(day("0000-01-01"), day("2026-01-01")).unwrap_err();
    assert!(outside.to_string().contains("outside the years 1 to 9999"), "{outside}");
    for text in ["", "2026", "2026-01", "2026-01..", "2026-01..soon", "2026-13..2027-01"] {
        let error = text.parse::<PartitionWindow>().unwrap_err();
        assert!(error.to_string().contains("write two days or two months"), "{text}: {error}");
    }
    let ages = partitions(AppHit::def(), window("1900-01-01", "2026-01-01")).unwrap_err();
    assert!(ages.to_string().contains("more than 10000 partitions (model `AppHit`)"), "{ages}");
}
