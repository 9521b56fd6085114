//! Managers of their own stores, as in processes of their own, and a look from outside.

use std::sync::Arc;

use sqh_dev_postgres::{Config, Server as DevServer, TestDatabase};
use sqh_model::render::ddl::{TenantColumn, TenantColumns};
use sqh_model::schema::ModelDef;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

use super::models::{READING, SITE, STATION, VISIT};
use crate::engine::Route;
use crate::tenancy::{ConnectionStore, DEFAULT_SERVER, Server, Servers, StoreConfig, TenantDatabaseManager};
use crate::tenancy::{Place, roles};

/// A manager with connections of its own.
pub(super) fn manager(url: &str) -> Arc<TenantDatabaseManager> {
    let servers = Servers::single(Server::new(url).unwrap());
    let store = ConnectionStore::new(servers, StoreConfig::default()).unwrap();
    Arc::new(TenantDatabaseManager::new(store, &[&STATION, &VISIT, &READING, &SITE]))
}

/// A manager of some models, whose group may have a tenant column of its own.
pub(super) fn manager_of(
    server: &DevServer,
    models: &[&'static ModelDef],
    column: Option<TenantColumn>,
) -> TenantDatabaseManager {
    let servers = Servers::single(Server::new(&server.admin_url()).unwrap());
    let store = ConnectionStore::new(servers, StoreConfig::default()).unwrap();
    let tenants = column.map(|column| TenantColumns::default().with("field", column));
    TenantDatabaseManager::new(store, models).with_tenant_columns(Arc::new(tenants.unwrap_or_default()))
}

/// A server for one test alone, which may be stopped or spoilt.
pub(super) async fn own_server() -> DevServer {
    DevServer::start_with(own_config()).await.unwrap()
}

pub(super) fn own_config() -> Config {
    let config = Config::new().search_path(std::env::var_os("PATH").unwrap_or_default());
    match std::env::var_os("SQH_PG_BIN") {
        Some(bin) => config.bin_dir(bin),
        None => config,
    }
}

/// A database for one test, as if a tenant's.
pub(super) struct Target {
    database: TestDatabase,
    pub(super) place: Place,
}

impl Target {
    pub(super) async fn new() -> Self {
        let database = sqh_dev_postgres::shared().await.test_database("target").await.unwrap();
        let place = Place {
            server: Arc::from(DEFAULT_SERVER),
            database: Arc::from(database.name()),
            schema: Arc::from("public"),
            placement: sqh_model::schema::Placement::Database,
            first_epoch: None,
        };
        let manager = manager(database.url());
        manager.ensure_roles(DEFAULT_SERVER).await.unwrap();
        roles::prepare(manager.store(), &place.server, &place.database, &place.schema).await.unwrap();
        Self { database, place }
    }

    pub(super) fn route(&self) -> Route {
        Route::new(Arc::new(self.place.clone()), None)
    }

    pub(super) fn manager(&self) -> Arc<TenantDatabaseManager> {
        manager(self.database.url())
    }

    /// As whoever makes tables here.
    pub(super) async fn sql(&self, sql: &str) {
        run(self.database.url(), &format!("SET ROLE sqh_migrator; {sql}")).await;
    }

    /// A transaction that is open after a statement.
    pub(super) async fn begin(&self, sql: &str) -> PgConnection {
        let mut connection = PgConnection::connect(self.database.url()).await.unwrap();
        connection.execute(sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {sql}")))).await.unwrap();
        connection
    }

    pub(super) async fn texts(&self, query: &str) -> Vec<String> {
        texts(self.database.url(), query).await
    }

    /// Everything that is in the database, and when it was last touched.
    pub(super) async fn everything(&self) -> Vec<String> {
        self.texts(
            "SELECT format('%s %s %s %s', n.nspname, c.relname, c.oid, c.xmin) FROM pg_class c \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') \
             UNION ALL SELECT format('type %s %s', typname, xmin) FROM pg_type WHERE typtype = 'e' \
             UNION ALL SELECT format('extension %s %s', extname, xmin) FROM pg_extension ORDER BY 1",
        )
        .await
    }

    pub(super) async fn tables(&self) -> Vec<String> {
        self.texts("SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY 1")
            .await
    }

    /// The ledger, to the moment.
    pub(super) async fn ledger(&self) -> Vec<String> {
        self.texts("SELECT format('%s %s %s %s', kind, schema_name, name, model) FROM sqh.ledger ORDER BY 1").await
    }
}

pub(super) async fn run(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
}

pub(super) async fn texts(url: &str, query: &str) -> Vec<String> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(&mut connection).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// A slug that no other test, and no other run on a server that stays, has.
pub(super) fn new_slug(prefix: &str) -> crate::tenancy::Slug {
    let id = uuid::Uuid::new_v4().simple().to_string();
    crate::tenancy::Slug::new(&format!("{prefix}-{}", &id[..12])).unwrap()
}
