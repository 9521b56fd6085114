//! [`Platform`]: the models, the servers and the tenants of one application.

mod access;

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use chrono::NaiveDate;
use sqh_model::render::ddl::PartitionWindow;
use sqh_model::render::ddl::{self, DdlOptions, TenantColumn, TenantColumns};
use sqh_model::schema::{ModelDef, PlatformModel, Registry};
use sqh_model::{Error, ErrorKind, Result};

pub use self::access::{AccessService, ModelAccess, VerbAccess};
use crate::backend::Backend;
use crate::backend::postgres::{PostgresBackend, Tables};
use crate::engine::{CursorKey, Engine, HookRegistry, Hooks, Refreshes, TypedHooks};
use crate::observe::{Metrics, MetricsConfig};
use crate::scope::{self, AccessProvider, Cx, Fleet, Principal, Shared, Tenant};
use crate::service::{PlatformGroupRecordService, PostgresQueryService, ServerService, TenantService};
use crate::tenancy::{
    CatalogAccess, ConnectionStore, InitReport, PartitionReport, Report, Role, Server, Servers, Slug, StoreConfig,
    TenantDatabaseManager, Tenants, unknown_tenant,
};

/// The fewest connections that a platform does with.
const MIN_CONNECTIONS: usize = 3;

/// What an administrator of the platform holds.
const PLATFORM_ADMIN: &str = "platform:admin";

/// The models, the servers and the tenants of one application.
///
/// ```
/// use sqh_runtime::Platform;
/// use sqh_runtime::prelude::*;
///
/// /// A station of a tenant.
/// #[derive(Debug, Clone, PartialEq, PlatformModel)]
/// #[model(group = "water")]
/// #[storage(postgres)]
/// pub struct AppStation {
///     #[field(primary_key)]
///     pub id: i64,
///     pub name: String,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
/// # let server = sqh_dev_postgres::Server::start().await?;
/// # let url = server.admin_url();
/// let platform = Platform::builder().models(models![AppStation]).postgres(url).build().await?;
/// platform.init().await?;
///
/// let principal = Principal::system("a first try");
/// platform.tenants().provision(&platform.fleet(&principal).await?, "acme").await?;
/// let cx = platform.tenant(&principal, "acme").await?;
/// let station = AppStation { id: 1, name: "Plumtree Run".to_owned() };
/// let stored = platform.records().create(&cx, station.clone()).await?;
/// assert_eq!(stored, station);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Platform {
    engine: Arc<Engine>,
    tenants: Tenants,
    provider: Option<Arc<dyn AccessProvider>>,
    /// Where the platform itself keeps who holds what.
    catalog_access: Option<Arc<CatalogAccess>>,
}

/// What a [`Platform`] is made of.
#[derive(Debug, Default)]
#[must_use = "call `build` to make the platform"]
pub struct PlatformBuilder {
    models: Vec<&'static ModelDef>,
    hooks: HookRegistry,
    access: Option<Arc<dyn AccessProvider>>,
    postgres: Option<String>,
    roles: BTreeMap<Role, SecretUrl>,
    replicas: Vec<SecretUrl>,
    direct: Option<SecretUrl>,
    connections: Option<usize>,
    tenants: TenantColumns,
    metrics: MetricsConfig,
    cursors: Option<CursorKey>,
}

/// May hold a password, and is not shown.
struct SecretUrl(String);

impl std::fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretUrl")
    }
}

impl Platform {
    fn new(
        registry: Registry,
        builder: PlatformBuilder,
        postgres: Arc<dyn Backend>,
        tenants: Tenants,
        metrics: Arc<Metrics>,
    ) -> Self {
        let terminusdb = Arc::new(crate::backend::terminusdb::Unavailable);
        let cursors = builder.cursors.clone().unwrap_or_else(CursorKey::random);
        let PlatformBuilder { hooks, access, .. } = builder;
        let catalog_access = match (&access, &tenants) {
            (None, Tenants::Catalog(manager)) => Some(Arc::new(CatalogAccess::new(Arc::clone(manager)))),
            _ => None,
        };
        let provider = access.or_else(|| Some(Arc::clone(catalog_access.as_ref()?) as Arc<dyn AccessProvider>));
        let engine = Arc::new_cyclic(|engine| {
            let refreshes = Refreshes::new(Weak::clone(engine), &registry);
            Engine { registry, hooks, postgres, terminusdb, metrics, cursors, refreshes }
        });
        Self { engine, tenants, provider, catalog_access }
    }

    /// A platform to be described.
    pub fn builder() -> PlatformBuilder {
        PlatformBuilder::default()
    }

    /// The records of every model.
    pub fn records(&self) -> PlatformGroupRecordService {
        PlatformGroupRecordService::new(Arc::clone(&self.engine))
    }

