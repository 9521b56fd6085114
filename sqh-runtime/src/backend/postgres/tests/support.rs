//! A backend over a database of its own, and rows by field name.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqh_dev_postgres::TestDatabase;
use sqh_model::expr::Filter;
use sqh_model::render::ddl::{self, DdlOptions};
use sqh_model::schema::{ModelDef, PlatformModel};
use sqh_model::{Error, Result, Row, Value};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::backend::Backend as _;
use crate::backend::BackendTransaction;
use crate::backend::postgres::{PostgresBackend, Tables};
use crate::engine::{Route, Scoped};
use crate::observe::{Metrics, MetricsConfig};
use crate::op::{Op, Operation, Reply};
use crate::tenancy::{ConnectionStore, DEFAULT_SERVER, NewTenant, Server, Servers, Slug, StoreConfig, TenantRecord};

/// A backend over a database with the tables of some models.
pub(super) struct Place {
    pub(super) backend: PostgresBackend,
    pub(super) database: TestDatabase,
    pub(super) filter: Filter,
    route: Route,
}

#[derive(Debug)]
struct TablesAreThere;

impl Tables for TablesAreThere {
    fn ensure<'a>(&'a self, _: &'a Route, _: &'static ModelDef) -> Option<BoxFuture<'a, Result<()>>> {
        None
    }

    fn open<'a>(&'a self, _: &'a Route) -> Option<BoxFuture<'a, Result<()>>> {
        None
    }

    fn refresh<'a>(&'a self, route: &'a Route, _: &'static ModelDef) -> BoxFuture<'a, Result<Route>> {
        async { Ok(route.clone()) }.boxed()
    }
}

impl Place {
    pub(super) async fn new(models: &[&'static ModelDef]) -> Self {
        Self::with_connections(models, 4).await
    }

    /// With so many connections for callers.
    pub(super) async fn with_connections(models: &[&'static ModelDef], connections: usize) -> Self {
        let database = sqh_dev_postgres::shared().await.test_database("postgres").await.unwrap();
        let servers = Servers::single(Server::of_one_role(database.url()));
        let config = StoreConfig::default().budget(connections + 1);
        let store = ConnectionStore::new(servers, config).unwrap();
        let backend = PostgresBackend::new(
            store,
            Arc::new(TablesAreThere),
            Arc::default(),
            Metrics::new(MetricsConfig::default()),
        );
        let route = Route::new(
            Arc::new(crate::tenancy::Place {
                server: crate::tenancy::DEFAULT_SERVER.into(),
                database: database.name().into(),
                schema: "public".into(),
                placement: sqh_model::schema::Placement::Database,
                first_epoch: None,
            }),
            None,
        );
        let place = Self { backend, database, filter: Filter::Everything, route };
        let options = DdlOptions { schema: Some("public".to_owned()), ..DdlOptions::default() };
        for statement in ddl::render(models, &options).unwrap().statements {
            place.sql(&statement.sql).await;
        }
        place
    }

    pub(super) fn scoped<M: PlatformModel>(&self, op: Op) -> Scoped {
        self.scoped_in(M::def(), self.filter.clone(), op)
    }

    pub(super) fn scoped_in(&self, model: &'static ModelDef, filter: Filter, op: Op) -> Scoped {
        Scoped::for_test(Operation { model, op }, filter, self.route.clone())
    }

    /// An operation in the name of a tenant.
    pub(super) fn scoped_by<M: PlatformModel>(&self, slug: &str, op: Op) -> Scoped {
        let slug = Slug::new(slug).unwrap();
        let new = NewTenant::new(&slug, slug.as_str(), DEFAULT_SERVER, sqh_model::schema::Placement::Database);
        let tenant = TenantRecord::in_memory(new, 1);
        let route = Route::new(Arc::clone(self.route.place()), Some(Arc::new(tenant)));
        Scoped::for_test(Operation { model: M::def(), op }, self.filter.clone(), route)
    }

    pub(super) async fn run<M: PlatformModel>(&self, op: Op) -> Result<Reply> {
        self.backend.execute(self.scoped::<M>(op)).await
    }

    pub(super) async fn create<M: PlatformModel>(&self, row: Row) -> Result<Row> {
        self.run::<M>(Op::Create(row)).await?.into_row()?.ok_or_else(|| Error::internal("a create replies a row"))
    }

    pub(super) async fn get<M: PlatformModel>(&self, key: Vec<Value>) -> Result<Option<Row>> {
        self.run::<M>(Op::Get { key }).await?.into_row()
    }

    pub(super) async fn count<M: PlatformModel>(&self) -> u64 {
        let op = Op::Count { filter: Filter::Everything, estimate: false };
        self.run::<M>(op).await.unwrap().into_count().unwrap()
    }

    pub(super) async fn begin<M: PlatformModel>(&self) -> Box<dyn BackendTransaction> {
        self.run::<M>(Op::Begin).await.unwrap().into_transaction().unwrap()
    }

    pub(super) fn store(&self) -> &ConnectionStore {
        &self.backend.0.store
    }

    /// Runs SQL beside the backend.
    pub(super) async fn sql(&self, sql: &str) {
        let mut connection = PgConnection::connect(self.database.url()).await.unwrap();
        if let Err(error) = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await {
            panic!("{error}: {sql}");
        }
        connection.close().await.unwrap();
    }
}

/// A row of `M` in which the fields that are not named are unset.
pub(super) fn row<M: PlatformModel>(fields: &[(&str, Value)]) -> Row {
    let layout = M::def().layout();
    let mut row = vec![Value::Unset; layout.columns().len()];
    for (path, value) in fields {
        row[layout.position(path).unwrap()] = value.clone();
    }
    row
}

/// The value of a field.
pub(super) fn value<'a, M: PlatformModel>(row: &'a Row, path: &str) -> &'a Value {
    &row[M::def().layout().position(path).unwrap()]
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}
