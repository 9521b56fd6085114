//! The example's models on a platform.

use sqh_dev_postgres::Server;
use sqh_examples::data::{self, DataError, PLUMTREE_RUN, read};
use sqh_examples::models::{AppMeasurement, AppParameter, AppWaterQualityStation, models};
use sqh_runtime::Platform;
use sqh_runtime::prelude::*;
use sqh_runtime::scope::Shared;

use crate::support::own_server;

async fn platform() -> (Server, Platform, Cx<Shared>) {
    let server = own_server().await;
    let platform = Platform::builder().models(models()).postgres(server.admin_url()).build().await.unwrap();
    platform.init().await.unwrap();
    let cx = platform.shared(&Principal::system("a test")).await.unwrap();
    (server, platform, cx)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

struct Reader;

impl Authenticator for Reader {
    type Credentials = ();

    async fn authenticate(&self, _: ()) -> Result<Identity> {
        Ok(Identity { user_id: "ada".to_owned(), ..Identity::default() })
    }
}

#[tokio::test]
async fn partitions_of_the_past_are_made_once_and_by_those_who_may_write() {
    let (_server, platform, cx) = platform().await;
    let (from, to) = (day("2016-01-01"), day("2016-03-02"));
    let made = platform.ensure_partitions::<AppMeasurement>(&cx, from, to).await.unwrap().made;
    assert_eq!(made, ["app_measurement_p2016_01", "app_measurement_p2016_02", "app_measurement_p2016_03"]);
    let again = platform.ensure_partitions::<AppMeasurement>(&cx, from, day("2016-05-01")).await.unwrap().made;
    assert_eq!(again, ["app_measurement_p2016_04"]);

    let reader = platform.shared(&Principal::authenticate(&Reader, ()).await.unwrap()).await.unwrap();
    let error = platform.ensure_partitions::<AppMeasurement>(&reader, from, to).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(error.to_string().contains("shared_reference:write"), "{error}");
    for (error, part) in [
        (platform.ensure_partitions::<AppParameter>(&cx, from, to).await.unwrap_err(), "AppParameter"),
        (platform.ensure_partitions::<AppMeasurement>(&cx, to, from).await.unwrap_err(), "is empty"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_breaks_leaves_nothing() {
    let (_server, platform, cx) = platform().await;
    let records = platform.records();
    let file = "station_code,name,latitude,longitude\nA,Run,39.5,-76.3\nB,Creek,north,-76.3\nC,River,39.6,-76.4\n";
    let broken = read::stations("s.csv", file.as_bytes()).unwrap().map(|row| row.map_err(Error::from));
    let error = records.try_batch_create_count(&cx, broken).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("s.csv, line 3: `latitude` is not a number: `north`"), "{error}");
    assert_eq!(records.count(&cx, AppWaterQualityStation::select()).await.unwrap(), 0);
}

#[tokio::test]
async fn values_come_back_as_they_were_read() {
    let (_server, platform, cx) = platform().await;
    let records = platform.records();
    platform.ensure_partitions::<AppMeasurement>(&cx, data::FIRST_DAY, data::END_DAY).await.unwrap();
    let first: Result<Vec<_>, DataError> = data::instantaneous().unwrap().take(12_000).collect();
    let first = first.unwrap();
    assert_eq!(records.batch_create_count(&cx, first.clone()).await.unwrap(), 12_000);
    for value in [&first[0], &first[11_999]] {
        let key = (PLUMTREE_RUN.to_owned(), value.parameter_code.clone(), value.measured_at);
        assert_eq!(records.get::<AppMeasurement>(&cx, key).await.unwrap(), *value);
    }
    let found = platform.postgres().fuzzy_search(&cx, AppWaterQualityStation::NAME, "plumtre", 3).await.unwrap();
    assert!(found.is_empty());
    let stations = data::stations().unwrap().map(|row| row.map_err(Error::from));
    assert_eq!(records.try_batch_create_count(&cx, stations).await.unwrap(), data::STATIONS);
    let found = platform.postgres().fuzzy_search(&cx, AppWaterQualityStation::NAME, "plumtre", 3).await.unwrap();
    assert_eq!(found.iter().map(|station| station.station_code.as_str()).collect::<Vec<_>>(), [PLUMTREE_RUN]);
}