    /// What PostgreSQL can beyond the unified operations.
    pub fn postgres(&self) -> PostgresQueryService {
        PostgresQueryService::new(self.records())
    }

    /// Who holds what, and where.
    pub fn access(&self) -> AccessService {
        AccessService::new(self.clone())
    }

    /// Waits until what follows from writes is done: views that are computed anew after them
    /// (`refresh = "after_write"`). To be called before a process ends, which leaves such a view as it is otherwise
    /// until the next write.
    ///
    /// # Errors
    /// The first error of a view that could not be computed since the last call; it holds what it held before.
    pub async fn settle(&self) -> Result<()> {
        self.engine.refreshes.settle().await
    }

    /// The registered models.
    pub fn registry(&self) -> &Registry {
        &self.engine.registry
    }

    /// Makes the roles, the catalog and the shared reference database, unless they are there. It says
    /// what it made, and which extensions of the shared database cannot be had: models that need one
    /// are `Unsupported`.
    ///
    /// # Errors
    /// `Unavailable` if the server is down; `Denied` if its user may not create databases or roles.
    pub async fn init(&self) -> Result<InitReport> {
        match &self.tenants {
            Tenants::Catalog(manager) => manager.init().await,
            Tenants::Memory(_) => Ok(InitReport::default()),
        }
    }

    /// The servers that tenants are placed on, for administrators.
    pub fn servers(&self) -> ServerService {
        ServerService::new(self.manager().cloned())
    }

    /// Looks at servers, roles, the catalog, the shared database and the tenants' places, and says of
    /// each fault what to do. Nothing is changed by it.
    ///
    /// # Errors
    /// `Unsupported` in memory, where there is nothing to look at.
    pub async fn doctor(&self, _cx: &Cx<Fleet>) -> Result<Report> {
        let manager = self.manager().ok_or_else(|| Error::unsupported("a platform in memory has no servers"))?;
        Ok(manager.doctor().await)
    }

    /// The tenants: making, listing, stopping and dropping them, for administrators.
    pub fn tenants(&self) -> TenantService {
        TenantService::new(self.tenants.clone())
    }

    /// The scope of a principal in the fleet of all tenants, for administrators: the system, and
    /// users with the permission `platform:admin`.
    ///
    /// # Errors
    /// `Denied` to anybody else, and as the [`AccessProvider`].
    pub async fn fleet(&self, principal: &Principal) -> Result<Cx<Fleet>> {
        let access = scope::outside(self.provider(), principal).await?;
        match access.has_permission(PLATFORM_ADMIN) {
            true => Ok(Cx::of_fleet(principal.clone(), access)),
            false => {
                Err(Error::new(ErrorKind::Denied, format!("the permission `{PLATFORM_ADMIN}` is needed for that")))
            }
        }
    }

    /// The scope of a principal in a tenant. It comes from the catalog only: an unknown tenant has
    /// none, and neither has a user who is not a member.
    ///
    /// What the user holds is what the [`Authenticator`](crate::scope::Authenticator) says and what
    /// the [`AccessProvider`] adds. It holds for as long as the scope does: make one for each request.
    ///
    /// # Errors
    /// `NotFound` if there is no such tenant that the principal may enter, which are not told apart.
    pub async fn tenant(&self, principal: &Principal, slug: &str) -> Result<Cx<Tenant>> {
        let slug = Slug::new(slug).map_err(|_| unknown_tenant(slug))?;
        // Before anything that tells whether there is such a tenant.
        let accesses = scope::in_tenant(self.provider(), principal, slug.as_str()).await?;
        let accesses = accesses.ok_or_else(|| unknown_tenant(slug.as_str()))?;
        let tenant = self.tenants.handle(slug.as_str()).await?;
        Ok(Cx::of_tenant(principal.clone(), tenant, accesses))
    }

    /// The scope of a principal in the shared reference data.
    ///
    /// # Errors
    /// As the [`AccessProvider`].
    pub async fn shared(&self, principal: &Principal) -> Result<Cx<Shared>> {
        Ok(Cx::of_shared(principal.clone(), scope::outside(self.provider(), principal).await?))
    }

    fn provider(&self) -> Option<&dyn AccessProvider> {
        self.provider.as_deref()
    }

    /// How many scopes are held by requests now: see [`web`](crate::web).
    #[cfg(feature = "axum")]
    pub fn active_scopes(&self) -> usize {
        self.engine.metrics.active_scopes.count()
    }

    #[cfg(feature = "axum")]
    pub(crate) fn enter_scope(&self) -> crate::observe::ActiveScope {
        self.engine.metrics.active_scopes.enter()
    }

