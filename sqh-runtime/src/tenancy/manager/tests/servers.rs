//! Servers that are down, or do not let the platform in.

use sqh_model::ErrorKind;

use sqlx::Connection as _;

use super::support::{manager, own_config, own_server, run, texts};

#[tokio::test]
async fn a_server_that_stops_is_unavailable() {
    let server = own_server().await;
    let manager = manager(&server.admin_url());
    manager.check_servers().await.unwrap();
    manager.provision("acme").await.unwrap();
    drop(server);
    let errors = [
        manager.check_servers().await.unwrap_err(),
        manager.provision("acme").await.unwrap_err(),
        manager.ensure_shared_database_exists().await.unwrap_err(),
        manager.catalog().find("another").await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert!(error.message().contains("the server `default` (127.0.0.1, port"), "{error}");
    }
    // What is known of a tenant needs no catalog.
    manager.catalog().find("acme").await.unwrap();
}

#[tokio::test]
async fn connections_that_died_idle_are_not_noticed() {
    let server = own_server().await;
    let admin = server.admin_url();
    let manager = manager(&admin);
    manager.provision("acme").await.unwrap();
    let end = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'sqh'";
    let ended = "SELECT count(*)::text FROM pg_stat_activity WHERE application_name = 'sqh'";
    for slug in ["acme", "bolt"] {
        assert_ne!(texts(&admin, ended).await, ["0"]);
        run(&admin, end).await;
        manager.provision(slug).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_without_a_free_connection_is_overloaded() {
    let config = own_config().setting("max_connections", "8").setting("superuser_reserved_connections", "6");
    let server = sqh_dev_postgres::Server::start_with(config.setting("max_wal_senders", "0")).await.unwrap();
    run(&server.admin_url(), "CREATE ROLE app LOGIN CREATEDB").await;
    let url = server.admin_url().replacen("postgres@", "app@", 1);
    let held = (connect_when_free(&url).await, connect_when_free(&url).await);
    let error = manager(&url).check_servers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overloaded, "{error}");
    assert!(error.message().contains("max_connections"), "{error}");
    drop(held);
}

/// A server may still hold the place of a connection that its client has closed.
async fn connect_when_free(url: &str) -> sqlx::PgConnection {
    for _ in 0..600 {
        if let Ok(connection) = sqlx::PgConnection::connect(url).await {
            return connection;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no place became free");
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_shown() {
    let server = own_server().await;
    let admin = server.admin_url();
    run(&admin, "SET password_encryption = 'scram-sha-256'; CREATE ROLE app LOGIN CREATEDB PASSWORD 'right-hush'")
        .await;
    // The server trusts everybody, until its file of rules says otherwise of this role.
    let rules = texts(&admin, "SHOW hba_file").await.remove(0);
    run(
        &admin,
        &format!(
            "COPY (SELECT 'host all app all scram-sha-256' UNION ALL SELECT 'host all nobody all reject' \
             UNION ALL SELECT 'host all all all trust') TO '{rules}'; SELECT pg_reload_conf()"
        ),
    )
    .await;
    until_rules_hold(&admin).await;

    let url = |login: &str| admin.replacen("postgres@", &format!("{login}@"), 1);
    manager(&url("app:right-hush")).check_servers().await.unwrap();
    for (login, told) in [
        ("app:wrong-hush", "refused the password of `app`"),
        ("app:", "refused the password of `app`"),
        ("nobody:wrong-hush", "does not let `nobody` in"),
        ("stranger:wrong-hush", "does not let `stranger` in"),
    ] {
        let manager = manager(&url(login));
        let error = manager.check_servers().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Internal, "{error}");
        assert!(error.message().contains(told), "{login}: {error}");
        let source = std::error::Error::source(&error).map(ToString::to_string);
        let shown = format!("{error} {error:?} {source:?} {manager:?}");
        assert!(!shown.contains("hush"), "{shown}");
    }
}

#[tokio::test]
async fn a_role_that_may_not_create_databases_is_denied() {
    let server = own_server().await;
    run(&server.admin_url(), "CREATE ROLE humble LOGIN").await;
    let humble = manager(&server.admin_url().replacen("postgres@", "humble@", 1));
    let error = humble.ensure_catalog().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
}

/// A server reads its rules again when it likes.
async fn until_rules_hold(admin: &str) {
    let query = "SELECT count(*)::text FROM pg_hba_file_rules WHERE user_name = '{app}'";
    assert_eq!(texts(admin, query).await, ["1"]);
    let refused = admin.replacen("postgres@", "nobody@", 1);
    run(admin, "CREATE ROLE nobody LOGIN").await;
    while sqlx::PgConnection::connect(&refused).await.is_ok() {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}
