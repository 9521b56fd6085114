//! Databases of a test's own, a store on them, and a look at it from outside.

use std::time::Duration;

use sqh_dev_postgres::TestDatabase;
use sqlx::{Connection as _, PgConnection};

use crate::tenancy::{
    APPLICATION_NAME, ConnectionKey, ConnectionStore, DEFAULT_SERVER, Role, Server, Servers, StoreConfig,
};

pub(super) struct Bench {
    databases: Vec<TestDatabase>,
    pub(super) store: ConnectionStore,
}

impl Bench {
    pub(super) async fn new(count: usize, config: StoreConfig) -> Self {
        let server = sqh_dev_postgres::shared().await;
        let mut databases = Vec::new();
        for _ in 0..count {
            databases.push(server.test_database("store").await.unwrap());
        }
        let servers = Servers::single(Server::new(databases[0].url()).unwrap());
        let store = ConnectionStore::new(servers, config).unwrap();
        Self { databases, store }
    }

    pub(super) fn key(&self, database: usize) -> ConnectionKey {
        ConnectionKey::new(DEFAULT_SERVER, self.databases[database].name(), Role::Owner)
    }

    pub(super) fn url(&self) -> &str {
        self.databases[0].url()
    }

    /// A connection that the store knows nothing of.
    pub(super) async fn outside(&self) -> PgConnection {
        PgConnection::connect(&sqh_dev_postgres::shared().await.admin_url()).await.unwrap()
    }

    /// The databases that the store's connections are in, keepers included, sorted.
    pub(super) async fn connected(&self, outside: &mut PgConnection) -> Vec<String> {
        let names: Vec<&str> = self.databases.iter().map(TestDatabase::name).collect();
        let query = "SELECT datname::text FROM pg_stat_activity \
                     WHERE application_name = $1 AND datname = ANY($2)";
        let query = sqlx::query_scalar(query).bind(APPLICATION_NAME).bind(names);
        let mut connected: Vec<String> = query.fetch_all(outside).await.unwrap();
        connected.sort();
        connected
    }

    /// Comes back once the server has let go of the keeper too, which nobody watches.
    pub(super) async fn until_none_is_connected(&self) {
        let mut outside = self.outside().await;
        while !self.connected(&mut outside).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub(super) async fn end_connections_to(&self, database: usize, outside: &mut PgConnection) {
        let query = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
                     WHERE application_name = $1 AND datname = $2";
        let name = self.databases[database].name();
        sqlx::query(query).bind(APPLICATION_NAME).bind(name).execute(outside).await.unwrap();
    }
}

/// Comes back once the condition holds; a test that waits for ever has failed.
pub(super) async fn until<F: Future<Output = bool>>(mut condition: impl FnMut() -> F) {
    while !condition().await {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

pub(super) async fn one(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar("SELECT 1").fetch_one(connection).await
}