    /// Makes the partitions of a span of days, its end left out, before old records are loaded into
    /// them. Those of now and the near future come with the table. A platform in memory has none.
    ///
    /// # Errors
    /// `Denied` to whom may not create records of the model; `Invalid` if the model is not
    /// partitioned, or the span is empty or too wide.
    pub async fn ensure_partitions<M: PlatformModel>(
        &self,
        cx: &Cx<M::Scope>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<PartitionReport> {
        let model = M::def();
        let window = PartitionWindow::new(from, to).map_err(|error| error.in_model(model.name))?;
        let route = self.engine.route_for_create(cx.scope(), model)?;
        match &self.tenants {
            Tenants::Catalog(manager) => manager.ensure_partitions(route.place(), model, window).await,
            Tenants::Memory(_) => Ok(PartitionReport::default()),
        }
    }

    /// The databases of the platform, for administrators: what makes tenants and knows all of them. None
    /// for a platform in memory.
    pub fn databases(&self, _cx: &Cx<Fleet>) -> Option<&Arc<TenantDatabaseManager>> {
        self.manager()
    }

    /// The databases, for what asks for a scope of its own, or does without the tenants.
    pub(crate) fn manager(&self) -> Option<&Arc<TenantDatabaseManager>> {
        match &self.tenants {
            Tenants::Catalog(manager) => Some(manager),
            Tenants::Memory(_) => None,
        }
    }
}

impl PlatformBuilder {
    /// Adds models: `models![AppLabResult, AppCrmAccount]`.
    pub fn models(mut self, models: impl IntoIterator<Item = &'static ModelDef>) -> Self {
        self.models.extend(models);
        self
    }

    /// Adds hooks around the writes of a model. Several of one model run in the order added.
    pub fn hooks<M: PlatformModel>(mut self, hooks: impl Hooks<M>) -> Self {
        self.hooks.add(M::def(), Arc::new(TypedHooks::<M, _>::new(hooks)));
        self
    }

    /// Where users' roles and permissions are kept, instead of the platform's own catalog.
    pub fn access(mut self, provider: impl AccessProvider) -> Self {
        self.access = Some(Arc::new(provider));
        self
    }

    /// The PostgreSQL server, as a URL whose user may create databases and roles. The platform logs in
    /// as the roles that it makes there, each for its own work; their passwords follow from the
    /// URL's.
    pub fn postgres(mut self, url: impl Into<String>) -> Self {
        self.postgres = Some(url.into());
        self
    }

    /// The secret by which cursors of pages are marked. Processes that read each other's cursors need the
    /// same one; without this each has its own, and the cursors of another process are `Invalid`. It should
    /// be random, and used for nothing else: whoever has a cursor can try secrets against its mark.
    pub fn cursor_secret(mut self, secret: impl AsRef<[u8]>) -> Self {
        self.cursors = Some(CursorKey::of(secret.as_ref()));
        self
    }

    /// A URL of its own for a role, where the platform's owner may not make roles, or the server does
    /// not let the ones in that it makes. Its database does not matter.
    pub fn role_url(mut self, role: Role, url: impl Into<String>) -> Self {
        self.roles.insert(role, SecretUrl(url.into()));
        self
    }

    /// A copy of the server, such as a streaming standby, that reads may go to: see
    /// [`Cx::on_replica`]. One logs in there as on the server itself. There may be several.
    pub fn replica(mut self, url: impl Into<String>) -> Self {
        self.replicas.push(SecretUrl(url.into()));
        self
    }

    /// The server itself, where [`postgres`](Self::postgres) leads to a pooler in front of it that lends
    /// a connection for a transaction only, such as PgBouncer. Records go through the pooler; tables are
    /// made, and locks taken, on the server itself.
    pub fn behind_pooler(mut self, direct_url: impl Into<String>) -> Self {
        self.direct = Some(SecretUrl(direct_url.into()));
        self
    }

    /// The most connections that this process holds, over all databases. 32 if it is not said.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.connections = Some(connections);
        self
    }

    /// The column that says whose a row is, in the tables of a group in row placement: for tables that
    /// are there already. `tenant_id text REFERENCES tenants (id)` if it is not said.
    ///
    /// ```
    /// use sqh_model::render::ddl::TenantColumn;
    /// use sqh_model::types::{TypeDef, scalar};
    ///
    /// let website = TenantColumn {
    ///     name: "website_id".into(),
    ///     ty: TypeDef::scalar(&scalar::I64),
    ///     table: "websites".into(),
    ///     ..TenantColumn::default()
    /// };
    /// let builder = sqh_runtime::Platform::builder().tenant_column("cms", website);
    /// # let _ = builder;
    /// ```
    pub fn tenant_column(mut self, group: impl Into<String>, column: TenantColumn) -> Self {
        self.tenants = self.tenants.with(group, column);
        self
    }

    /// What the metrics are told apart by; they are on whatever is said. [`observe`](crate::observe)
    /// has their names.
    pub fn metrics(mut self, config: MetricsConfig) -> Self {
        self.metrics = config;
        self
    }

