//! A look at everything that the platform stands on. Nothing is changed by it.

use futures::stream::{self, StreamExt as _};
use sqh_model::Result;
use sqh_model::schema::SHARED_REFERENCE_DB_NAME;

use super::extension::SHARED_EXTENSIONS;
use super::{TenantDatabaseManager, extension};
use crate::backend::postgres::admin::health::{Health, has_schema, health};
use crate::backend::postgres::admin::transaction::AdminTransaction;
use crate::backend::postgres::admin::{ledger, placements, tenants};
use crate::tenancy::doctor::Report;
use crate::tenancy::{
    ConnectionKey, DEFAULT_SERVER, Endpoint, Role, Server, TenantFilter, TenantRecord, TenantStatus, roles,
};

/// The most tenants that are looked at at the same time.
const MOST_AT_ONCE: usize = 8;

const INIT: &str = "run `sqh init-db`, or call `platform.init()`";

impl TenantDatabaseManager {
    /// Looks at servers, roles, the catalog, the shared database and the tenants' places.
    pub(crate) async fn doctor(&self) -> Report {
        let mut report = Report::default();
        let servers = match self.look_at_catalog(&mut report).await {
            Ok(servers) => servers,
            Err(error) => {
                report.error("catalog", DEFAULT_SERVER, &error, INIT);
                vec![DEFAULT_SERVER.to_owned()]
            }
        };
        for name in servers {
            self.look_at_server(&mut report, &name).await;
        }
        self.look_at_shared_database(&mut report).await;
        match self.catalog.list(&TenantFilter::default()).await {
            Ok(tenants) => {
                let found = stream::iter(&tenants).map(async |tenant| {
                    let mut report = Report::default();
                    self.look_at_tenant(&mut report, tenant).await;
                    report
                });
                // In the order of the catalog, whichever answers first.
                let mut found = std::pin::pin!(found.buffered(self.looks_at_once()));
                while let Some(of_tenant) = found.next().await {
                    report.findings.extend(of_tenant.findings);
                }
            }
            Err(error) => report.error("tenants", DEFAULT_SERVER, &error, INIT),
        }
        report
    }

    /// How many tenants are looked at at the same time: each takes a connection, and others want some too.
    fn looks_at_once(&self) -> usize {
        (self.store.config().budget / 2).clamp(1, MOST_AT_ONCE)
    }

    /// The names of the servers that the catalog has.
    async fn look_at_catalog(&self, report: &mut Report) -> Result<Vec<String>> {
        let mut transaction = self.catalog.begin().await?;
        let pending = ledger::pending(transaction.connection(), tenants::SCHEMA, tenants::MIGRATIONS).await?;
        transaction.commit().await?;
        if !pending.is_empty() {
            let message = format!("the migrations `{}` are not applied", pending.join("`, `"));
            report.failure("catalog", DEFAULT_SERVER, message, INIT);
            return Ok(vec![DEFAULT_SERVER.to_owned()]);
        }
        report.good("catalog", DEFAULT_SERVER, format!("has all of {} migrations", tenants::MIGRATIONS.len()));
        Ok(self.list_servers().await?.into_iter().map(|server| server.name).collect())
    }

    async fn look_at_server(&self, report: &mut Report, name: &str) {
        let server = match self.catalog.server(name).await {
            Ok(server) => server,
            Err(error) => return report.error("server", name, &error, "correct the server in the catalog"),
        };
        match self.ask(&server, Endpoint::Primary).await {
            Ok(health) => {
                report.good("server", name, format!("{server} is PostgreSQL {}", health.version));
                self.look_at_budget(report, name, &health);
            }
            Err(error) => {
                return report.error(
                    "server",
                    name,
                    &error,
                    "start it, or correct its URL and the password's variable",
                );
            }
        }
        match roles::look(&self.store, &server).await {
            Ok(missing) if missing.is_empty() => {
                report.good("roles", name, "all are there, and those of records have no more rights than they need");
            }
            Ok(missing) => {
                let message = format!("the roles `{}` are not there", missing.join("`, `"));
                report.failure("roles", name, message, INIT);
            }
            Err(error) => report.error("roles", name, &error, "take those rights from the role, as the message says"),
        }
        for endpoint in server.replicas() {
            match self.ask(&server, endpoint).await {
                Ok(health) if health.is_replica => report.good("replica", name, format!("{endpoint:?} answers")),
                Ok(_) => report.failure(
                    "replica",
                    name,
                    format!("{endpoint:?} takes writes of its own"),
                    "make it a standby of the server, or remove it from the server's replicas",
                ),
                Err(error) => report.warning(
                    "replica",
                    name,
                    format!("{endpoint:?}: {}", error.message()),
                    "start it, or remove it from the server's replicas: until then the others take its reads",
                ),
            }
        }
    }

