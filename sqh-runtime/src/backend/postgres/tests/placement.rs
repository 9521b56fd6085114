//! Row placement: every statement names the tenant for each table in it, and one that lacks any of its
//! conditions is noticed.

use std::sync::Arc;

use sqh_model::render::ddl::{self, DdlOptions, TenantColumns};
use sqh_model::schema::Placement;
use sqlparser::ast::Expr;
use sqlx::Row as _;

use self::parsed::{conjuncts, first_value, insert, parse, relations};
use self::shapes::{Answer, Case, Given, cases};
use super::support::Place;
use crate::backend::postgres::bulk::unnest::Columns;
use crate::backend::postgres::session::{Repeat, Session};
use crate::backend::postgres::statement::sql::Sql;
use crate::backend::postgres::statement::target::{Owner, Target};
use crate::backend::postgres::statement::{Encode, Inputs};
use crate::engine::Route;
use crate::prelude::*;
use crate::tenancy::{ConnectionKey, DEFAULT_SERVER, NewTenant, Role, Slug, TenantRecord};

mod parsed;
mod shapes;

/// An entry. Its key is not the physical one, which has the partition's column too.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "notes", search(language = "english"))]
#[storage(postgres, high_volume, partition_by = "at")]
#[index(columns = ["text"], using = "gin", ops = "gin_trgm_ops")]
pub struct Entry {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What it says.
    #[field(search)]
    pub text: String,
    /// Which of them the principal may touch.
    pub kind: String,
    /// Counts updates.
    #[field(version)]
    pub version: i64,
}

const TABLE: &str = "\"public\".\"entry\"";
const TENANT: &str = "\"tenant_id\"";

fn route() -> Route {
    let slug = Slug::new("mine").unwrap();
    let tenant = TenantRecord::in_memory(NewTenant::new(&slug, "mine", DEFAULT_SERVER, Placement::Row), 1);
    Route::of_tenant(tenant.into(), Entry::def()).unwrap()
}

/// The statements of a route, with the check of its epoch and without.
fn check_statements(is_guarded: bool) {
    let (route, columns) = (route(), TenantColumns::default());
    let target = Target { is_guarded, ..Target::of(Entry::def(), &route, &columns).unwrap().0 };
    for Case { name, statement, .. } in cases(&target) {
        let mut parsed = parse(&statement.sql);
        let inserted = insert(&parsed);
        // What a conflict changes is the insert's own table.
        let mut seen = usize::from(matches!(inserted, Some((.., None))));
        relations(&mut parsed, &mut |relation| {
            seen += 1;
            let (wanted, mut is_named) = (format!("{}.{TENANT} = $1", relation.alias), false);
            let condition = relation.condition.as_mut().unwrap_or_else(|| panic!("{name}: {}", statement.sql));
            conjuncts(condition, &mut |part| is_named |= part.to_string() == wanted);
            assert!(is_named, "{name} names no tenant for `{}`: {}", relation.alias, statement.sql);
        });
        assert_eq!(seen, statement.sql.matches(TABLE).count(), "{name}: a table was not seen: {}", statement.sql);
        assert!(seen > 0, "{name} is on no table: {}", statement.sql);
        if let Some((table, columns, conflict)) = inserted {
            assert_eq!((&*table, &*columns[0], &*first_value(&parsed)), (TABLE, TENANT, "$1"), "{name}");
            assert!(conflict.is_none_or(|columns| columns[0] == TENANT), "{name}: {}", statement.sql);
        }
    }
    let copy = Sql::copy(&target, &[shapes::ID, shapes::AT]);
    let sqlparser::ast::Statement::Copy { source, to: false, .. } = parse(&copy) else { panic!("{copy}") };
    let sqlparser::ast::CopySource::Table { table_name, columns } = source else { panic!("{copy}") };
    assert_eq!((&*table_name.to_string(), &*parsed::names(&columns)[0]), (TABLE, TENANT), "{copy}");
}