    /// The platform. Nothing is created by this: see [`Platform::init`].
    ///
    /// # Errors
    /// `Invalid` if the models contradict each other, with every finding at once, or if the URL
    /// cannot be read; `Unavailable` if the server is down, `Unsupported` if it is older than
    /// PostgreSQL 15, `Denied` if a role that reads or writes records owns tables, gets around row
    /// security or may become one that may more.
    pub async fn build(self) -> Result<Platform> {
        self.build_around(|backend| Arc::new(backend)).await
    }

    /// The same with what is made of the backend in its place: the isolation test spoils it.
    pub(crate) async fn build_around(
        self,
        around: impl FnOnce(PostgresBackend) -> Arc<dyn Backend>,
    ) -> Result<Platform> {
        // What is wrong with the models is told whether or not a server is there.
        let registry = self.registry()?;
        check_tables(&registry, &self.tenants)?;
        let url = self.postgres.as_deref().ok_or_else(|| {
            Error::invalid(
                "the platform has no server: add `.postgres(url)`, or build it in memory by `.build_in_memory()`",
            )
        })?;
        let config = self.connections.map_or_else(StoreConfig::default, |budget| StoreConfig::default().budget(budget));
        if config.budget < MIN_CONNECTIONS {
            return Err(Error::invalid(format!(
                "a platform needs {MIN_CONNECTIONS} connections: one is its own, and making a tenant takes two at a time"
            )));
        }
        let server = self.server(url)?;
        let store = ConnectionStore::new(Servers::single(server), config)?;
        let tenants = Arc::new(self.tenants.clone());
        let manager = TenantDatabaseManager::new(store.clone(), registry.models());
        let manager = Arc::new(manager.with_tenant_columns(Arc::clone(&tenants)));
        manager.check_servers().await?;
        let metrics = Metrics::new(self.metrics);
        let tables = Arc::clone(&manager) as Arc<dyn Tables>;
        let backend = PostgresBackend::new(store, tables, tenants, Arc::clone(&metrics));
        Ok(Platform::new(registry, self, around(backend), Tenants::Catalog(manager), metrics))
    }

    /// A platform that keeps its records in this process: for tests, and for trying a model out.
    ///
    /// # Errors
    /// `Invalid` if the models contradict each other, with every finding at once.
    #[cfg(feature = "memory")]
    pub fn build_in_memory(self) -> Result<Platform> {
        self.build_on(crate::backend::memory::MemoryBackend::default())
    }

    /// A platform on a backend of your own, which keeps the records of PostgreSQL models. Tenants
    /// are known to this process only.
    ///
    /// # Errors
    /// `Invalid` if the models contradict each other, with every finding at once.
    pub fn build_on(self, backend: impl Backend) -> Result<Platform> {
        let registry = self.registry()?;
        let (tenants, metrics) = (Tenants::Memory(Arc::default()), Metrics::new(self.metrics));
        Ok(Platform::new(registry, self, Arc::new(backend), tenants, metrics))
    }
}

impl PlatformBuilder {
    fn server(&self, url: &str) -> Result<Server> {
        let server =
            self.roles.iter().try_fold(Server::new(url)?, |server, (role, url)| server.role_url(*role, &url.0))?;
        let server = self.replicas.iter().try_fold(server, |server, url| server.replica(&url.0))?;
        match &self.direct {
            Some(url) => server.pooled(&url.0),
            None => Ok(server),
        }
    }

    // Hooks take whole records, which a record with a generated column is only once it is stored.
    fn registry(&self) -> Result<Registry> {
        let registry = Registry::new(self.models.iter().copied())?;
        for model in registry.models().iter().filter(|model| self.hooks.has(model)) {
            if model.view.is_some() {
                let message = "a view takes no hooks, since nobody writes it: add them to what it is computed of";
                return Err(Error::unsupported(message).in_model(model.name));
            }
            let columns = model.layout().columns();
            if let Some(column) = columns.iter().find(|column| column.root.generated.is_some()) {
                return Err(Error::unsupported("a model with a generated field takes no hooks: compute it in a hook")
                    .in_field(&column.path)
                    .in_model(model.name));
            }
        }
        Ok(registry)
    }
}

/// Renders the tables of each database: two models can agree on the name of an index or of an enum
/// type only there.
fn check_tables(registry: &Registry, tenants: &TenantColumns) -> Result<()> {
    let options = DdlOptions { tenants: tenants.clone(), ..DdlOptions::default() };
    for shared in [false, true] {
        let of_database = |model: &&&ModelDef| model.is_postgres() && model.storage.shared == shared;
        let models: Vec<_> = registry.models().iter().filter(of_database).copied().collect();
        ddl::render(&models, &options).map_err(|error| error.context("while registering models"))?;
    }
    Ok(())
}
