//! A server that is there already: used, named without its password, and left alone.

use crate::support::{Place, has_database};
use sqh_dev_postgres::{Config, ErrorKind, Server, Source};

#[tokio::test]
async fn the_server_is_used_and_left_alone() {
    let place = Place::new("url");
    let there = Server::start_with(place.config()).await.unwrap();
    let config = place.config().database_url(there.admin_url());
    let server = Server::start_with(config).await.unwrap();
    assert_eq!(*server.source(), Source::DatabaseUrl);
    assert_eq!(server.admin_url(), there.admin_url());
    assert_eq!(server.version(), there.version());
    assert!(server.describe().contains("DATABASE_URL postgres://postgres@127.0.0.1"));

    let database = server.test_database("url").await.unwrap();
    let name = database.name().to_owned();
    assert!(has_database(&there, &name).await);
    drop(database);
    assert!(!has_database(&there, &name).await);
    drop(server);
    assert!(has_database(&there, "postgres").await);
}

#[tokio::test]
async fn an_error_names_the_url_without_its_password_and_starts_nothing() {
    let place = Place::new("nowhere");
    let url = "postgres://app:secret@127.0.0.1:1/app?application_name=x&password=secret";
    let error = Server::start_with(place.config().database_url(url)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    let message = error.to_string();
    let shown = "postgres://app@127.0.0.1:1/app?application_name=x does not answer";
    assert!(message.contains(shown), "{message}");
    assert!(!message.contains("secret"), "{message}");
    assert!(place.run_folders().is_empty() && place.templates().is_empty());
}

#[tokio::test]
async fn a_text_that_is_no_url_is_not_shown() {
    for text in ["secret", "mysql://app:secret@db/app", "postgres:secret", "app:secret@db/app"] {
        let error = Server::start_with(Config::new().database_url(text)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{text}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn urls_keep_their_parameters() {
    let place = Place::new("params");
    let there = Server::start_with(place.config()).await.unwrap();
    let url = format!("{}?dbname=postgres&application_name=x", there.url("ignored"));
    let server = Server::start_with(Config::new().database_url(&url)).await.unwrap();
    assert_eq!(server.admin_url(), url);
    assert!(server.url("a b").ends_with("/a%20b?application_name=x"), "{}", server.url("a b"));
}