#[test]
fn every_statement_names_the_tenant_for_each_of_its_tables() {
    check_statements(false);
    check_statements(true);
}

/// The joins of the cases compute, and what fails in that must not tell of another's record: the planner
/// may move a condition into a table only where nothing is computed in any.
#[test]
fn a_report_that_computes_in_a_condition_is_fenced() {
    let (route, columns) = (route(), TenantColumns::default());
    let target = Target::of(Entry::def(), &route, &columns).unwrap().0;
    let fences = |name: &str| {
        let case = cases(&target).into_iter().find(|case| case.name == name).unwrap();
        case.statement.sql.matches("OFFSET 0").count()
    };
    assert_eq!(fences("report"), 0);
    for name in ["joined report", "left join", "semi join", "anti join"] {
        assert_eq!(fences(name), 2, "{name}");
    }
}

/// The statement once without each of its conditions, with what is missing.
fn mutants(sql: &str) -> Vec<(String, String)> {
    let mut mutants = Vec::new();
    loop {
        let (mut parsed, mut number, mut missing) = (parse(sql), 0, None);
        relations(&mut parsed, &mut |relation| {
            let condition = relation.condition.as_mut().expect("a condition");
            conjuncts(condition, &mut |part| {
                if number == mutants.len() {
                    missing = Some(part.to_string());
                    *part = Expr::value(sqlparser::ast::Value::Boolean(true));
                }
                number += 1;
            });
        });
        match missing {
            Some(missing) => mutants.push((missing, parsed.to_string())),
            None => return mutants,
        }
    }
}

/// What comes of a statement, which is undone.
async fn outcome(session: &mut Session<'_>, case: &Case, owner: Option<&Owner>, given: &Given) -> String {
    let (statement, def) = (&case.statement, case.statement.def);
    let places: Vec<usize> = (0..given.rows.len()).collect();
    let batch = Columns { def, columns: &shapes::ALL, rows: &given.rows, places: &places };
    let inputs = Inputs {
        owner,
        key: &given.key,
        row: &given.row,
        version: given.version.as_ref(),
        scope: Some(&case.scope),
        others: (!given.rows.is_empty()).then_some(&batch as &dyn Encode),
        guard: None,
    };
    session.begin(def, "BEGIN".to_owned()).await.unwrap();
    let mut seen = Vec::new();
    let outcome = match case.answer {
        Answer::Affected => session.affected(statement, inputs).await.map(|count| seen.push(count.to_string())),
        Answer::Count | Answer::Plan => {
            let answer = |row: &sqlx::postgres::PgRow| {
                let count = row.try_get::<i64, _>(0).map(|count| count.to_string());
                seen.push(count.unwrap_or_else(|_| row.get::<serde_json::Value, _>(0).to_string()));
                Ok(())
            };
            session.each(statement, inputs, Repeat::Never, answer).await
        }
        Answer::Records | Answer::Values => {
            session.rows(statement, inputs, Repeat::Never).await.map(|rows| seen.push(format!("{rows:?}")))
        }
    };
    session.rollback(def).await.unwrap();
    match outcome {
        Ok(()) => seen.join(" "),
        Err(error) => format!("{:?}: {error}", error.kind()),
    }
}

/// A database with entries of two tenants.
async fn place() -> Place {
    let place = Place::new(&[]).await;
    let options = DdlOptions { placement: Placement::Row, schema: Some("public".to_owned()), ..DdlOptions::default() };
    for statement in ddl::render(&[Entry::def()], &options).unwrap().statements {
        place.sql(&statement.sql).await;
    }
    let mine = [
        (1, 1, "alpha", "open"),
        (1, 2, "alpha", "closed"),
        (3, 1, "alpha", "open"),
        (3, 2, "alpha", "open"),
        (4, 1, "beta", "open"),
        (5, 1, "alpha", "closed"),
        (6, 1, "alpha", "open"),
    ];
    let rows = mine.map(|(id, day, text, kind)| format!("('mine', {id}, {}, '{text}', '{kind}', 1)", at(day)));
    let at = at("day");
    let sql = format!(
        "INSERT INTO tenants VALUES ('mine'), ('theirs');
        INSERT INTO entry (tenant_id, id, at, text, kind, version) VALUES {};
        INSERT INTO entry (tenant_id, id, at, text, kind, version)
            SELECT 'theirs', i, {at}, 'alpha canary', 'open', 1 FROM generate_series(0, 6) i, generate_series(1, 3) day",
        rows.join(", ")
    );
    place.sql(&sql).await;
    place
}

