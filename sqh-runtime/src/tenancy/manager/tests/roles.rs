//! Roles: who is made, what each may do, and what is refused to the application's.

use std::sync::Arc;

use futures::future::join_all;
use sqh_model::ErrorKind;
use sqh_model::schema::{Placement, SHARED_REFERENCE_DB_NAME};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::models::STATION;
use super::support::{Target, manager, own_config, own_server, run, texts};
use crate::tenancy::{
    CATALOG_DB_NAME, ConnectionKey, ConnectionStore, DEFAULT_SERVER, Role, Server, Servers, StoreConfig,
    TenantDatabaseManager, TenantOptions, roles,
};

const MADE: &str = "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'sqh%' ORDER BY 1";

/// Lets in by password only, but for the superuser, and for nobody by a socket.
async fn ask_for_passwords(admin: &str) {
    run(admin, "CREATE ROLE boss LOGIN CREATEDB CREATEROLE").await;
    run(admin, "SET password_encryption = 'scram-sha-256'; ALTER ROLE boss PASSWORD 'hush'").await;
    let rules = texts(admin, "SHOW hba_file").await.remove(0);
    let rules = format!(
        "COPY (SELECT 'host all postgres all trust' UNION ALL SELECT 'host all all all scram-sha-256') TO '{rules}'; \
         SELECT pg_reload_conf()"
    );
    run(admin, &rules).await;
    let unasked = as_user(admin, "boss");
    while PgConnection::connect(&unasked).await.is_ok() {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

fn as_user(admin: &str, login: &str) -> String {
    admin.replacen("postgres@", &format!("{login}@"), 1)
}

/// What a role is told of a statement: its SQLSTATE, or nothing if it may.
async fn told(manager: &TenantDatabaseManager, database: &str, role: Role, sql: &str) -> Option<String> {
    let key = ConnectionKey::new(DEFAULT_SERVER, database, role);
    let mut lease = match manager.store().acquire(key).await {
        Ok(lease) => lease,
        Err(error) => return crate::tenancy::server::login_code(&error),
    };
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(lease.connection()).await;
    Some(done.err()?.as_database_error()?.code()?.into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_url_is_enough_where_passwords_are_asked_for() {
    let server = own_server().await;
    let admin = server.admin_url();
    ask_for_passwords(&admin).await;
    // The owner is no superuser, and many processes begin at once.
    let managers: Vec<_> = (0..4).map(|_| manager(&as_user(&admin, "boss:hush"))).collect();
    let inits = join_all(managers.iter().map(|manager| manager.init())).await;
    let reports: Vec<_> = inits.into_iter().map(Result::unwrap).collect();
    for role in texts(&admin, MADE).await {
        assert_eq!(
            reports.iter().flat_map(|report| &report.made).filter(|made| made.name == role).count(),
            1,
            "{role}"
        );
    }
    assert_eq!(texts(&admin, MADE).await, ["sqh_app", "sqh_migrator", "sqh_shared_reader", "sqh_shared_writer"]);
    assert_eq!(managers[0].init().await.unwrap().made, []);
    let tenant = managers[0].provision("acme").await.unwrap();
    managers[0].ensure_table(tenant.place(), &STATION).await.unwrap();
    assert_eq!(told(&managers[0], "sqh_tenant_acme", Role::Application, "SELECT FROM app_station").await, None);
    let verifiers = "SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'sqh%'";
    for verifier in texts(&admin, verifiers).await {
        assert!(verifier.starts_with("SCRAM-SHA-256$4096:"), "{verifier}");
    }

    // The owner's password is changed: what follows from it is set anew, on the next init.
    run(&admin, "SET password_encryption = 'scram-sha-256'; ALTER ROLE boss PASSWORD 'hush2'").await;
    let later = manager(&as_user(&admin, "boss:hush2"));
    let error = later.catalog().find("acme").await.unwrap_err();
    assert!(error.message().contains("`platform.init()`"), "{error}");
    later.init().await.unwrap();
    later.catalog().find("acme").await.unwrap();
    // The role has another one than this version gives it, as from an earlier version.
    run(&admin, "SET password_encryption = 'scram-sha-256'; ALTER ROLE sqh_migrator PASSWORD 'of-version-1'").await;
    let upgraded = manager(&as_user(&admin, "boss:hush2"));
    let error = upgraded.catalog().find("acme").await.unwrap_err();
    assert!(error.message().contains("`sqh_migrator`") && error.message().contains("`platform.init()`"), "{error}");
    assert_eq!(upgraded.init().await.unwrap().made, []);
    upgraded.catalog().find("acme").await.unwrap();
}

#[tokio::test]
async fn a_url_of_its_own_is_stronger_than_the_role_that_is_made() {
    let server = own_server().await;
    let admin = server.admin_url();
    run(&admin, "CREATE ROLE mine LOGIN").await;
    let own = Server::new(&admin).unwrap().role_url(Role::Application, &as_user(&admin, "mine")).unwrap();
    let store = ConnectionStore::new(Servers::single(own), StoreConfig::default()).unwrap();
    let manager = TenantDatabaseManager::new(store, &[&STATION]);
    manager.init().await.unwrap();
    assert_eq!(texts(&admin, MADE).await, ["sqh_migrator", "sqh_shared_reader", "sqh_shared_writer"]);
    let tenant = manager.provision("acme").await.unwrap();
    manager.ensure_table(tenant.place(), &STATION).await.unwrap();
    let grantees = "SELECT grantee::text FROM information_schema.table_privileges WHERE table_name = 'app_station' \
                    AND privilege_type = 'INSERT' AND grantee <> 'sqh_migrator'";
    assert_eq!(texts(&server.url("sqh_tenant_acme"), grantees).await, ["mine"]);
}

#[tokio::test]
async fn each_role_may_do_its_own_work_and_no_more() {
    let server = own_server().await;
    let manager = manager(&server.admin_url());
    manager.init().await.unwrap();
    let tenant = manager.provision("acme").await.unwrap();
    manager.provision("bolt").await.unwrap();
    manager.ensure_table(tenant.place(), &STATION).await.unwrap();
    let shared = crate::tenancy::Place::shared();
    manager.ensure_table(shared, &STATION).await.unwrap();

    let (read, write) = ("SELECT FROM app_station", "INSERT INTO app_station VALUES ('a', 'A')");
    let (own, shared) = (tenant.database(), SHARED_REFERENCE_DB_NAME);
    let denied = Some("42501".to_owned());
    use Role::{Application, Migrator, SharedReader, SharedWriter};
    let cases: &[(&str, Role, &str, bool)] = &[
        (own, Application, read, true),
        (own, Application, write, true),
        (own, Application, "UPDATE app_station SET name = 'B'; DELETE FROM app_station", true),
        (own, Application, "SELECT FROM sqh.ledger", false),
        (own, Application, "SELECT FROM sqh.placements", false),
        (own, Application, "SELECT sqh.fence('acme', 1)", false),
        (
            own,
            Application,
            "SELECT sqh.check_placement(tenant, epoch) FROM (VALUES ('acme', 1)) p (tenant, epoch)",
            true,
        ),
        (own, Application, "DELETE FROM sqh.ledger", false),
        (own, Application, "CREATE TABLE more ()", false),
        (own, Application, "CREATE TEMPORARY TABLE more ()", false),
        (own, Application, "TRUNCATE app_station", false),
        (own, Application, "CREATE SCHEMA more", false),
        (own, Application, "SET ROLE sqh_migrator", false),
        (own, Application, "CREATE ROLE more", false),
        (own, Application, "CREATE DATABASE more", false),
        // Not even let in.
        (shared, Application, read, false),
        (shared, Application, write, false),
        (CATALOG_DB_NAME, Application, "SELECT FROM sqh.tenants", false),
        (CATALOG_DB_NAME, SharedWriter, "SELECT FROM sqh.tenants", false),
        (own, SharedReader, read, false),
        (own, SharedWriter, write, false),
        (shared, SharedReader, read, true),
        (shared, SharedReader, write, false),
        (shared, SharedReader, "DELETE FROM app_station", false),
        (shared, SharedWriter, write, true),
        (shared, SharedWriter, "DROP TABLE app_station", false),
        (shared, Migrator, "CREATE TABLE more ()", true),
        (own, Migrator, "CREATE SCHEMA more", true),
        (own, Migrator, "CREATE DATABASE more", false),
    ];
    for (database, role, sql, allowed) in cases {
        let expected = if *allowed { None } else { denied.clone() };
        assert_eq!(told(&manager, database, *role, sql).await, expected, "{role:?} in {database}: {sql}");
    }
    // Everybody else is let into none of them.
    run(&server.admin_url(), "CREATE ROLE stranger LOGIN").await;
    for database in [own, shared, CATALOG_DB_NAME, "sqh_tenant_bolt"] {
        let error = PgConnection::connect(&as_user(&server.url(database), "stranger")).await.unwrap_err();
        assert!(error.to_string().contains("permission denied for database"), "{database}: {error}");
    }
}

#[tokio::test]
async fn the_table_of_tenants_is_not_the_applications_to_write() {
    let server = own_server().await;
    let manager = manager(&server.admin_url());
    manager.init().await.unwrap();
    let options = TenantOptions::default().placement(Placement::Row);
    let tenant = manager.provision_with("acme", &options).await.unwrap();
    manager.ensure_table(tenant.place(), &STATION).await.unwrap();
    // The rights in the schema are given anew, as for a table that the owner has made.
    roles::prepare(manager.store(), DEFAULT_SERVER, tenant.database(), "public").await.unwrap();
    manager.provision_with("bolt", &options).await.unwrap();
    let denied = Some("42501".to_owned());
    for sql in [
        "INSERT INTO public.tenants VALUES ('nobody')",
        "UPDATE public.tenants SET id = 'x'",
        "DELETE FROM public.tenants",
        "TRUNCATE public.tenants CASCADE",
    ] {
        assert_eq!(told(&manager, tenant.database(), Role::Application, sql).await, denied, "{sql}");
    }
    // What refers to it needs no right on it.
    for slug in ["acme", "bolt"] {
        let sql = format!(
            "INSERT INTO app_station (tenant_id, code, name) VALUES ('{slug}', 'a', 'A'); \
             UPDATE app_station SET name = 'B'; DELETE FROM app_station"
        );
        assert_eq!(told(&manager, tenant.database(), Role::Application, &sql).await, None, "{sql}");
    }
    let tenants = texts(&server.url(tenant.database()), "SELECT id FROM tenants ORDER BY 1").await;
    assert_eq!(tenants, ["acme", "bolt"]);
}

#[tokio::test]
async fn a_role_of_records_with_too_many_rights_is_refused() {
    let server = own_server().await;
    let admin = server.admin_url();
    let manager = manager(&admin);
    // Before the roles are made there is nothing to refuse.
    manager.check_servers().await.unwrap();
    manager.init().await.unwrap();
    manager.check_servers().await.unwrap();
    let tenant = manager.provision("acme").await.unwrap();
    manager.ensure_table(crate::tenancy::Place::shared(), &STATION).await.unwrap();
    manager.check_servers().await.unwrap();
    let (database, shared) = (server.url(tenant.database()), server.url(SHARED_REFERENCE_DB_NAME));
    let mut cases = Vec::new();
    for role in ["sqh_app", "sqh_shared_reader", "sqh_shared_writer"] {
        for (wrong, right, part) in [
            ("ALTER ROLE {} SUPERUSER", "ALTER ROLE {} NOSUPERUSER", "it is a superuser"),
            ("ALTER ROLE {} BYPASSRLS", "ALTER ROLE {} NOBYPASSRLS", "gets around row security"),
            ("ALTER ROLE {} CREATEROLE", "ALTER ROLE {} NOCREATEROLE", "may make roles"),
            ("GRANT sqh_migrator TO {}", "REVOKE sqh_migrator FROM {}", "a member of the migrator"),
            ("GRANT postgres TO {}", "REVOKE postgres FROM {}", "a member of the owner"),
            ("GRANT pg_write_all_data TO {}", "REVOKE pg_write_all_data FROM {}", "a member of `pg_write_all_data`"),
            ("CREATE TABLE t (); ALTER TABLE t OWNER TO {}", "DROP TABLE t", "it owns tables"),
        ] {
            cases.push((&database, role, wrong.replace("{}", role), right.replace("{}", role), part));
        }
    }
    for (role, other, part) in [
        ("sqh_app", "sqh_shared_writer", "a member of the writer of shared records"),
        ("sqh_shared_reader", "sqh_shared_writer", "a member of the writer of shared records"),
        ("sqh_shared_reader", "sqh_app", "a member of the application's role"),
        ("sqh_shared_writer", "sqh_app", "a member of the application's role"),
    ] {
        cases.push((&admin, role, format!("GRANT {other} TO {role}"), format!("REVOKE {other} FROM {role}"), part));
    }
    // And by rights on tables, whoever was given them.
    for (role, right, to) in [
        ("sqh_shared_reader", "DELETE", "sqh_shared_reader"),
        ("sqh_shared_reader", "UPDATE (name)", "sqh_shared_reader"),
        ("sqh_app", "INSERT", "sqh_app"),
        ("sqh_app", "TRUNCATE", "PUBLIC"),
    ] {
        let (wrong, right) = (
            format!("GRANT {right} ON app_station TO {to}"),
            format!("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON app_station FROM {to}"),
        );
        cases.push((&shared, role, wrong, right, "it may write `public.app_station`"));
    }
    for (url, role, wrong, right, part) in cases {
        run(url, &wrong).await;
        for refused in [manager.check_servers().await, manager.init().await.map(drop)] {
            let refused = refused.expect_err(&wrong);
            assert_eq!(refused.kind(), ErrorKind::Denied, "{refused}");
            assert!(
                refused.message().contains(&format!("`{role}`")) && refused.message().contains(part),
                "{wrong}: {refused}"
            );
        }
        run(url, &right).await;
        manager.check_servers().await.unwrap();
    }
}

#[tokio::test]
async fn a_role_of_records_is_no_other_one_too() {
    let server = own_server().await;
    let admin = server.admin_url();
    run(&admin, "CREATE ROLE mine LOGIN").await;
    let mine = as_user(&admin, "mine");
    for (first, second, told) in [
        (Role::Application, None, "the application's role `postgres`"),
        (Role::SharedReader, None, "the reader of shared records `postgres`"),
        (Role::SharedWriter, None, "the writer of shared records `postgres`"),
        (Role::SharedReader, Some(Role::SharedWriter), "it is the writer of shared records too"),
        (Role::Application, Some(Role::SharedWriter), "it is the writer of shared records too"),
        (Role::Application, Some(Role::Migrator), "it is the migrator too"),
    ] {
        let url = if second.is_some() { &mine } else { &admin };
        let same = [Some(first), second].into_iter().flatten();
        let same = same.fold(Server::new(&admin).unwrap(), |server, role| server.role_url(role, url).unwrap());
        let store = ConnectionStore::new(Servers::single(same), StoreConfig::default()).unwrap();
        let refused = TenantDatabaseManager::new(store, &[]).check_servers().await.unwrap_err();
        let is_told = refused.message().contains(told) && (second.is_some() || refused.message().contains("the owner"));
        assert!(is_told, "{refused}");
    }
}

#[tokio::test]
async fn whoever_may_not_make_roles_is_told_what_to_do() {
    let server = own_server().await;
    run(&server.admin_url(), "CREATE ROLE humble LOGIN CREATEDB").await;
    let manager = manager(&as_user(&server.admin_url(), "humble"));
    let error = manager.init().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    assert!(error.message().contains("CREATEROLE") && error.message().contains("URL of its own"), "{error}");
}

#[tokio::test]
async fn what_the_owner_has_made_becomes_the_migrators() {
    let server = own_server().await;
    let admin = server.admin_url();
    // As the version did that knew one role only.
    run(&admin, "CREATE DATABASE sqh_platform").await;
    let catalog = server.url(CATALOG_DB_NAME);
    run(&catalog, include_str!("../../../../../migrations/ledger/0001_ledger.sql")).await;
    run(&admin, "CREATE DATABASE sqh_tenant_acme").await;
    let database = server.url("sqh_tenant_acme");
    run(&database, "CREATE TABLE app_station (code text COLLATE \"C\" PRIMARY KEY, name text COLLATE \"C\" NOT NULL)")
        .await;
    run(&database, "CREATE VIEW v AS SELECT 1; CREATE SEQUENCE s; CREATE TYPE e AS ENUM ('a'); CREATE TABLE i (i int GENERATED ALWAYS AS IDENTITY)").await;

    let manager = manager(&admin);
    let tenant = manager.provision("acme").await.unwrap();
    let owners = "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relnamespace IN ('public'::regnamespace) \
                  UNION SELECT DISTINCT typowner::regrole::text FROM pg_type WHERE typnamespace = 'public'::regnamespace";
    assert_eq!(texts(&database, owners).await, ["sqh_migrator"]);
    let owners = "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relnamespace = 'sqh'::regnamespace";
    assert_eq!(texts(&catalog, owners).await, ["sqh_migrator"]);
    assert_eq!(told(&manager, "sqh_tenant_acme", Role::Application, "SELECT FROM app_station").await, None);

    // And what is made by hand later, when its model is used.
    run(&database, "DROP TABLE app_station").await;
    run(&database, "CREATE TABLE app_station (code text COLLATE \"C\" PRIMARY KEY, name text COLLATE \"C\" NOT NULL)")
        .await;
    assert_ne!(told(&manager, "sqh_tenant_acme", Role::Application, "SELECT FROM app_station").await, None);
    manager.ensure_table(tenant.place(), &STATION).await.unwrap();
    assert_eq!(told(&manager, "sqh_tenant_acme", Role::Application, "SELECT FROM app_station").await, None);
}

#[tokio::test]
async fn a_place_that_nobody_prepared_is_prepared_on_first_use() {
    let target = Target::new().await;
    let manager = target.manager();
    let place = crate::tenancy::Place { schema: Arc::from("tenant_a"), ..target.place.clone() };
    manager.ensure_table(&place, &STATION).await.unwrap();
    let insert = "INSERT INTO tenant_a.app_station VALUES ('a', 'A')";
    assert_eq!(told(&manager, &place.database, Role::Application, insert).await, None);
    let owner = "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'tenant_a'";
    assert_eq!(target.texts(owner).await, ["sqh_migrator"]);
}

#[tokio::test]
async fn the_owner_sees_the_ends_of_all_connections() {
    let server = sqh_dev_postgres::Server::start_with(own_config()).await.unwrap();
    let admin = server.admin_url();
    run(&admin, "CREATE ROLE boss LOGIN CREATEDB CREATEROLE").await;
    let manager = manager(&as_user(&admin, "boss"));
    manager.init().await.unwrap();
    manager.provision("acme").await.unwrap();
    for role in Role::MADE {
        let database = if matches!(role, Role::SharedReader | Role::SharedWriter) {
            SHARED_REFERENCE_DB_NAME
        } else {
            "sqh_tenant_acme"
        };
        let key = ConnectionKey::new(DEFAULT_SERVER, database, role);
        let mut lease = manager.store().acquire(key).await.unwrap();
        // Dropped in the middle of a query that would run for an hour: the keeper has to end it.
        let mut slow = Box::pin(sqlx::query("SELECT pg_sleep(3600)").execute(lease.connection()));
        assert!(futures::poll!(&mut slow).is_pending());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        drop(slow);
    }
    manager.store().close_all().await;
    let left = "SELECT query FROM pg_stat_activity WHERE application_name = 'sqh' AND usename LIKE 'sqh%'";
    assert_eq!(texts(&admin, left).await, [""; 0]);
}
