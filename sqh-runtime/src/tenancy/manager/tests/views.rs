//! Views: made on first use and when their definition is another, and computed beside whoever reads them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use sqh_model::ErrorKind;
use sqh_model::report::{Definition, count, from, sum};
use sqh_model::schema::{ModelDef, Placement};
use sqlx::PgConnection;

use super::support::{Target, manager_of, own_server, run, texts};
use crate::prelude::{PlatformModel, PlatformView};
use crate::tenancy::{DropConfirmation, TenantDatabaseManager, TenantOptions};

#[derive(PlatformModel)]
#[model(group = "field")]
#[storage(postgres)]
struct Sample {
    #[field(primary_key)]
    id: i64,
    kind: String,
    parts: i64,
}

#[derive(PlatformView)]
#[model(group = "field")]
#[platform_view(source = Sample, definition = totals, table = "total")]
struct Total {
    #[field(primary_key)]
    kind: String,
    n: i64,
}

fn totals() -> impl Definition<Total> {
    from::<Sample>().aggregate(TotalColumns { kind: Sample::KIND, n: count() })
}

/// The same view as a later version of the application has it.
#[derive(PlatformView)]
#[model(group = "field")]
#[platform_view(source = Sample, definition = ratios, table = "total")]
struct Ratio {
    #[field(primary_key)]
    kind: String,
    ratio: i64,
}

fn ratios() -> impl Definition<Ratio> {
    from::<Sample>().aggregate(RatioColumns { kind: Sample::KIND, ratio: sum(Sample::ID) / sum(Sample::PARTS) })
}

const GROUPS: &str = "SELECT format('%s %s', kind, n) FROM total ORDER BY 1";

async fn made(model: &'static ModelDef) -> (Target, Arc<TenantDatabaseManager>) {
    let target = Target::new().await;
    let manager = target.manager();
    manager.ensure_table(&target.place, Sample::def()).await.unwrap();
    target.sql("INSERT INTO sample VALUES (1, 'a', 1), (2, 'a', 1), (3, 'b', 1)").await;
    manager.ensure_table(&target.place, model).await.unwrap();
    (target, manager)
}

#[tokio::test]
async fn the_first_use_makes_and_computes_it_and_the_second_does_nothing() {
    let (target, _) = made(Total::def()).await;
    assert_eq!(target.texts(GROUPS).await, ["a 2", "b 1"]);
    assert_eq!(target.ledger().await, ["table public sample Sample", "view public total Total"]);
    let before = target.everything().await;
    let manager = target.manager();
    manager.ensure_table(&target.place, Total::def()).await.unwrap();
    assert_eq!(target.everything().await, before);
    let freshness = manager.view_freshness(&target.place, Total::def()).await.unwrap();
    assert_eq!(manager.view_freshness(&target.place, Total::def()).await.unwrap(), freshness);
}

#[tokio::test]
async fn another_definition_makes_it_anew() {
    let (target, _) = made(Total::def()).await;
    target.manager().ensure_table(&target.place, Ratio::def()).await.unwrap();
    let groups = "SELECT format('%s %s', kind, ratio) FROM total ORDER BY 1";
    assert_eq!(target.texts(groups).await, ["a 1", "b 3"]);
    assert_eq!(target.ledger().await, ["table public sample Sample", "view public total Ratio"]);
    target.sql("DROP MATERIALIZED VIEW total").await;
    target.manager().ensure_table(&target.place, Total::def()).await.unwrap();
    assert_eq!(target.texts(GROUPS).await, ["a 2", "b 1"], "what somebody has dropped");
}

#[tokio::test]
async fn what_is_no_view_is_left_alone() {
    let target = Target::new().await;
    target.sql("CREATE TABLE total (kind text)").await;
    let error = target.manager().ensure_table(&target.place, Total::def()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.message().contains("`public.total` exists and is no view"), "{error}");
    assert_eq!(target.tables().await, ["sample", "total"]);
}

#[tokio::test]
async fn one_that_fails_holds_what_it_held_and_tells_of_no_value() {
    let (target, manager) = made(Ratio::def()).await;
    let groups = "SELECT format('%s %s', kind, ratio) FROM total ORDER BY 1";
    target.sql("INSERT INTO sample VALUES (4, 'secret', 0)").await;
    let error = manager.refresh_view(&target.place, Ratio::def()).await.unwrap_err();
    assert_eq!((error.kind(), error.model()), (ErrorKind::Invalid, Some("Ratio")), "{error}");
    assert!(error.message().contains("SQLSTATE 22012"), "{error}");
    assert!(std::error::Error::source(&error).is_none(), "the server's words may quote a value");
    assert_eq!(target.texts(groups).await, ["a 1", "b 3"]);
    target.sql("UPDATE sample SET parts = 2 WHERE parts = 0").await;
    manager.refresh_view(&target.place, Ratio::def()).await.unwrap();
    assert_eq!(target.texts(groups).await, ["a 1", "b 3", "secret 2"]);
}

