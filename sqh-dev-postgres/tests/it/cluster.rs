//! Temporary clusters: their start, their databases and their end.

use crate::support::{Place, has_database, one};
use sqh_dev_postgres::{ErrorKind, Server, Source};
use sqlx::{Connection as _, PgConnection};

#[tokio::test]
async fn a_cluster_answers_and_goes_with_the_value() {
    let place = Place::new("start");
    let server = Server::start_with(place.config()).await.unwrap();
    let url = server.url("template1");
    assert_eq!(one(&url, "SELECT 1::int8").await.unwrap(), 1);
    assert_eq!(place.run_folders().len(), 1);
    let version = "SELECT current_setting('server_version_num')::int8";
    assert_eq!(one(&url, version).await.unwrap(), i64::from(server.version()));
    let from = match server.source() {
        Source::Binaries(folder) => {
            assert!(folder.join("postgres").exists());
            folder.display().to_string()
        }
        Source::Oliphaunt => "the crate oliphaunt".to_owned(),
        source => panic!("{source:?}"),
    };
    let line = server.describe();
    assert!(line.starts_with("PostgreSQL 1"), "{line}");
    assert!(line.ends_with(&format!(", temporary cluster from {from}")), "{line}");

    drop(server);
    assert!(matches!(one(&url, "SELECT 1::int8").await, Err(sqlx::Error::Io(_))));
    assert!(place.run_folders().is_empty());
}

#[tokio::test]
async fn two_starts_race_for_the_template() {
    let place = Place::new("race");
    let (one_server, other) = tokio::join!(Server::start_with(place.config()), Server::start_with(place.config()));
    for server in [one_server.unwrap(), other.unwrap()] {
        assert_eq!(one(&server.admin_url(), "SELECT 1::int8").await.unwrap(), 1);
    }
    // One template, and nothing of the one that came second.
    assert_eq!(place.templates().len(), 1, "{:?}", place.templates());
}

#[tokio::test]
async fn settings_reach_the_server() {
    let place = Place::new("set");
    let server = Server::start_with(place.config().setting("max_connections", "37")).await.unwrap();
    let query = "SELECT current_setting('max_connections')::int8";
    assert_eq!(one(&server.admin_url(), query).await.unwrap(), 37);
}

#[tokio::test]
async fn a_server_that_does_not_start_says_why_and_leaves_nothing() {
    let place = Place::new("bad");
    let config = place.config().setting("no_such_parameter", "on");
    let error = Server::start_with(config).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Start);
    assert!(error.to_string().contains("\"no_such_parameter\""), "{error}");
    assert!(place.run_folders().is_empty());
}

#[tokio::test]
async fn missing_extensions_are_reported_in_order() {
    let server = sqh_dev_postgres::shared().await;
    let wanted = ["no_such_extension", "plpgsql", "nor_this"];
    let missing = server.missing_extensions(&wanted).await.unwrap();
    assert_eq!(missing, ["no_such_extension", "nor_this"]);
}

#[tokio::test]
async fn a_test_database_is_dropped_with_connections_to_it() {
    let server = sqh_dev_postgres::shared().await;
    let database = server.test_database("dropped").await.unwrap();
    let name = database.name().to_owned();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let here: String = sqlx::query_scalar("SELECT current_database()::text").fetch_one(&mut connection).await.unwrap();
    assert_eq!(here, name);
    assert!(has_database(server, &name).await);

    drop(database);
    assert!(!has_database(server, &name).await);
    assert!(connection.ping().await.is_err());
}

#[tokio::test]
async fn a_test_database_is_a_copy_of_its_template() {
    let server = sqh_dev_postgres::shared().await;
    let template = server.test_database("template").await.unwrap();
    let mut connection = PgConnection::connect(template.url()).await.unwrap();
    sqlx::query("CREATE TABLE kept AS SELECT 7::int8 AS n").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();

    let copy = server.test_database_from(template.name(), "copy").await.unwrap();
    assert_eq!(one(copy.url(), "SELECT n FROM kept").await.unwrap(), 7);
    let error = server.test_database_from("no such", "copy").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Database);
    assert!(error.to_string().contains("\"no such\""), "{error}");
}

#[tokio::test]
async fn test_databases_are_made_at_once() {
    let server = sqh_dev_postgres::shared().await;
    let many = futures_of_databases(server).await;
    let mut names: Vec<_> = many.iter().map(|database| database.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 8);
}

async fn futures_of_databases(server: &'static Server) -> Vec<sqh_dev_postgres::TestDatabase> {
    let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(async { server.test_database("many").await.unwrap() })).collect();
    let mut databases = Vec::new();
    for task in tasks {
        databases.push(task.await.unwrap());
    }
    databases
}
