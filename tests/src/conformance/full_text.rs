//! Full-text search: words in a language, the best first.

use serde_json::json;
use sqh_runtime::expr::{Piece, SearchQuery};
use sqh_runtime::prelude::*;
use sqh_runtime::service::{DynamicSearch, Found};

use crate::harness::{Harness, World, refused, refused_in};
use crate::models::{Article, Book, Person};

const RIVERS: [(&str, &str); 6] = [
    ("Floods of the year", "The river flooded its banks twice; the flood of May was the worst."),
    ("The coast", "Tides and storms; and one flood, in autumn, that nobody measured."),
    ("Measuring a river", "A gauge measures the stage of a stream every five minutes."),
    ("Plumtree Run near Bel Air", "A small stream in Maryland."),
    ("The and of", "But if so, then not."),
    ("<b>Bold</b> claims", "\"Flood\" & <script>alert('x')</script> tides"),
];

async fn world(harness: &dyn Harness) -> World {
    let world = World::new(harness).await;
    let articles = RIVERS.iter().zip(1..).map(|((title, body), id)| Article::new(id, title, body));
    world.records.batch_create(&world.cx, articles.collect::<Vec<_>>()).await.unwrap();
    world
}

fn words(text: &str) -> SearchQuery<Article> {
    SearchQuery::new(text)
}

fn ids(found: &[Found<Article>]) -> Vec<i64> {
    found.iter().map(|found| found.record.id).collect()
}

async fn found(world: &World, query: SearchQuery<Article>) -> Vec<i64> {
    ids(&world.platform.postgres().full_text_search(&world.cx, query).await.unwrap())
}

pub async fn words_are_found_in_their_forms(harness: &dyn Harness) {
    let world = world(harness).await;
    for (text, expected) in [
        ("measure", &[3, 2][..]),
        ("FLOODING", &[1, 6, 2]),
        ("flood -river", &[6, 2]),
        ("flood -\"worst\"", &[6, 2]),
        ("\"small stream\"", &[4]),
        ("\"stream small\"", &[]),
        ("tides or plumtree", &[4, 6, 2]),
        ("flood coast", &[2]),
        ("plumtre", &[]),
        ("potomac", &[]),
    ] {
        assert_eq!(found(&world, words(text)).await, expected, "{text}");
    }
}

pub async fn nothing_that_is_written_is_an_error(harness: &dyn Harness) {
    let world = world(harness).await;
    let long = "flood ".repeat(10_000);
    let endless = "é".repeat(100_000);
    for text in
        ["", " ", "the", "of and the", "!!", "&|!()", "\"", "-", "''; DROP TABLE article; --", "\\", "a:*", "\0", &endless]
    {
        assert_eq!(found(&world, words(text)).await, [] as [i64; 0], "{text:?}");
        found(&world, words(text).fuzzy().highlight()).await;
    }
    assert_eq!(found(&world, words(&long)).await, [1, 6, 2]);
    assert_eq!(found(&world, words("flood\0coast")).await, [2]);
}

pub async fn filters_limits_and_offsets_hold(harness: &dyn Harness) {
    let world = world(harness).await;
    let some = words("flood").filter(Article::ID.ne(1)).filter(Article::PAGES.lt(2));
    assert_eq!(found(&world, some).await, [6, 2]);
    assert_eq!(found(&world, words("flood").limit(1)).await, [1]);
    assert_eq!(found(&world, words("flood").offset(1)).await, [6, 2]);
    assert_eq!(found(&world, words("flood").limit(1).offset(2)).await, [2]);
    assert_eq!(found(&world, words("flood").limit(0)).await, [] as [i64; 0]);
    let many = (100..130).map(|id| Article::new(id, "A draught", ""));
    world.records.batch_create(&world.cx, many.collect::<Vec<_>>()).await.unwrap();
    assert_eq!(found(&world, words("draught")).await, (100..120).collect::<Vec<_>>(), "equal ones go by the key");
}

pub async fn the_best_come_first(harness: &dyn Harness) {
    let world = world(harness).await;
    let found = world.platform.postgres().full_text_search(&world.cx, words("flood")).await.unwrap();
    assert!(found.iter().all(|found| found.rank > 0.0 && found.rank < 1.0), "{found:?}");
    assert!(found.is_sorted_by(|a, b| a.rank >= b.rank), "{found:?}");
    assert!(found[0].rank > found[1].rank, "a word in the title counts more: {found:?}");
    assert!(found.iter().all(|found| found.highlights.is_empty()), "nobody asked for them");
}

