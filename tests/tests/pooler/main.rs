//! Records through a pooler that lends a connection for a transaction: PgBouncer.

mod bouncer;

use std::time::Duration;

use futures::TryStreamExt as _;
use sqh_runtime::Platform;
use sqh_runtime::prelude::*;
use sqh_runtime::schema::Placement;
use sqh_runtime::scope::Tenant;
use sqh_runtime::tenancy::TenantOptions;
use sqh_tests::models::{Book, Station};

use self::bouncer::Bouncer;

/// A record that the database keeps apart, and a setting of the transaction says for whom.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "vault")]
#[storage(postgres, rls)]
struct Deed {
    /// The key.
    #[field(primary_key)]
    id: i64,
    /// What it says.
    title: String,
}

/// How many callers each tenant has at a time: more than the pooler has connections.
const CALLERS: usize = 6;
const ROUNDS: usize = 6;

async fn tenant(platform: &Platform, slug: &str, placement: Placement) -> Cx<Tenant> {
    let principal = Principal::system("a test of poolers");
    let fleet = platform.fleet(&principal).await.unwrap();
    let options = TenantOptions::default().placement(placement);
    platform.tenants().provision_with(&fleet, slug, &options).await.unwrap();
    platform.tenant(&principal, slug).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_share_the_connections_of_a_pooler_and_nothing_else() {
    let Some(bouncer) = Bouncer::start().await else { return };
    let builder = Platform::builder().models(models![Book, Deed, Station]);
    let builder = builder.postgres(bouncer.url()).behind_pooler(bouncer.direct_url()).max_connections(16);
    let platform = builder.build().await.unwrap();
    platform.init().await.unwrap();
    let places =
        [("one", Placement::Row), ("two", Placement::Row), ("three", Placement::Schema), ("four", Placement::Database)];
    let mut callers = Vec::new();
    for (slug, placement) in places {
        let cx = tenant(&platform, slug, placement).await;
        for caller in 0..CALLERS {
            callers.push(tokio::spawn(work(platform.clone(), cx.clone(), caller)));
        }
    }
    for caller in callers {
        caller.await.unwrap();
    }
    assert!(bouncer.most_connections().await <= 2, "the pooler has made more connections than it may");
}

/// Does what callers do, and looks at all that comes back.
async fn work(platform: Platform, cx: Cx<Tenant>, caller: usize) {
    let (records, canary) = (platform.records(), cx.tenant().to_owned());
    let mine = |title: &str| title.ends_with(&format!(" of {canary}"));
    for round in 0..ROUNDS {
        // The same keys in every tenant.
        let id = i64::try_from(caller * 1_000_000 + round * 100_000).unwrap();
        let title = |id: i64| format!("{id} of {canary}");
        let book = Book { isbn: Some(format!("978-{id}")), ..Book::new(id, &title(id)) };
        assert_eq!(records.create(&cx, book.clone()).await.unwrap().title, title(id));
        assert_eq!(records.get::<Book>(&cx, id).await.unwrap().title, title(id));
        let changed = records.update::<Book>(&cx, id, Book::changes().set(Book::PAGES, 7)).await.unwrap();
        assert!(changed.pages == 7 && changed.version == 2 && mine(&changed.title));
        assert!(mine(&records.upsert(&cx, book, Conflict::key()).await.unwrap().title));

        // By COPY, and by arrays.
        let many = if round == 0 { 5_000 } else { 50 };
        let batch: Vec<Book> = (id + 1..=id + many).map(|id| Book::new(id, &title(id))).collect();
        assert_eq!(records.batch_create_count(&cx, batch).await.unwrap(), many.unsigned_abs());
        let own = || Book::select().filter(Book::ID.between(id, id + many));
        assert_eq!(records.count(&cx, own()).await.unwrap(), many.unsigned_abs() + 1);
        let streamed: Vec<Book> = records.stream(&cx, own()).await.unwrap().try_collect().await.unwrap();
        assert!(streamed.len() as i64 == many + 1 && streamed.iter().all(|book| mine(&book.title)));

        let deed = Deed { id, title: title(id) };
        assert_eq!(records.create(&cx, deed.clone()).await.unwrap(), deed);
        let listed = records.list(&cx, Deed::select()).await.unwrap();
        assert!(listed.contains(&deed) && listed.iter().all(|deed| mine(&deed.title)));

        let kept = records
            .transaction(&cx, async |tx| {
                tx.create(&cx, Book::new(id - 1, &title(id - 1))).await?;
                tokio::time::sleep(Duration::from_millis(1)).await;
                tx.get::<Book>(&cx, id - 1).await
            })
            .await
            .unwrap();
        assert!(mine(&kept.title));

        // A caller who goes away leaves nothing to the next one.
        let gone = records.list(&cx, Book::select());
        let _ = tokio::time::timeout(Duration::from_micros(300), gone).await;
        records.query(&cx, Book::delete().filter(Book::ID.between(id - 1, id + many))).await.unwrap();
        assert!(records.list(&cx, own()).await.unwrap().is_empty());
        assert!(records.list(&cx.shared(), Station::select()).await.unwrap().is_empty());
    }
}
