//! Tables on first use.
//!
//! A process looks at a table once for each route and remembers it. What is there is compared with
//! the model; what is not is made, with all that it refers to, in one transaction with its row of the
//! ledger, under a lock: of two processes at once, one makes it and both go on.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqh_model::render::ddl::{self, Creates, DdlOptions, Difference, TenantColumns};
use sqh_model::schema::{ModelDef, Placement};
use sqh_model::{Error, Result};

use super::memo::Known;
use super::{TenantDatabaseManager, extension, partition};
use crate::backend::postgres::Tables;
use crate::backend::postgres::admin::ledger::{self, Entry, Kind};
use crate::backend::postgres::admin::table;
use crate::backend::postgres::admin::transaction::{AdminTransaction, Lock};
use crate::backend::postgres::catalog::read_table;
use crate::engine::Route;
use crate::op::Freshness;
use crate::tenancy::{Place, TenantRecord, roles};

/// When care that failed is tried again.
const CARE_AGAIN: TimeDelta = TimeDelta::minutes(1);

impl Tables for TenantDatabaseManager {
    fn ensure<'a>(&'a self, route: &'a Route, model: &'static ModelDef) -> Option<BoxFuture<'a, Result<()>>> {
        let (place, tenant) = (route.place(), route.tenant());
        let is_admitted = |tenant: &TenantRecord| place.placement != Placement::Row || tenant.is_admitted(model.group);
        let is_open = tenant.is_none_or(|tenant| tenant.is_open(place.placement) && is_admitted(tenant));
        (!is_open || !self.tables.is_good(place, model)).then(|| self.prepare(route, model).boxed())
    }

    fn open<'a>(&'a self, route: &'a Route) -> Option<BoxFuture<'a, Result<()>>> {
        let (tenant, placement) = (route.tenant()?, route.place().placement);
        (!tenant.is_open(placement)).then(|| TenantDatabaseManager::open(self, tenant, placement).boxed())
    }

    fn refresh_view<'a>(&'a self, route: &'a Route, model: &'static ModelDef) -> BoxFuture<'a, Result<Freshness>> {
        async move {
            if let Some(prepared) = self.ensure(route, model) {
                prepared.await?;
            }
            TenantDatabaseManager::refresh_view(self, route.place(), model).await
        }
        .boxed()
    }

    fn view_freshness<'a>(&'a self, route: &'a Route, model: &'static ModelDef) -> BoxFuture<'a, Result<Freshness>> {
        async move {
            if let Some(prepared) = self.ensure(route, model) {
                prepared.await?;
            }
            TenantDatabaseManager::view_freshness(self, route.place(), model).await
        }
        .boxed()
    }

    fn refresh<'a>(&'a self, route: &'a Route, model: &'static ModelDef) -> BoxFuture<'a, Result<Route>> {
        async move {
            let stale = route.tenant().ok_or_else(|| Error::internal("shared records have one route"))?;
            Route::of_tenant(self.catalog.refresh(stale).await?, model)
        }
        .boxed()
    }
}

impl TenantDatabaseManager {
    /// Makes a model's table unless it is there, with the extensions, enum types and tables that it
    /// needs. After the first time it costs a look into this process's memory.
    ///
    /// # Errors
    /// `Conflict`, column by column, if the table has another shape than the model; `Unsupported` with
    /// the command to install it if an extension is missing. Nothing is changed then, but for an
    /// extension that may be there now.
    pub async fn ensure_table(&self, place: &Place, model: &'static ModelDef) -> Result<()> {
        if self.tables.is_good(place, model) { Ok(()) } else { self.make_table(place, model).await }
    }

    /// Forgets what is known of a database that is to go, and closes its idle connections.
    pub async fn forget_database(&self, server: &str, database: &str) {
        self.tables.forget(server, database);
        self.store.evict(server, database).await;
    }

    async fn prepare(&self, route: &Route, model: &'static ModelDef) -> Result<()> {
        if let Some(tenant) = route.tenant() {
            self.open(tenant, route.place().placement).await.map_err(|error| error.in_model(model.name))?;
        }
        self.ensure_table(route.place(), model).await?;
        match route.tenant() {
            Some(tenant) if route.place().placement == Placement::Row => self.admit(tenant, model).await,
            _ => Ok(()),
        }
    }

    /// Writes a tenant into the table of tenants, to which the rows of row placement refer.
    async fn admit(&self, tenant: &TenantRecord, model: &'static ModelDef) -> Result<()> {
        let place = tenant.place_of(Placement::Row);
        let mut transaction = self.begin(place, &[]).await?;
        let column = self.tenants.of(model.group);
        table::admit(transaction.connection(), &place.schema, column, tenant.key()).await.map_err(|error| {
            error.in_model(model.name).context(format!("while admitting the tenant `{}`", tenant.slug()))
        })?;
        transaction.commit().await?;
        tenant.set_admitted(model.group);
        Ok(())
    }

