//! Row placement: a statement that lacks one of its conditions is noticed.

use std::sync::Arc;

use sqh_model::expr::{Filter, Query};
use sqh_model::render::ddl::{self, DdlOptions, TenantColumns};
use sqh_model::schema::Placement;
use sqh_model::{Row, Value};
use sqlx::Row as _;

use super::support::Place;
use crate::backend::postgres::session::{Repeat, Session};
use crate::backend::postgres::statement::keyed::{Shape, render};
use crate::backend::postgres::statement::target::{Owner, Target};
use crate::backend::postgres::statement::{Inputs, Statement, filtered};
use crate::engine::Route;
use crate::prelude::*;
use crate::tenancy::{ConnectionKey, DEFAULT_SERVER, NewTenant, Role, Slug, TenantRecord};

/// A note.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "notes")]
#[storage(postgres)]
pub struct Note {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// What it says.
    pub text: String,
}

const TENANT: &str = "t.\"tenant_id\" = $1";

fn statements(target: &Target<'_>, changes: &Row) -> Vec<(&'static str, Statement)> {
    let every = || Query { filter: Filter::Everything, ..Query::default() };
    let all = Filter::Everything;
    let keyed = |shape| render(target, &shape, &Filter::Everything).unwrap();
    let columns = || vec![1].into_boxed_slice();
    vec![
        ("get", keyed(Shape::Get { physical: true })),
        ("update", keyed(Shape::Update { columns: columns(), physical: true, versioned: false })),
        ("delete", keyed(Shape::Delete { physical: true, versioned: false })),
        ("list", filtered::select(target, &every(), &all, &[0, 1]).unwrap()),
        ("one column", filtered::select(target, &every(), &all, &[1]).unwrap()),
        ("count", filtered::count(target, &all, &all).unwrap()),
        ("delete by filter", filtered::delete(target, &all, &all).unwrap()),
        ("update by filter", filtered::update(target, &all, &all, changes, false).unwrap()),
        ("update by filter that replies", filtered::update(target, &all, &all, changes, true).unwrap()),
    ]
}

/// What comes of a statement, which is undone.
async fn outcome(session: &mut Session<'_>, name: &str, statement: &Statement, inputs: Inputs<'_>) -> String {
    session.begin(statement.def, "BEGIN".to_owned()).await.unwrap();
    let mut seen = Vec::new();
    let outcome = match name {
        "delete" | "delete by filter" | "update by filter" => {
            session.affected(statement, inputs).await.map(|count| seen.push(count.to_string()))
        }
        "count" => {
            let count = |row: &sqlx::postgres::PgRow| {
                seen.push(row.get::<i64, _>(0).to_string());
                Ok(())
            };
            session.each(statement, inputs, Repeat::Never, count).await
        }
        _ => session.rows(statement, inputs, Repeat::Never).await.map(|rows| seen.push(format!("{rows:?}"))),
    };
    session.rollback(statement.def).await.unwrap();
    match outcome {
        Ok(()) => seen.join(" "),
        Err(error) => format!("{:?}: {error}", error.kind()),
    }
}

#[tokio::test]
async fn a_statement_without_one_of_its_conditions_is_noticed() {
    let place = Place::new(&[]).await;
    let options = DdlOptions { placement: Placement::Row, schema: Some("public".to_owned()), ..DdlOptions::default() };
    for statement in ddl::render(&[Note::def()], &options).unwrap().statements {
        place.sql(&statement.sql).await;
    }
    place
        .sql(
            "INSERT INTO tenants VALUES ('mine'), ('theirs');
            INSERT INTO note (tenant_id, id, text) SELECT 'mine', i, 'mine' FROM generate_series(1, 2) i;
            INSERT INTO note (tenant_id, id, text) SELECT 'theirs', i, 'canary' FROM generate_series(1, 5) i",
        )
        .await;

    let slug = Slug::new("mine").unwrap();
    let tenant = TenantRecord::in_memory(NewTenant::new(&slug, "mine", DEFAULT_SERVER, Placement::Row), 1);
    let route = Route::of_tenant(tenant.into(), Note::def()).unwrap();
    let columns = TenantColumns::default();
    let (target, owner) = Target::of(Note::def(), &route, &columns).unwrap();
    let owner: Option<Owner> = owner;
    let (key, changes) = ([Value::I64(1)], vec![Value::Unset, Value::Text("changed".to_owned())]);
    let inputs = Inputs { owner: owner.as_ref(), key: &key, row: &changes, ..Inputs::default() };

    let here = ConnectionKey::new(Arc::from(DEFAULT_SERVER), Arc::from(place.database.name()), Role::Application);
    let mut lease = place.store().acquire(here).await.unwrap();
    for (i, (name, whole)) in statements(&target, &changes).into_iter().enumerate() {
        // A fresh session each time: one that is in a transaction sends nothing twice.
        let expected = outcome(&mut Session::new(&mut lease, false), name, &whole, inputs).await;
        assert!(!expected.contains("canary") && !expected.contains("Internal"), "{name}: {expected}");

        let mut mutated = statements(&target, &changes).swap_remove(i).1;
        let sql = whole.sql.replace(TENANT, "$1::text IS NOT NULL");
        assert_ne!(*sql, *whole.sql, "{name} has no condition on the tenant");
        mutated.sql = sql.into();
        let got = outcome(&mut Session::new(&mut lease, false), name, &mutated, inputs).await;
        assert_ne!(got, expected, "{name} without its condition on the tenant");
        assert!(!got.contains("canary"), "{name} gave another tenant's row: {got}");
        if !matches!(name, "delete" | "count" | "delete by filter" | "update by filter") {
            assert!(got.starts_with("Internal") && got.contains("fails closed"), "{name}: {got}");
        }

        let by_key = whole.sql.split(" AND ").find(|part| part.contains("t.\"id\" = $")).map(str::to_owned);
        if let Some(part) = by_key {
            let (condition, bind) = (part.split(" RETURNING").next().unwrap(), part.split('$').nth(1).unwrap());
            let number: String = bind.chars().take_while(char::is_ascii_digit).collect();
            let sql = whole.sql.replace(condition, &format!("${number}::bigint IS NOT NULL"));
            let mut mutated = statements(&target, &changes).swap_remove(i).1;
            mutated.sql = sql.into();
            let got = outcome(&mut Session::new(&mut lease, false), name, &mutated, inputs).await;
            assert_ne!(got, expected, "{name} without its key");
        }
    }
    // A statement of row placement that nobody's key is given to is not sent.
    for (name, statement) in statements(&target, &changes) {
        let nobody = Inputs { owner: None, ..inputs };
        let got = outcome(&mut Session::new(&mut lease, false), name, &statement, nobody).await;
        assert!(got.starts_with("Internal") && got.contains("fails closed"), "{name}: {got}");
    }
}
