//! What is refused of statements that callers write, on every backend: before anything is sent.

use sqh_runtime::prelude::*;
use sqh_runtime::sql::RawSql;

use crate::harness::{Harness, World, refused};
use crate::hostile::{ALLOWED, HOSTILE};

pub async fn hostile_statements_are_refused_with_the_reason(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let postgres = world.platform.postgres();
    let mut wrong = Vec::new();
    for (sql, word) in HOSTILE {
        match postgres.raw_sql_dyn(&world.cx, *sql).await {
            Err(error) if error.kind() == ErrorKind::Invalid && error.message().contains(word) => {}
            Err(error) => wrong.push(format!("{sql}\n    expected `{word}`, got {error}")),
            Ok(_) => wrong.push(format!("{sql}\n    ran")),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), HOSTILE.len(), wrong.join("\n"));
}

pub async fn ordinary_statements_are_not(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let runs = harness.capabilities().raw_sql;
    let mut wrong = Vec::new();
    for sql in ALLOWED {
        match world.platform.postgres().raw_sql_dyn(&world.cx, *sql).await {
            Ok(_) if runs => {}
            Err(error) if !runs && error.kind() == ErrorKind::Unsupported => {}
            Err(error) => wrong.push(format!("{sql}\n    {error}")),
            Ok(_) => wrong.push(format!("{sql}\n    ran where nothing can")),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), ALLOWED.len(), wrong.join("\n"));
}

pub async fn long_statements_cost_no_more_than_their_refusal(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let postgres = world.platform.postgres();
    let run = async |sql: String| refused(postgres.raw_sql_dyn(&world.cx, sql).await, ErrorKind::Invalid);
    run(format!("SELECT {} FROM Book", vec!["1"; 40_000].join(" + "))).await;
    run(format!("SELECT {} FROM Book", vec!["1"; 3_000].join(" + "))).await;
    run(format!("SELECT 1{} FROM Book", "::int".repeat(1_500))).await;
    run(format!("SELECT id FROM Book {}", "UNION SELECT id FROM Book ".repeat(700))).await;
    run(format!("SELECT id FROM Book WHERE {} true", "NOT ".repeat(3_000))).await;
    run(format!("SELECT id FROM {}Book{}", "(".repeat(16), ")".repeat(16))).await;
    run(format!("SELECT {}1{} FROM Book", "(".repeat(3_000), ")".repeat(3_000))).await;
    run(format!("SELECT {}1{} FROM Book", "CASE WHEN true THEN ".repeat(700), " END".repeat(700))).await;
    run("SELECT id FROM Book -- ".to_owned() + &"x".repeat(70_000)).await;
}

pub async fn parameters_are_given_once_and_used(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let postgres = world.platform.postgres();
    let of = |params: &[&str]| {
        let sql = RawSql::new("SELECT id FROM Book WHERE title = :title AND pages > :pages");
        params.iter().fold(sql, |sql, name| sql.set::<i32>(name, 1))
    };
    for (params, word) in [
        (&["title"][..], "`:pages` is missing"),
        (&[], "`:title` is missing"),
        (&["title", "pages", "other"], "`:other` is nowhere"),
        (&["title", "pages", "title"], "`:title` is given twice"),
    ] {
        let error = refused(postgres.raw_sql_dyn(&world.cx, of(params)).await, ErrorKind::Invalid);
        assert!(error.message().contains(word), "{error}");
    }
}