/// Somebody who keeps everybody from the samples.
async fn in_the_way(target: &Target) -> PgConnection {
    target.begin("LOCK TABLE sample IN ACCESS EXCLUSIVE MODE").await
}

/// Waits until so many sessions of the database wait for locks of a kind.
async fn until_waiting(target: &Target, kind: &str, sessions: usize) -> Vec<String> {
    let query = format!(
        "SELECT l.pid::text FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted \
         AND l.locktype = '{kind}' AND a.datname = current_database()"
    );
    loop {
        let waiting = target.texts(&query).await;
        if waiting.len() == sessions {
            return waiting;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn refresh(
    target: &Target,
    manager: &Arc<TenantDatabaseManager>,
) -> tokio::task::JoinHandle<sqh_model::Result<crate::op::Freshness>> {
    let (manager, place) = (Arc::clone(manager), target.place.clone());
    tokio::spawn(async move { manager.refresh_view(&place, Total::def()).await })
}

#[tokio::test]
async fn one_that_is_killed_on_the_way_holds_what_it_held_and_is_read_meanwhile() {
    let (target, manager) = made(Total::def()).await;
    target.sql("INSERT INTO sample VALUES (4, 'c', 1)").await;
    let blocker = in_the_way(&target).await;
    let refreshing = refresh(&target, &manager);
    let [pid] = &until_waiting(&target, "relation", 1).await[..] else { panic!("one waits") };
    assert_eq!(target.texts(GROUPS).await, ["a 2", "b 1"], "readers do not wait");
    target.texts(&format!("SELECT pg_terminate_backend({pid})::text")).await;
    let error = refreshing.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    drop(blocker);
    assert_eq!(target.texts(GROUPS).await, ["a 2", "b 1"]);
    manager.refresh_view(&target.place, Total::def()).await.unwrap();
    assert_eq!(target.texts(GROUPS).await, ["a 2", "b 1", "c 1"]);
}

#[tokio::test]
async fn of_many_who_ask_at_once_one_computes_it_for_all_that_wait() {
    let (target, manager) = made(Total::def()).await;
    let elsewhere = target.manager();
    let blocker = in_the_way(&target).await;
    let first = refresh(&target, &manager);
    until_waiting(&target, "relation", 1).await;
    let others: Vec<_> = (0..5).map(|_| refresh(&target, &manager)).collect();
    let another = refresh(&target, &elsewhere);
    until_waiting(&target, "advisory", 1).await;
    drop(blocker);
    let first = first.await.unwrap().unwrap();
    let mut seen = BTreeSet::new();
    for other in others {
        seen.insert(other.await.unwrap().unwrap().as_of);
    }
    assert_eq!(seen.len(), 1, "one of those who waited has computed it for all of the process");
    assert!(seen.iter().all(|second| *second > first.as_of), "and not the one that began before they asked");
    assert!(another.await.unwrap().unwrap().as_of > first.as_of, "nor for another process");
}

#[tokio::test]
async fn who_has_left_is_in_none() {
    let server = own_server().await;
    let manager = manager_of(&server, &[Sample::def(), Total::def()], None);
    let options = TenantOptions::default().placement(Placement::Row);
    let database = server.url("sqh_pooled_default");
    for slug in ["gone", "kept"] {
        let tenant = manager.provision_with(slug, &options).await.unwrap();
        manager.ensure_table(tenant.place(), Sample::def()).await.unwrap();
        let insert = format!("INSERT INTO sample (tenant_id, id, kind, parts) VALUES ('{slug}', 1, 'a', 1)");
        run(&database, &insert).await;
        manager.refresh_view(tenant.place(), Total::def()).await.unwrap();
    }
    let groups = "SELECT format('%s %s %s', tenant_id, kind, n) FROM total ORDER BY 1";
    assert_eq!(texts(&database, groups).await, ["gone a 1", "kept a 1"]);

    // By a process that has none of the models, as the command line has none.
    let manager = manager_of(&server, &[], None);
    manager.drop_later("gone", &DropConfirmation::new("gone").grace(Duration::ZERO)).await.unwrap();
    assert_eq!(manager.purge_due(|_| {}).await.unwrap(), ["gone"]);
    assert_eq!(texts(&database, groups).await, ["kept a 1"]);
}
