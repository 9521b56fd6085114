//! PostgreSQL under test.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqh_dev_postgres::{Config, Server, Source};
use sqh_runtime::backend::Capabilities;
use sqh_runtime::prelude::*;
use sqh_runtime::schema::Placement;
use sqh_runtime::{Platform, PlatformBuilder};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::sync::OnceCell;

use super::{Harness, Tenants};

/// Records on a server.
#[derive(Debug)]
pub struct Postgres {
    server: &'static Server,
    tenants: Tenants,
}

impl Postgres {
    /// On the server that all tests of the process share.
    pub async fn shared() -> Self {
        Self { server: sqh_dev_postgres::shared().await, tenants: Tenants::default() }
    }

    /// Lets the planner know how many records there are, in every database of the platform.
    pub async fn analyze(&self) {
        let mut catalog = PgConnection::connect(&self.server.url("sqh_platform")).await.expect("the catalog is there");
        let names = "SELECT datname FROM pg_database WHERE datname LIKE 'sqh\\_%' AND datallowconn";
        let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut catalog).await.expect("there are databases");
        for name in names {
            // Another test may just have dropped it.
            if let Ok(mut connection) = PgConnection::connect(&self.server.url(&name)).await {
                sqlx::raw_sql("ANALYZE").execute(&mut connection).await.expect("an owner may analyze");
            }
        }
    }

    /// The same with its tenants in a placement.
    pub async fn placed(placement: Placement) -> Self {
        Self { server: sqh_dev_postgres::shared().await, tenants: Tenants::placed(placement) }
    }

    /// On a server whose databases order text by a language, and not by bytes. It is another than
    /// that of `DATABASE_URL`, whose template databases are its owner's: `None` where that is set
    /// and no other can be started.
    pub async fn with_other_collation() -> Option<Self> {
        static SERVER: OnceCell<Option<Server>> = OnceCell::const_new();
        let server = SERVER.get_or_init(server_with_other_collation).await.as_ref()?;
        Some(Self { server, tenants: Tenants::default() })
    }
}

impl Harness for Postgres {
    fn platform(&self, builder: PlatformBuilder) -> BoxFuture<'_, Platform> {
        async {
            // Few connections, since many platforms are made at once; and more than a case needs.
            let builder = builder.postgres(self.server.admin_url()).max_connections(6);
            let platform = builder.build().await.expect("the models of the suite fit together");
            platform.init().await.expect("the catalog can be made");
            platform
        }
        .boxed()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::ALL
    }

    fn analyze<'a>(&'a self, tenant: &'a str, table: &'a str) -> BoxFuture<'a, ()> {
        async move {
            // A tenant without a database of its own is in that of many.
            let mut connection = match PgConnection::connect(&self.server.url(&format!("sqh_tenant_{tenant}"))).await {
                Ok(connection) => connection,
                Err(_) => PgConnection::connect(&self.server.url("sqh_pooled_default")).await.expect("it is there"),
            };
            let tables = "SELECT format('ANALYZE %I.%I', schemaname, tablename) FROM pg_tables WHERE tablename = $1";
            let tables: Vec<String> =
                sqlx::query_scalar(tables).bind(table).fetch_all(&mut connection).await.expect("the catalog is read");
            for analyze in tables {
                // That of another case may be gone.
                let _ = sqlx::raw_sql(AssertSqlSafe(analyze)).execute(&mut connection).await;
            }
            connection.close().await.expect("the server lets go");
        }
        .boxed()
    }

    fn tenants(&self) -> Tenants {
        Tenants::clone(&self.tenants)
    }
}

impl Drop for Postgres {
    /// A server that stays keeps none of the tenants.
    fn drop(&mut self) {
        let slugs = self.tenants.take();
        if *self.server.source() != Source::DatabaseUrl {
            return;
        }
        let server = self.server;
        // A thread, because the one that drops is in the middle of a runtime.
        let removed = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(sqlx::Error::Io)?;
            runtime.block_on(remove(server, &slugs))
        });
        if let Ok(Err(error)) = removed.join() {
            panic!("the tenants of a case stay on the server: {error}");
        }
    }
}

async fn remove(server: &Server, slugs: &[String]) -> Result<(), sqlx::Error> {
    let mut catalog = PgConnection::connect(&server.url("sqh_platform")).await?;
    for slug in slugs {
        // Slugs of cases are letters and digits.
        let drop = format!("DROP DATABASE IF EXISTS sqh_tenant_{slug} WITH (FORCE)");
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut catalog).await?;
        sqlx::query("DELETE FROM sqh.tenants WHERE slug = $1").bind(slug).execute(&mut catalog).await?;
    }
    catalog.close().await
}

async fn server_with_other_collation() -> Option<Server> {
    let config = Config::new().search_path(std::env::var_os("PATH").unwrap_or_default());
    let config = match std::env::var_os("SQH_PG_BIN").filter(|folder| !folder.is_empty()) {
        Some(folder) => config.bin_dir(folder),
        None => config,
    };
    let server = match Server::start_with(config).await {
        Ok(server) => server,
        Err(_) if std::env::var_os("DATABASE_URL").is_some() => return None,
        Err(error) => panic!("{error}"),
    };
    // Databases are made of `template0`: this one takes its name.
    let statements = [
        "CREATE DATABASE other TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' IS_TEMPLATE true",
        "ALTER DATABASE template0 RENAME TO template0_before",
        "ALTER DATABASE other RENAME TO template0",
    ];
    let mut admin = PgConnection::connect(&server.admin_url()).await.expect("a server that has started takes callers");
    for statement in statements {
        sqlx::raw_sql(statement).execute(&mut admin).await.expect("a superuser may rename databases");
    }
    let ordered: bool = {
        let mut connection = PgConnection::connect(&server.url("template0")).await.expect("the template is there");
        let query = sqlx::query_scalar("SELECT 'a'::text < 'B'::text AND 'B'::text < 'c'::text");
        query.fetch_one(&mut connection).await.expect("the server compares texts")
    };
    assert!(ordered, "the databases order text by bytes all the same");
    Some(server)
}