    async fn ask(&self, server: &Server, endpoint: Endpoint) -> Result<Health> {
        let key = ConnectionKey::new(server.name().clone(), server.maintenance_database().clone(), Role::Owner);
        let mut transaction = AdminTransaction::begin(&self.store, key.at(endpoint)).await?;
        let health = health(transaction.connection()).await?;
        transaction.commit().await?;
        Ok(health)
    }

    fn look_at_budget(&self, report: &mut Report, name: &str, health: &Health) {
        let (budget, allowed) = (self.store.config().budget, health.connections);
        let message = format!("this process may have {budget} of the {allowed} connections");
        match usize::try_from(allowed) {
            Ok(allowed) if budget <= allowed => report.good("budget", name, message),
            _ => report.failure("budget", name, message, "lower the budget of the process, or raise max_connections"),
        }
    }

    async fn look_at_shared_database(&self, report: &mut Report) {
        let name = SHARED_REFERENCE_DB_NAME;
        let key = self.key(DEFAULT_SERVER, name);
        match extension::missing(&self.store, key, SHARED_EXTENSIONS).await {
            Ok(missing) if missing.is_empty() => report.good("shared database", name, "is there with its extensions"),
            Ok(missing) => {
                for name in missing {
                    let remedy = "install it on the server, then run `sqh init-db`";
                    report.warning("extension", name, "models that need it are refused", remedy);
                }
            }
            Err(error) => report.error("shared database", name, &error, INIT),
        }
    }

    async fn look_at_tenant(&self, report: &mut Report, tenant: &TenantRecord) {
        let slug = tenant.slug();
        let remedy = format!("run `sqh tenant create {slug}`, which completes what is missing");
        match tenant.status() {
            TenantStatus::Active => match self.fault_of_place(tenant).await {
                Ok(None) => report.good("route", slug, format!("leads to `{}`", tenant.database())),
                Ok(Some(fault)) => report.failure("route", slug, fault, &remedy),
                Err(error) => report.error("route", slug, &error, &remedy),
            },
            TenantStatus::Provisioning => report.warning("route", slug, "it was not made to the end", &remedy),
            TenantStatus::Suspended => report.good("route", slug, "it is suspended"),
            TenantStatus::Dropping => report.good("route", slug, "it is to be dropped"),
        }
    }

    async fn fault_of_place(&self, tenant: &TenantRecord) -> Result<Option<String>> {
        self.catalog.server(tenant.server()).await?;
        let place = tenant.place();
        let key = ConnectionKey::new(place.server.clone(), place.database.clone(), Role::Migrator);
        let mut transaction = AdminTransaction::begin(&self.store, key).await?;
        let connection = transaction.connection();
        let fault = if !has_schema(connection, &place.schema).await? {
            Some(format!("the database `{}` has no schema `{}`", place.database, place.schema))
        } else if !placements::exists(connection).await? {
            Some(format!("the database `{}` does not know who may write there", place.database))
        } else {
            match placements::epoch(connection, tenant.slug()).await? {
                Some(epoch) if epoch == tenant.epoch() => None,
                Some(epoch) => Some(format!("the catalog says epoch {}, the database {epoch}", tenant.epoch())),
                None => Some(format!("the database `{}` does not let its writers in", place.database)),
            }
        };
        transaction.commit().await?;
        Ok(fault)
    }
}
