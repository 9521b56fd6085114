//! The test can fail: backends that leak on purpose are found out.

mod leaky;
mod server;

use self::leaky::{Leak, Leaky};
use super::Isolation;
use crate::backend::memory::MemoryBackend;
use crate::platform::Platform;
use crate::prelude::*;

/// A sample, which the tests of this module keep badly.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
struct Sample {
    #[field(primary_key)]
    id: i64,
    #[field(search)]
    notes: String,
    #[field(unique)]
    code: Option<String>,
    amount: Option<i32>,
    #[field(version)]
    version: i64,
}

/// A count by day, without any text.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
struct Tally {
    #[field(primary_key)]
    day: NaiveDate,
    count: i64,
}

/// A text that all tenants read.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, shared)]
struct Notice {
    #[field(primary_key)]
    code: String,
    #[field(search)]
    text: String,
}

async fn run(leak: Leak) -> Result<super::Report> {
    let platform = Platform::builder()
        .models(models![Sample, Tally, Notice])
        .build_on(Leaky::new(leak, MemoryBackend::default()))
        .unwrap();
    let isolation = Isolation::new(&platform).model::<Sample>().model::<Tally>();
    let isolation = match leak {
        Leak::Nothing | Leak::ForeignInShared => isolation.shared_model::<Notice>(),
        // The other place that these take is to be a tenant's.
        _ => isolation,
    };
    isolation.tenants(3).operations(4_000).seed(11).run().await
}

/// Asserts that a leak is found, and told in these words.
async fn check(leak: Leak, words: &[&str]) {
    let error = run(leak).await.expect_err("a leak stays unseen");
    assert!(error.message().contains("(seed 11, after about "), "{error}");
    assert!(words.iter().any(|word| error.message().contains(word)), "{error} says none of {words:?}");
}

const UNWALKED: [&str; 6] = [
    "fuzzy_search",
    "fuzzy_search_dyn",
    "full_text_search",
    "full_text_search_dyn",
    "explain_search",
    "explain_search_dyn",
];

#[tokio::test]
async fn a_backend_that_is_careful_passes() {
    let report = run(Leak::Nothing).await.unwrap();
    assert_eq!(report.walks.missing(), UNWALKED, "no model has trigrams or a language");
    assert!(report.operations >= 4_000 && report.tenants.len() == 3);
    assert!(report.crowds > 0 && report.visits > 0, "{report}");
}

#[tokio::test]
async fn an_operation_in_the_wrong_database_is_found() {
    check(Leak::WrongRoute, &["the isolation of tenants is broken"]).await;
}

#[tokio::test]
async fn a_list_without_the_tenants_predicate_is_found() {
    check(Leak::ListOfAll, &["canary", "no record of the tenant", "came twice"]).await;
}

#[tokio::test]
async fn a_count_without_the_tenants_predicate_is_found() {
    check(Leak::CountOfAll, &["records match, and the tenant has"]).await;
}

#[tokio::test]
async fn a_delete_without_the_tenants_predicate_is_found() {
    check(Leak::DeleteOfAll, &["is missing", "is gone", "not found that is there", "records match"]).await;
}

#[tokio::test]
async fn a_message_with_anothers_value_is_found() {
    check(Leak::TalkativeError, &["canary"]).await;
}

#[tokio::test]
async fn a_transaction_that_stays_open_is_found() {
    check(Leak::DirtyConnection, &["no record of the tenant", "is missing", "is gone", "records match", "not found"])
        .await;
}

#[tokio::test]
async fn a_record_that_is_lost_beside_another_operation_is_found() {
    check(Leak::LostBeside, &["is gone", "is missing"]).await;
}

#[tokio::test]
async fn a_tenants_text_in_shared_records_is_found() {
    check(Leak::ForeignInShared, &["canary"]).await;
}

#[tokio::test]
async fn a_model_that_cannot_be_drawn_says_how_to_draw_it() {
    let platform = Platform::builder().models(models![Fixed]).build_in_memory().unwrap();
    let error = Isolation::new(&platform).model::<Fixed>().tenants(1).operations(50).run().await.unwrap_err();
    assert!(error.message().contains("model_with"), "{error}");
    let drawn = Isolation::new(&platform).model_with(|draw| Fixed { id: 0, only: Json(draw.number(9)) });
    drawn.tenants(2).operations(500).run().await.unwrap();
}

/// A record of a type that takes no random document.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
struct Fixed {
    #[field(primary_key)]
    id: i32,
    only: Json<u32>,
}