fn at(day: impl std::fmt::Display) -> String {
    format!("to_timestamp({day} * 86400)")
}

#[tokio::test]
async fn a_statement_without_one_of_its_conditions_is_noticed() {
    let (place, route, columns) = (place().await, route(), TenantColumns::default());
    let (target, owner) = Target::of(Entry::def(), &route, &columns).unwrap();
    let here = ConnectionKey::new(Arc::from(DEFAULT_SERVER), Arc::from(place.database.name()), Role::Application);
    let mut lease = place.store().acquire(here).await.unwrap();
    let mut run = async |case: &Case, owner: Option<&Owner>| {
        let mut outcomes = Vec::new();
        for given in &case.inputs {
            // A fresh session each time: one that is in a transaction sends nothing twice.
            outcomes.push(outcome(&mut Session::new(&mut lease, false), case, owner, given).await);
        }
        assert!(!format!("{outcomes:?}").contains("canary"), "{} gave another tenant's row: {outcomes:?}", case.name);
        outcomes
    };
    for mut case in cases(&target) {
        let (name, whole) = (case.name, Arc::clone(&case.statement.sql));
        let expected = run(&case, owner.as_ref()).await;
        assert!(expected.iter().all(|outcome| !outcome.contains("Internal")), "{name}: {expected:?}");
        for (missing, sql) in mutants(&whole) {
            if name == "upsert" && missing.contains(TENANT) {
                // The conflict's columns say the same. It is tried below, where they do not.
                continue;
            }
            case.statement.sql = sql.into();
            let got = run(&case, owner.as_ref()).await;
            assert_ne!(got, expected, "{name} without `{missing}`: {whole}");
            if case.answer == Answer::Records && missing == format!("t.{TENANT} = $1") {
                assert!(got.iter().any(|outcome| is_closed(outcome)), "{name}: {got:?}");
            }
        }
        if whole.starts_with("INSERT") {
            for sql in forged(&whole) {
                case.statement.sql = sql.into();
                let got = run(&case, owner.as_ref()).await;
                let is_counted = case.answer == Answer::Affected;
                assert!(is_counted || got.iter().any(|outcome| is_closed(outcome)), "{name}: {got:?}");
            }
            case.statement.sql = whole
                .replace(&format!("({TENANT}, \"id\""), "(\"id\"")
                .replace("($1, ", "(")
                .replace("SELECT $1, ", "SELECT ")
                .into();
            assert_ne!(*case.statement.sql, *whole);
            assert_ne!(run(&case, owner.as_ref()).await, expected, "{name} without the tenant's column");
        }
        // A statement of row placement that nobody's key is given to is not sent.
        case.statement.sql = whole;
        assert!(run(&case, None).await.iter().all(|outcome| is_closed(outcome)), "{name}");
    }
}

/// An insert that writes another tenant's rows, and, of an upsert, one that may change them too.
fn forged(sql: &str) -> Vec<String> {
    let forged = sql.replace("VALUES ($1, ", "VALUES ('theirs', ").replace("SELECT $1, ", "SELECT 'theirs', ");
    assert_ne!(forged, sql);
    let changing = mutants(&forged).into_iter().filter(|(missing, _)| missing.contains(TENANT)).map(|(_, sql)| sql);
    changing.chain([forged.clone()]).collect()
}

fn is_closed(outcome: &str) -> bool {
    outcome.starts_with("Internal") && outcome.contains("fails closed")
}