pub async fn words_spelt_wrongly_are_found_too(harness: &dyn Harness) {
    let world = world(harness).await;
    let postgres = world.platform.postgres();
    // The exact word in the body, and the similar one in the title.
    world.records.create(&world.cx, Article::new(7, "Plum trees", "They run wild.")).await.unwrap();
    assert_eq!(found(&world, words("plumtre run")).await, [] as [i64; 0]);
    assert_eq!(found(&world, words("plumtre run").fuzzy()).await[0], 4);
    let both = postgres.full_text_search(&world.cx, words("plumtree").fuzzy()).await.unwrap();
    let [exact, ..] = &both[..] else { panic!("nothing is found") };
    assert_eq!(exact.record.id, 4);
    let words_alone = postgres.full_text_search(&world.cx, words("plumtree")).await.unwrap();
    assert!(exact.rank > words_alone[0].rank, "found both ways is better than found one way");
    assert!(both.iter().all(|found| found.rank > 0.0 && found.rank <= 1.0), "{both:?}");
    assert_eq!(found(&world, words("plumtre -maryland -wild").fuzzy()).await, [] as [i64; 0], "unwanted stays out");
}

pub async fn what_was_found_is_told_apart_from_what_is_written(harness: &dyn Harness) {
    let world = world(harness).await;
    let found = world.platform.postgres().full_text_search(&world.cx, words("floods").highlight()).await.unwrap();
    assert_eq!(ids(&found), [1, 6, 2]);
    let [of_title, of_body] = &found[0].highlights[..] else { panic!("{:?}", found[0].highlights) };
    assert_eq!((of_title.field.as_str(), of_body.field.as_str()), ("headline", "body"), "names of JSON");
    assert_eq!(of_title.pieces, [Piece::Found("Floods".to_owned()), Piece::Text(" of the year".to_owned())]);
    assert_eq!(of_title.to_html(), "<b>Floods</b> of the year");
    let in_body = of_body.pieces.iter().filter(|piece| matches!(piece, Piece::Found(_))).count();
    assert_eq!(in_body, 2, "flooded, and flood: {of_body:?}");
    // What looks like a mark in the text is none, and no tag gets through.
    let [hostile] = &found[1].highlights[..] else { panic!("{:?}", found[1].highlights) };
    let html = hostile.to_html();
    assert!(html.contains("<b>Flood</b>"), "{html}");
    assert_eq!(html.replace("<b>Flood</b>", "").matches('<').count(), 0, "{html}");
    let long = format!("{} the flood {}", "before ".repeat(200), "behind ".repeat(200));
    world.records.create(&world.cx, Article::new(8, "Long", &long)).await.unwrap();
    let query = words("flood").filter(Article::ID.eq(8)).highlight();
    let found = world.platform.postgres().full_text_search(&world.cx, query).await.unwrap();
    let text = found[0].highlights[0].to_text("[", "]", str::to_owned);
    assert!(text.contains("[flood]") && text.len() < 400, "{text}");
}

pub async fn only_what_may_be_listed_is_found(harness: &dyn Harness) {
    let world = world(harness).await;
    let postgres = world.platform.postgres();
    world.records.create(&world.cx, Article { writer: "eve".to_owned(), ..Article::new(9, "Floods", "") }).await.unwrap();
    let of = async |user: &str| world.somebody(Identity { user_id: user.to_owned(), ..Identity::default() }).await;
    let (ann, eve) = (of("ann").await, of("eve").await);
    for fuzzy in [false, true] {
        let query = || if fuzzy { words("floods").fuzzy() } else { words("floods") }.highlight();
        assert_eq!(ids(&postgres.full_text_search(&ann, query()).await.unwrap()), [1, 6, 2]);
        let found = postgres.full_text_search(&eve, query()).await.unwrap();
        assert_eq!(ids(&found), [9]);
        assert_eq!(found[0].record.source, None, "it is masked");
    }
    let other = world.another_tenant().await;
    assert_eq!(postgres.full_text_search(&other, words("floods")).await.unwrap(), []);
}

