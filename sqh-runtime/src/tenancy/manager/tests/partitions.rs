//! Partitions with the table, ahead of time, and of old records.

use chrono::{Datelike as _, Months, NaiveDate, Utc};
use sqh_model::ErrorKind;
use sqh_model::render::ddl::PartitionWindow;

use super::models::{READING, STATION};
use super::support::Target;

fn day(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, 1).unwrap()
}

/// The default partition, and those of this month and the two after it.
fn premade() -> Vec<String> {
    let today = Utc::now().date_naive();
    let months = (0..3).map(|ahead| today.with_day(1).unwrap() + Months::new(ahead));
    let mut names: Vec<_> = months.map(|month| month.format("app_reading_p%Y_%m").to_string()).collect();
    names.extend(["app_reading".to_owned(), "app_reading_default".to_owned()]);
    names.sort();
    names
}

#[tokio::test]
async fn those_of_now_come_with_the_table() {
    let target = Target::new().await;
    target.manager().ensure_table(&target.place, &READING).await.unwrap();
    assert_eq!(target.tables().await, premade());
}

#[tokio::test]
async fn time_that_has_passed_is_made_up_for() {
    let target = Target::new().await;
    target.manager().ensure_table(&target.place, &READING).await.unwrap();
    // As after a month in which nobody asked.
    target.sql(&format!("DROP TABLE {}", premade().last().unwrap())).await;
    target.manager().ensure_table(&target.place, &READING).await.unwrap();
    assert_eq!(target.tables().await, premade());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_is_made_once() {
    let target = Target::new().await;
    let window = PartitionWindow::new(day(2019, 11), day(2020, 2)).unwrap();
    let managers = [target.manager(), target.manager()];
    let tasks = (0..4).map(|task| {
        let (manager, route) = (managers[task % 2].clone(), target.place.clone());
        tokio::spawn(async move { manager.ensure_partitions(&route, &READING, window).await.unwrap() })
    });
    let mut made = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        let report = task.await.unwrap();
        assert!(report.held_by_default.is_empty());
        made.extend(report.made);
    }
    assert_eq!(made, ["app_reading_p2019_11", "app_reading_p2019_12", "app_reading_p2020_01"]);
    assert!(made.iter().all(|name| premade().binary_search(name).is_err()));
}

#[tokio::test]
async fn rows_of_the_default_partition_stay_there() {
    let target = Target::new().await;
    let manager = target.manager();
    manager.ensure_table(&target.place, &READING).await.unwrap();
    target.sql("INSERT INTO app_reading VALUES (gen_random_uuid(), '2020-01-15Z')").await;
    let window = PartitionWindow::new(day(2019, 12), day(2020, 3)).unwrap();
    let report = manager.ensure_partitions(&target.place, &READING, window).await.unwrap();
    assert_eq!(report.made, ["app_reading_p2019_12", "app_reading_p2020_02"]);
    assert_eq!(report.held_by_default, ["app_reading_p2020_01"]);
    let place = "SELECT tableoid::regclass::text FROM app_reading";
    assert_eq!(target.texts(place).await, ["app_reading_default"]);
}

#[tokio::test]
async fn wrong_windows_are_refused_before_anything_is_sent() {
    let target = Target::new().await;
    let manager = target.manager();
    let window = PartitionWindow::new(day(2020, 1), day(2020, 2)).unwrap();
    let error = manager.ensure_partitions(&target.place, &STATION, window).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    let window = PartitionWindow::new(day(1000, 1), day(3000, 1)).unwrap();
    let error = manager.ensure_partitions(&target.place, &READING, window).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert!(target.tables().await.is_empty());
}