    async fn make_table(&self, place: &Place, model: &'static ModelDef) -> Result<()> {
        let known = self.tables.entry(place, model);
        // One in this process asks, the others wait for the answer. A failure is not remembered.
        let _making = known.making.lock().await;
        if known.is_good() {
            return Ok(());
        }
        let now = Utc::now();
        let made = match model.view {
            Some(_) => self.make_view(place, model).await,
            None => self.look_and_make(place, model).await,
        };
        match made {
            Ok(()) => {}
            Err(error) if known.was_good() => {
                warn_of(place, model, &error, "partitions could not be made yet: the default one takes their rows");
                known.set_good_until(Some(now + CARE_AGAIN));
                return Ok(());
            }
            Err(error) => {
                let doing = format!("while making the table `{}` in the database `{}`", model.table, place.database);
                return Err(error.in_model(model.name).context(doing));
            }
        }
        if model.view.is_some() {
            known.set_good_until(None);
            return Ok(());
        }
        // Before anybody may write to the table.
        let referring = self.make_referring(place, model).await;
        for (model, known) in referring.into_iter().chain([(model, Arc::clone(&known))]) {
            known.set_good_until(partition::premade(model, now)?.map(|(_, next)| next));
        }
        Ok(())
    }

    /// Makes the tables that refer to a model's. They come with it, because a transaction that has
    /// written to the one is in the way of making the others, and would wait for itself. One that
    /// cannot be made is in nobody's way until it is used.
    async fn make_referring(&self, place: &Place, model: &'static ModelDef) -> Vec<(&'static ModelDef, Arc<Known>)> {
        let options = self.options(place);
        // A view is in nobody's way.
        let refers = |other: &&'static ModelDef| {
            *other != model
                && other.view.is_none()
                && ddl::with_referenced(&[other], &options).is_ok_and(|referenced| referenced.contains(&model))
        };
        let mut made = Vec::new();
        for other in self.models.iter().copied().filter(|other| other.is_postgres()).filter(refers) {
            let known = self.tables.entry(place, other);
            if known.was_good() {
                continue;
            }
            match self.look_and_make(place, other).await {
                Ok(()) => made.push((other, known)),
                Err(error) => warn_of(place, other, &error, "a table could not be made with the one it refers to"),
            }
        }
        made
    }

    /// How a place's tables are rendered: names in full.
    pub(super) fn options(&self, place: &Place) -> DdlOptions {
        DdlOptions {
            placement: place.placement,
            schema: Some(place.schema.to_string()),
            tenants: TenantColumns::clone(&self.tenants),
            ..DdlOptions::default()
        }
    }

    async fn look_and_make(&self, place: &Place, model: &'static ModelDef) -> Result<()> {
        let options = self.options(place);
        let models = ddl::with_referenced(&[model], &options)?;
        let mut transaction = self.begin(place, &models).await?;
        if !all_is_well(&mut transaction, place, &options, &models).await? {
            for model in &models {
                check_shape(&mut transaction, place, &options, model).await?;
                if place.placement == Placement::Row {
                    let tenants = &options.tenants.of(model.group).table;
                    table::check_may_refer(transaction.connection(), &place.schema, tenants).await?;
                }
            }
            transaction = self.with_extensions(transaction, place, &models).await?;
            transaction.lock(Lock::Schema).await?;
            make_missing(&mut transaction, place, &options, &models).await?;
        }
        transaction.commit().await
    }

    /// Opens a transaction of the migrator, who makes and owns the tables.
    pub(super) async fn begin(&self, place: &Place, models: &[&'static ModelDef]) -> Result<AdminTransaction> {
        let tables: Vec<&str> = models.iter().map(|model| model.table).collect();
        roles::begin_as_migrator(&self.store, place, &tables).await
    }

    /// Makes the extensions that models need, which only the owner may, and goes on in a transaction
    /// that sees them.
    pub(super) async fn with_extensions(
        &self,
        mut transaction: AdminTransaction,
        place: &Place,
        models: &[&'static ModelDef],
    ) -> Result<AdminTransaction> {
        let needed: Vec<&str> = models.iter().flat_map(|model| ddl::extensions(model)).collect();
        if extension::all_there(&mut transaction, &needed).await? {
            return Ok(transaction);
        }
        // One connection at a time: nobody waits for a place that they hold themselves.
        transaction.commit().await?;
        for name in needed {
            extension::ensure(&self.store, self.key(&place.server, &place.database), name).await?;
        }
        self.begin(place, models).await
    }
}

fn warn_of(place: &Place, model: &'static ModelDef, error: &Error, what: &str) {
    tracing::warn!(model = model.name, database = &*place.database, %error, "{what}");
}

/// Whether every table is there in its model's shape, with its row of the ledger and its partitions.
async fn all_is_well(
    transaction: &mut AdminTransaction,
    place: &Place,
    options: &DdlOptions,
    models: &[&'static ModelDef],
) -> Result<bool> {
    let connection = transaction.connection();
    if !ledger::exists(connection).await? {
        return Ok(false);
    }
    let recorded = ledger::tables(connection, &place.schema).await?;
    for model in models {
        if !is_recorded(&recorded, options, model) || !check_shape(transaction, place, options, model).await? {
            return Ok(false);
        }
        if let Some((window, _)) = partition::premade(model, Utc::now())?
            && partition::lacks_any(transaction, place, model, window).await?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes what is missing, and looks at it again: a type that was there before may be another.
async fn make_missing(
    transaction: &mut AdminTransaction,
    place: &Place,
    options: &DdlOptions,
    models: &[&'static ModelDef],
) -> Result<()> {
    ledger::ensure(transaction.connection()).await?;
    let recorded = ledger::tables(transaction.connection(), &place.schema).await?;
    let mut missing = Vec::new();
    for model in models {
        if !check_shape(transaction, place, options, model).await? {
            missing.push(*model);
        }
    }
    create(transaction, options, &missing).await?;
    for model in models {
        if missing.contains(model) {
            check_shape(transaction, place, options, model).await?;
        }
        if let Some((window, _)) = partition::premade(model, Utc::now())? {
            partition::make(transaction, place, options, model, window).await?;
        }
        if missing.contains(model) || !is_recorded(&recorded, options, model) {
            record(transaction, place, options, model).await?;
        }
    }
    Ok(())
}

pub(super) async fn create(
    transaction: &mut AdminTransaction,
    options: &DdlOptions,
    models: &[&'static ModelDef],
) -> Result<()> {
    for statement in ddl::render(models, options)?.statements {
        let sql = match statement.creates {
            // The owner has made them.
            Creates::Extension => continue,
            // Tables share it, so it may be there.
            _ if statement.model.is_none() => &statement.repeatable_sql,
            _ => &statement.sql,
        };
        table::run(transaction.connection(), sql).await?;
    }
    Ok(())
}

pub(super) async fn record(
    transaction: &mut AdminTransaction,
    place: &Place,
    options: &DdlOptions,
    model: &'static ModelDef,
) -> Result<()> {
    let sql = ddl::render(&[model], options)?.to_script();
    let (schema, tenant_column) = (&*place.schema, carried(options, model));
    let kind = if model.view.is_some() { Kind::View } else { Kind::Table };
    let entry = Entry { kind, schema, name: model.table, model: Some(model.name), tenant_column, sql: &sql };
    ledger::record(transaction.connection(), entry).await
}

/// Whether the ledger knows a table, and whose its rows are.
fn is_recorded(recorded: &HashMap<String, Option<String>>, options: &DdlOptions, model: &'static ModelDef) -> bool {
    recorded.get(model.table).is_some_and(|column| column.as_deref() == carried(options, model))
}

/// The column that says whose a row is, if rows of many tenants are in the table.
fn carried<'a>(options: &'a DdlOptions, model: &'static ModelDef) -> Option<&'a str> {
    (options.placement == Placement::Row).then(|| tenant_column(&options.tenants, model))
}

/// The column that says whose a row is, where rows of many tenants are in a model's table.
pub(super) fn tenant_column<'a>(tenants: &'a TenantColumns, model: &'static ModelDef) -> &'a str {
    let layout = model.layout();
    let field = layout.role(|field| field.tenant).map(|position| layout.columns()[position].name.as_str());
    field.unwrap_or(&tenants.of(model.group).name)
}

/// Whether the table is there.
///
/// # Errors
/// `Conflict`, column by column, if records cannot be kept in it as the model says. What only makes
/// it slower, or concerns other writers, is logged.
async fn check_shape(
    transaction: &mut AdminTransaction,
    place: &Place,
    options: &DdlOptions,
    model: &'static ModelDef,
) -> Result<bool> {
    let Some(actual) = read_table(transaction.connection(), &place.schema, model.table).await? else {
        return Ok(false);
    };
    if let Some(column) = carried(options, model) {
        let checked = table::check_exact(transaction.connection(), &place.schema, model.table, column).await;
        checked.map_err(|error| error.in_model(model.name))?;
    }
    let differences = ddl::diff(&ddl::expected(model, options)?, &actual);
    let (fatal, harmless): (Vec<_>, Vec<_>) = differences.into_iter().partition(Difference::prevents_use);
    if !harmless.is_empty() {
        let differences = lines(&harmless);
        tracing::warn!(model = model.name, database = &*place.database, differences, "a table differs from its model");
    }
    if fatal.is_empty() {
        return Ok(true);
    }
    let message = format!(
        "the table `{}.{}` exists with another shape than the model:{}\nchange the model, or migrate the table",
        place.schema,
        model.table,
        lines(&fatal)
    );
    Err(Error::conflict(message).in_model(model.name))
}

fn lines(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("\n  {difference}")).collect()
}
