//! Transactions that hold all connections, and are the first to use a table: one of them is told so at
//! once, and the others go on.

use std::sync::Arc;

use futures::future::join_all;
use sqh_runtime::prelude::*;
use sqh_runtime::{Platform, models};
use sqh_tests::harness::unique_text;
use tokio::sync::Barrier;

/// Whose table is there.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "desk")]
#[storage(postgres)]
struct Known {
    /// The key.
    #[field(primary_key)]
    id: i64,
}

/// Whose table nobody has used.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "desk")]
#[storage(postgres)]
struct Unused {
    /// The key.
    #[field(primary_key)]
    id: i64,
}

#[tokio::test]
async fn of_transactions_that_wait_for_each_other_one_is_told_so() {
    let server = sqh_dev_postgres::shared().await;
    // One connection is the platform's own, three are for whoever asks.
    let builder = Platform::builder().models(models![Known, Unused]).postgres(server.admin_url());
    let platform = builder.max_connections(4).build().await.unwrap();
    platform.init().await.unwrap();
    let principal = Principal::system("a test of first uses");
    let slug = unique_text();
    platform.tenants().provision(&platform.fleet(&principal).await.unwrap(), &slug).await.unwrap();
    let cx = platform.tenant(&principal, &slug).await.unwrap();
    let records = platform.records();
    records.create(&cx, Known { id: 0 }).await.unwrap();

    let all_hold_one = Arc::new(Barrier::new(3));
    let transactions = (1..=3).map(|id| {
        let (records, cx, all_hold_one) = (records.clone(), cx.clone(), Arc::clone(&all_hold_one));
        async move {
            let tx = records.begin(&cx).await?;
            tx.create(&cx, Known { id }).await?;
            all_hold_one.wait().await;
            tx.create(&cx, Unused { id }).await?;
            tx.commit().await
        }
    });
    let (done, refused): (Vec<_>, Vec<_>) = join_all(transactions).await.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), refused.len()), (2, 1), "{refused:?}");
    let error = refused.into_iter().next().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overloaded, "{error}");
    assert!(error.message().contains("held by whoever waits for one too"), "{error}");
}
