//! Tables on first use.

use sqh_model::ErrorKind;

use super::models::{READING, SITE, STATION, VISIT};
use super::support::Target;
use crate::backend::postgres::Tables as _;

#[tokio::test]
async fn the_first_use_makes_everything_and_the_second_nothing() {
    let target = Target::new().await;
    let manager = target.manager();
    assert!(manager.ensure(&target.route(), &VISIT).is_some());
    manager.ensure_table(&target.place, &VISIT).await.unwrap();
    assert!(manager.ensure(&target.route(), &VISIT).is_none(), "the second use asks the server again");
    assert_eq!(target.tables().await, ["app_station", "app_visit"]);
    assert_eq!(target.ledger().await, ["table public app_station AppStation", "table public app_visit AppVisit"]);
    let extension = "SELECT extname::text FROM pg_extension WHERE extname = 'pg_trgm'";
    assert_eq!(target.texts(extension).await, ["pg_trgm"]);
    target
        .sql("INSERT INTO app_station VALUES ('s', 'S'); INSERT INTO app_visit VALUES (gen_random_uuid(), 's', 'repair')")
        .await;

    let before = target.everything().await;
    for model in [&VISIT, &STATION] {
        target.manager().ensure_table(&target.place, model).await.unwrap();
    }
    assert_eq!(target.everything().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_makes_it_and_all_go_on() {
    let target = Target::new().await;
    let managers = [target.manager(), target.manager(), target.manager()];
    let tasks = (0..18).map(|task| {
        let (manager, route) = (managers[task % 3].clone(), target.place.clone());
        let model = [&VISIT, &READING, &STATION][task / 3 % 3];
        tokio::spawn(async move { manager.ensure_table(&route, model).await })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }
    let ledger = target.ledger().await;
    assert_eq!(ledger.len(), 3, "{ledger:?}");
}

#[tokio::test]
async fn another_shape_is_told_column_by_column_and_nothing_is_changed() {
    let target = Target::new().await;
    target.sql("CREATE TABLE app_visit (id uuid PRIMARY KEY, station integer, extra text NOT NULL)").await;
    let before = target.everything().await;
    let manager = target.manager();
    let error = manager.ensure_table(&target.place, &VISIT).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(error.model(), Some("AppVisit"));
    for column in ["station", "extra", "purpose"] {
        let lines =
            error.message().lines().filter(|line| line.starts_with("  ") && line.contains(&format!("`{column}`")));
        assert!(lines.count() > 0, "`{column}` is not told: {error}");
    }
    assert!(error.message().contains("`public.app_visit`"), "{error}");
    assert!(!error.message().contains("`id`"), "{error}");
    assert_eq!(target.everything().await, before);

    // What was wrong is not remembered once it is right.
    target.sql("DROP TABLE app_visit").await;
    manager.ensure_table(&target.place, &VISIT).await.unwrap();
}

#[tokio::test]
async fn a_referenced_table_of_another_shape_is_told_too() {
    let target = Target::new().await;
    target.sql("CREATE TABLE app_station (code integer PRIMARY KEY, name text)").await;
    let before = target.everything().await;
    let error = target.manager().ensure_table(&target.place, &VISIT).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(error.model(), Some("AppStation"));
    assert!(error.message().contains("`code`"), "{error}");
    assert_eq!(target.everything().await, before);
}

#[tokio::test]
async fn a_type_of_another_shape_is_told_and_nothing_is_changed() {
    let target = Target::new().await;
    target.sql("CREATE TYPE visit_purpose AS ENUM ('repair', 'holiday')").await;
    let before = target.everything().await;
    let error = target.manager().ensure_table(&target.place, &VISIT).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.message().contains("visit_purpose") && error.message().contains("holiday"), "{error}");
    // What a type is shows once it is used, when the owner has made the extension.
    let mut after = target.everything().await;
    after.retain(|thing| !thing.starts_with("extension pg_trgm "));
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_transaction_is_not_in_its_own_way() {
    let target = Target::new().await;
    let manager = target.manager();
    manager.ensure_table(&target.place, &STATION).await.unwrap();
    let mut transaction = target.begin("INSERT INTO app_station VALUES ('s', 'S')").await;
    // To make this table now would be to wait for the end of the transaction.
    manager.ensure_table(&target.place, &VISIT).await.unwrap();
    let visit = "INSERT INTO app_visit VALUES (gen_random_uuid(), 's', 'sample')";
    sqlx::raw_sql(visit).execute(&mut transaction).await.unwrap();
}

#[tokio::test]
async fn a_referring_table_that_cannot_be_made_is_in_nobodys_way() {
    let target = Target::new().await;
    target.sql("CREATE TABLE app_visit (id integer)").await;
    let manager = target.manager();
    manager.ensure_table(&target.place, &STATION).await.unwrap();
    let error = manager.ensure_table(&target.place, &VISIT).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
}

#[tokio::test]
async fn a_table_that_was_there_is_taken_over() {
    let target = Target::new().await;
    target.manager().ensure_table(&target.place, &STATION).await.unwrap();
    target.sql("DROP SCHEMA sqh CASCADE; CREATE INDEX of_a_dba ON app_station (name)").await;
    target.sql("DROP TABLE app_visit").await;
    let oid = "SELECT 'app_station'::regclass::oid::text";
    let before = target.texts(oid).await;
    target.manager().ensure_table(&target.place, &STATION).await.unwrap();
    assert_eq!(target.texts(oid).await, before);
    assert_eq!(target.ledger().await, ["table public app_station AppStation", "table public app_visit AppVisit"]);
}

#[tokio::test]
async fn a_table_that_was_dropped_is_made_again() {
    let target = Target::new().await;
    target.manager().ensure_table(&target.place, &STATION).await.unwrap();
    target.sql("DROP TABLE app_station CASCADE; UPDATE sqh.ledger SET checksum = 'of another time'").await;
    let manager = target.manager();
    manager.ensure_table(&target.place, &STATION).await.unwrap();
    assert_eq!(target.tables().await, ["app_station", "app_visit"]);
    let length = "SELECT length(checksum)::text FROM sqh.ledger WHERE name = 'app_station'";
    assert_eq!(target.texts(length).await, ["64"]);

    manager.forget_database(&target.place.server, &target.place.database).await;
    assert!(manager.ensure(&target.route(), &STATION).is_some());
}

#[tokio::test]
async fn an_extension_that_is_missing_is_unsupported_and_nothing_is_changed() {
    let server = sqh_dev_postgres::shared().await;
    let target = Target::new().await;
    let before = target.everything().await;
    let made = target.manager().ensure_table(&target.place, &SITE).await;
    if server.missing_extensions(&["postgis"]).await.unwrap().is_empty() {
        made.unwrap();
        assert_eq!(target.ledger().await, ["table public app_site AppSite"]);
        return;
    }
    let error = made.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("apt-get install postgresql-"), "{error}");
    assert_eq!(target.everything().await, before);
}

#[tokio::test]
async fn a_schema_that_is_not_there_is_made() {
    let mut target = Target::new().await;
    target.place.schema = "acme".into();
    target.manager().ensure_table(&target.place, &VISIT).await.unwrap();
    let tables =
        "SELECT c.relname::text FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'acme'::regnamespace ORDER BY 1";
    assert_eq!(target.texts(tables).await, ["app_station", "app_visit"]);
    assert!(target.tables().await.is_empty());
    let manager = target.manager();
    manager.ensure_table(&target.place, &VISIT).await.unwrap();
}