pub async fn what_is_masked_is_not_searched(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let postgres = world.platform.postgres();
    let user = world.user(&["hr:read", "hr:list", "access:explain"]).await;
    let query = SearchQuery::<Person>::new;
    refused_in(postgres.full_text_search(&user, query("x")).await, ErrorKind::Denied, "Person", "badge", "masked");
    refused(postgres.explain_search(&user, query("x")).await, ErrorKind::Denied);
    let ann = world.somebody(Identity { user_id: "ann".to_owned(), ..Identity::default() }).await;
    let by_source = words("flood").filter(Article::SOURCE.eq("a little bird"));
    refused_in(postgres.full_text_search(&ann, by_source).await, ErrorKind::Denied, "Article", "source", "masked");
    refused(postgres.explain_search(&ann, words("flood")).await, ErrorKind::Denied);
}

pub async fn what_a_model_lacks_is_told(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let postgres = world.platform.postgres();
    let lacks_a_language = postgres.full_text_search(&world.cx, SearchQuery::<Book>::new("emma")).await;
    let error = refused(lacks_a_language, ErrorKind::Invalid);
    assert!(error.to_string().contains("search(language = \"english\")"), "{error}");
    let lacks_trigrams = SearchQuery::<Person>::new("x").fuzzy();
    let lacks_trigrams = refused(postgres.full_text_search(&world.cx, lacks_trigrams).await, ErrorKind::Invalid);
    assert!(lacks_trigrams.to_string().contains("gin_trgm_ops"), "{lacks_trigrams}");
}

pub async fn names_find_the_same(harness: &dyn Harness) {
    let world = world(harness).await;
    let postgres = world.platform.postgres();
    let search = DynamicSearch {
        text: "floods".to_owned(),
        highlight: true,
        filter: json!({"pages": {"lt": 2}}),
        limit: Some(2),
        offset: 1,
        ..DynamicSearch::default()
    };
    let found = postgres.full_text_search_dyn(&world.cx, "press", "Article", &search).await.unwrap();
    let typed = words("floods").filter(Article::PAGES.lt(2)).highlight().limit(2).offset(1);
    let typed = postgres.full_text_search(&world.cx, typed).await.unwrap();
    assert_eq!(found.len(), 2);
    for (found, typed) in found.iter().zip(&typed) {
        assert_eq!(found["record"]["id"], typed.record.id);
        assert_eq!(found["rank"], typed.rank);
        for highlight in &typed.highlights {
            assert_eq!(found["highlights"][&highlight.field], highlight.to_html());
        }
    }
    let fuzzy = DynamicSearch { text: "plumtre".to_owned(), fuzzy: true, ..DynamicSearch::default() };
    let found = postgres.full_text_search_dyn(&world.cx, "press", "Article", &fuzzy).await.unwrap();
    assert_eq!(found[0]["record"]["headline"], "Plumtree Run near Bel Air");
    assert_eq!(found[0].get("highlights"), None);
    let wrong = DynamicSearch { filter: json!({"titel": "x"}), ..fuzzy };
    refused(postgres.full_text_search_dyn(&world.cx, "press", "Article", &wrong).await, ErrorKind::Invalid);
    let unknown = postgres.full_text_search_dyn(&world.cx, "press", "Articel", &wrong).await;
    refused(unknown, ErrorKind::NotFound);
}

pub async fn the_indexes_are_used(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let (records, cx, postgres) = (&world.records, &world.cx, world.platform.postgres());
    let text = |id: i64| format!("word{id} and word{} of the {}", id + 7, "ordinary text ".repeat(10));
    let many = (0..20_000).map(move |id| Article::new(id, &format!("title{id} number{}", id % 777), &text(id)));
    records.batch_create_count(cx, many).await.unwrap();
    harness.analyze(cx.tenant(), "article").await;
    let plan = postgres.explain_search(cx, words("word4711")).await.unwrap().to_string();
    assert!(plan.contains("article_search_idx"), "{plan}");
    let plan = postgres.explain_search(cx, words("titel4711").fuzzy().highlight()).await.unwrap().to_string();
    assert!(plan.contains("article_search_idx") && plan.contains("article_title_idx"), "{plan}");
    let search = DynamicSearch { text: "word4711".to_owned(), ..DynamicSearch::default() };
    let by_name = postgres.explain_search_dyn(cx, "press", "Article", &search).await.unwrap().to_string();
    assert!(by_name.contains("article_search_idx"), "{by_name}");
}
