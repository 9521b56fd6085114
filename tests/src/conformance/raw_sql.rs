//! Statements that callers write: what they see of the records, and what they are told.

use std::time::Duration;

use serde_json::json;
use sqh_runtime::prelude::*;
use sqh_runtime::sql::{RawSql, SqlOptions, sql};

use crate::harness::{Harness, World, identity, refused};
use crate::models::{Badge, Book, Essay, Genre, Memo, Person};

fn book(id: i64, title: &str, shelf: &str, pages: i32) -> Book {
    Book { shelf: Some(shelf.to_owned()), pages, ..Book::new(id, title) }
}

/// Four books, and those of another tenant, which are in nobody's way.
async fn library(harness: &dyn Harness) -> World {
    let world = World::new(harness).await;
    let books = vec![book(1, "A", "x", 10), book(2, "B", "x", 20), book(3, "C", "y", 30), book(4, "D", "y", 40)];
    world.records.batch_create(&world.cx, books).await.unwrap();
    let theirs = world.another_tenant().await;
    let books = (1..=9).map(|id| book(id, &format!("theirs {id}"), "x", 1000));
    world.records.batch_create(&theirs, books.collect::<Vec<_>>()).await.unwrap();
    world
}

pub async fn every_table_holds_the_tenants_records_alone(harness: &dyn Harness) {
    let world = library(harness).await;
    let postgres = world.platform.postgres();
    for (sql, expected) in [
        ("SELECT count(*) FROM Book", 4),
        ("SELECT count(*) FROM Book a, book b", 16),
        ("SELECT count(*) FROM Book a LEFT JOIN Book b ON a.id < b.id AND b.pages < 35", 5),
        ("SELECT count(*) FROM (SELECT id FROM Book UNION ALL SELECT id FROM Book) AS q", 8),
        ("WITH b AS (SELECT pages FROM Book) SELECT sum(pages) FROM b", 100),
        ("SELECT count(*) FROM Book WHERE id IN (SELECT b.id + 1 FROM Book b)", 3),
        ("SELECT (SELECT count(*) FROM Book b WHERE b.shelf = a.shelf) FROM Book a WHERE id = 1", 2),
        ("SELECT count(*) FROM Book a WHERE NOT EXISTS (SELECT 1 FROM Book b WHERE b.pages > a.pages)", 1),
        ("SELECT max(n) FROM (SELECT count(*) OVER () AS n FROM Book) q", 4),
        ("SELECT count(*) FROM Book WHERE true OR true", 4),
        ("SELECT count(*) FROM Book WHERE id = 1 OR 1 = 1 --'", 4),
        ("SELECT count(*) FROM Book CROSS JOIN generate_series(1, 2) AS n", 8),
    ] {
        let rows = postgres.raw_sql::<(i64,)>(&world.cx, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(rows, [(expected,)], "{sql}");
    }
}

pub async fn names_are_what_they_were_found_to_be(harness: &dyn Harness) {
    let world = library(harness).await;
    let postgres = world.platform.postgres();
    let one = async |sql: &str| postgres.raw_sql::<(i64,)>(&world.cx, sql).await.unwrap()[0].0;
    // A query that is called like a model hides it, where it is known.
    assert_eq!(one("WITH book AS (SELECT 7::bigint AS id) SELECT b.id FROM book b, Essay e RIGHT JOIN Book c ON true").await, 7);
    assert_eq!(one("SELECT q.id + count(*) FROM (WITH book AS (SELECT 7 AS id) SELECT id FROM book) q, Book GROUP BY q.id").await, 11);
    // The inner column hides the outer one.
    assert_eq!(one("SELECT count(*) FROM Book b WHERE EXISTS (SELECT 1 FROM Book c WHERE pages > 35)").await, 4);
    assert_eq!(one("SELECT count(*) FROM Book b WHERE EXISTS (SELECT 1 FROM Book c WHERE b.pages > 35)").await, 1);
    // Behind ORDER BY what is selected goes first, behind GROUP BY what there is.
    assert_eq!(one("SELECT id FROM (SELECT id, -id AS pages FROM Book ORDER BY pages LIMIT 1) q").await, 4);
    let rows = postgres.raw_sql::<(String, i64)>(&world.cx, "SELECT 'all' AS shelf, count(*) FROM Book GROUP BY shelf").await;
    assert_eq!(rows.unwrap().len(), 2);
}

pub async fn the_rules_of_every_table_apply(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let World { records, cx, .. } = &world;
    for (id, title, writer, pages) in [(1, "a", "ann", 1), (2, "no (pattern", "bob", 7), (3, "b", "ann", 2)] {
        records.create(cx, Memo { pages, ..Memo::new(id, &format!("{title} {id}"), writer) }).await.unwrap();
    }
    records.create(cx, Book::new(2, "x")).await.unwrap();
    let postgres = world.platform.postgres();
    let of = async |user: &str, permissions: &[&str]| {
        let team_id = Some("desk".to_owned());
        world.somebody(Identity { user_id: user.to_owned(), team_id, ..identity(permissions) }).await
    };
    let ann = of("ann", &[]).await;
    let ids = async |sql: &str| {
        let mut rows = postgres.raw_sql::<(i64,)>(&ann, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.sort_unstable();
        rows.into_iter().map(|row| row.0).collect::<Vec<_>>()
    };
    assert_eq!(ids("SELECT id FROM Memo WHERE writer = 'bob' OR true").await, [1, 3]);
    assert_eq!(ids("SELECT max(b.id) FROM Memo a LEFT JOIN Memo b ON a.id <= b.id WHERE a.id = 1").await, [3]);
    assert_eq!(ids("SELECT (SELECT count(*) FROM Memo b WHERE b.id > a.id) FROM Memo a").await, [0, 1]);
    // No error tells of what she may not read: nothing of hers is tried on it.
    for sql in [
        // Alone this is cheaper than her rules, and would be tried first.
        "SELECT id FROM Memo WHERE NOT ('x' ~ title)",
        "SELECT id FROM Memo WHERE 1 / (pages - 7) <= 1",
        "SELECT id FROM Memo WHERE (CASE WHEN title LIKE 'no%' THEN title ELSE '1' END)::int = 1",
        "SELECT a.id FROM Memo a JOIN Memo b ON a.id = b.id AND 1 / (b.pages - 7) <= 1",
        "SELECT id FROM (SELECT id, 1 / (pages - 7) AS x FROM Memo) q WHERE x <= 1",
        "SELECT id FROM Memo ORDER BY 1 / (pages - 7)",
    ] {
        assert_eq!(ids(sql).await, [1, 3], "{sql}");
    }
    let sql = "SELECT m.id FROM Memo m JOIN Book b ON b.id = m.id";
    let error = refused(postgres.raw_sql_dyn(&ann, sql).await, ErrorKind::Denied);
    assert_eq!(error.model(), Some("Book"), "{error}");
    let reader = of("ann", &["library:read", "library:list"]).await;
    assert_eq!(postgres.raw_sql::<(i64,)>(&reader, sql).await.unwrap(), []);
}

pub async fn a_masked_field_is_shown_masked_and_asked_in_vain(harness: &dyn Harness) {
    let world = World::new(harness).await;
    let person = Person { id: 1, name: "Ann".to_owned(), salary: Some(7), badge: Badge("b-1234".to_owned()) };
    world.records.create(&world.cx, person).await.unwrap();
    let user = world.user(&["hr:read", "hr:list"]).await;
    let postgres = world.platform.postgres();
    let masked = world.records.get::<Person>(&user, 1).await.unwrap();
    for sql in [
        "SELECT salary, badge FROM Person",
        "SELECT q.salary, q.badge FROM (SELECT * FROM Person) AS q",
        "WITH p AS (SELECT badge, salary FROM Person) SELECT max(salary), max(badge) FROM p",
        "SELECT salary, badge FROM Person WHERE EXISTS (SELECT * FROM Person)",
        "SELECT salary, badge FROM Person UNION SELECT salary, badge FROM Person ORDER BY salary",
    ] {
        let rows = postgres.raw_sql::<(Option<i32>, String)>(&user, sql).await.unwrap();
        assert_eq!(rows, [(None, masked.badge.0.clone())], "{sql}");
        let seen = postgres.raw_sql::<(Option<i32>, String)>(&world.cx, sql).await.unwrap();
        assert_eq!(seen, [(Some(7), "b-1234".to_owned())], "{sql}");
    }
    for sql in [
        "SELECT id FROM Person WHERE salary > 1",
        "SELECT id FROM Person ORDER BY Person.salary + 0",
        "SELECT salary + 1 FROM Person",
        "SELECT salary::text FROM Person",
        "SELECT max(salary) FROM Person",
        "SELECT count(*) FROM Person GROUP BY salary",
        "SELECT a.id FROM Person a JOIN Person b ON a.salary = b.salary",
        "SELECT id FROM Person WHERE 7 IN (SELECT salary FROM Person)",
        "SELECT (SELECT salary FROM Person) FROM Person",
        "SELECT count(*) OVER (PARTITION BY salary) FROM Person",
    ] {
        let error = refused(postgres.raw_sql_dyn(&user, sql).await, ErrorKind::Denied);
        assert_eq!((error.model(), error.field()), (Some("Person"), Some("salary")), "{sql}: {error}");
        postgres.raw_sql_dyn(&world.cx, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

pub async fn parameters_are_values_whatever_they_hold(harness: &dyn Harness) {
    let world = library(harness).await;
    let postgres = world.platform.postgres();
    let titles = async |sql: RawSql| {
        let rows = postgres.raw_sql::<(String,)>(&world.cx, sql).await.unwrap();
        rows.into_iter().map(|row| row.0).collect::<Vec<_>>().join("")
    };
    let by = |condition: &str| RawSql::new(format!("SELECT title FROM Book WHERE {condition} ORDER BY title"));
    assert_eq!(titles(by("pages >= :n AND shelf = :shelf").set("n", 40).text("shelf", "y")).await, "D");
    assert_eq!(titles(by("shelf = :shelf").text("shelf", "y' OR 'a' = 'a")).await, "");
    assert_eq!(titles(by("shelf = 'y'' OR ''a'' = ''a\\'")).await, "");
    assert_eq!(titles(by("title IN (:titles)").set("titles", vec!["A".to_owned(), "D".to_owned()])).await, "AD");
    assert_eq!(titles(by("title NOT IN (:titles)").set("titles", vec!["A".to_owned()])).await, "BCD");
    assert_eq!(titles(by("id = ANY (:ids)").set("ids", vec![1_i64, 3])).await, "AC");
    assert_eq!(titles(by("id IN (:ids)").set::<Vec<i64>>("ids", Vec::new())).await, "");
    assert_eq!(titles(by("id IN (:a, :b, :a)").set("a", 1_i64).set("b", 2_i64)).await, "AB");
    assert_eq!(titles(by("shelf = :none").set::<Option<String>>("none", None)).await, "");
    assert_eq!(titles(by("genre = :genre").set("genre", Genre::Poetry)).await, "");
    let sql = RawSql::new("SELECT title FROM Book ORDER BY title LIMIT :n OFFSET :m").set("n", 2).set("m", 1_i64);
    assert_eq!(titles(sql).await, "BC");
    let sql = sql!(
        "SELECT b.{Book.title} FROM {Book} AS b WHERE {Book.pages} > :least AND {Book.title} <> '{{}}' ORDER BY 1",
        least = 15,
    );
    assert_eq!(titles(sql).await, "BCD");
    let sql = RawSql::new("SELECT title || :end FROM Book, unnest(:ids) AS i WHERE i = id").text("end", "!");
    assert_eq!(titles(sql.set("ids", vec![2_i64])).await, "B!");
}

pub async fn rows_are_of_the_types_that_are_read(harness: &dyn Harness) {
    let world = library(harness).await;
    let postgres = world.platform.postgres();
    let cx = &world.cx;
    let sql = "SELECT id, title, pages, stars, genre, created_at FROM Book WHERE id = 1";
    type All = (i64, String, i64, Option<f64>, Option<Genre>, DateTime<Utc>);
    let (id, title, pages, stars, genre, _) = postgres.raw_sql::<All>(cx, sql).await.unwrap().remove(0);
    assert_eq!((id, title.as_str(), pages, stars, genre), (1, "A", 10, None, None));
    let total = postgres.raw_sql::<(Decimal, Vec<String>)>(cx, "SELECT sum(id), array_agg(title ORDER BY id) FROM Book");
    let titles = ["A", "B", "C", "D"].map(str::to_owned).to_vec();
    assert_eq!(total.await.unwrap(), [(Decimal::from(10), titles)]);
    // Also where there are no rows to read.
    for condition in ["true", "false"] {
        let sql = format!("SELECT title, sum(pages) AS total FROM Book WHERE {condition} GROUP BY title");
        let error = refused(postgres.raw_sql::<(String, i32)>(cx, sql.as_str()).await, ErrorKind::Invalid);
        assert!(error.message().contains("`total`") && error.message().contains("int8"), "{error}");
        let error = refused(postgres.raw_sql::<(String,)>(cx, sql.as_str()).await, ErrorKind::Invalid);
        assert!(error.message().contains("2 columns are selected, and 1 are read"), "{error}");
        postgres.raw_sql::<(String, i64)>(cx, sql).await.unwrap();
    }
    let error = refused(postgres.raw_sql::<(f64,)>(cx, "SELECT stars FROM Book").await, ErrorKind::Invalid);
    assert!(error.message().contains("`stars` is null"), "{error}");
    let error = postgres.raw_sql_dyn(cx, "SELECT now() - created_at AS age FROM Book").await;
    assert!(refused(error, ErrorKind::Invalid).message().contains("`age` is of the type interval"));
    let error = postgres.raw_sql_dyn(cx, "SELECT id, shelf AS id FROM Book").await;
    assert!(refused(error, ErrorKind::Invalid).message().contains("two columns are called `id`"));
}

pub async fn rows_of_any_shape_are_objects(harness: &dyn Harness) {
    let world = library(harness).await;
    let sql = "SELECT shelf, count(*) AS n, avg(pages)::float8 AS \"Mean\", array_agg(id ORDER BY id) AS ids, NULL AS no, \
               bool_and(pages > 1) AS long FROM Book GROUP BY shelf ORDER BY shelf";
    let rows = world.platform.postgres().raw_sql_dyn(&world.cx, sql).await.unwrap();
    let expected = json!([
        {"shelf": "x", "n": 2, "Mean": 15.0, "ids": [1, 2], "no": null, "long": true},
        {"shelf": "y", "n": 2, "Mean": 35.0, "ids": [3, 4], "no": null, "long": true},
    ]);
    assert_eq!(json!(rows), expected);
}

pub async fn more_than_may_be_replied_is_an_error(harness: &dyn Harness) {
    let world = library(harness).await;
    let postgres = world.platform.postgres();
    let run = async |sql: &str, options| {
        postgres.raw_sql::<(i64,)>(&world.cx, RawSql::new(sql).options(options)).await
    };
    let rows = |max_rows| SqlOptions { max_rows, ..SqlOptions::default() };
    assert_eq!(run("SELECT id FROM Book", rows(4)).await.unwrap().len(), 4);
    assert_eq!(run("SELECT id FROM Book LIMIT 3", rows(3)).await.unwrap().len(), 3);
    for sql in ["SELECT id FROM Book", "SELECT id FROM Book LIMIT 100", "SELECT id FROM Book UNION SELECT id FROM Book"] {
        let error = refused(run(sql, rows(3)).await, ErrorKind::Invalid);
        assert!(error.message().contains("more than the 3 rows"), "{error}");
    }
    let bytes = SqlOptions { max_bytes: 31, ..SqlOptions::default() };
    let error = refused(run("SELECT id FROM Book", bytes).await, ErrorKind::Invalid);
    assert!(error.message().contains("more than the 31 bytes"), "{error}");
    let fast = SqlOptions { timeout: Duration::from_millis(100), ..SqlOptions::default() };
    let long = "SELECT count(*) FROM Book, generate_series(1, 100000) AS a, generate_series(1, 100000) AS b";
    let error = refused(run(long, fast).await, ErrorKind::Overloaded);
    assert!(error.message().contains("100ms"), "{error}");
    // What was set for the statement is not for the next one.
    world.records.create(&world.cx, Essay { id: 1, title: "x".to_owned() }).await.unwrap();
    assert_eq!(run("SELECT id FROM Book", SqlOptions::default()).await.unwrap().len(), 4);
}

pub async fn what_the_server_refuses_is_the_callers_to_mend(harness: &dyn Harness) {
    let world = library(harness).await;
    for (sql, word) in [
        ("SELECT title, count(*) FROM Book", "GROUP BY"),
        ("SELECT title + 1 FROM Book", "operator"),
        ("SELECT 1 / (pages - pages) FROM Book", "division by zero"),
        ("SELECT title::int FROM Book", "integer"),
        ("SELECT (SELECT id FROM Book) FROM Book", "more than one row"),
    ] {
        let error = refused(world.platform.postgres().raw_sql_dyn(&world.cx, sql).await, ErrorKind::Invalid);
        assert!(error.message().contains(word), "{error}");
    }
}
