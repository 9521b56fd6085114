//! [`Unrest`]: what goes on around the tenants: backends end, connections are closed, tables change.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{Days, NaiveDate};
use fastrand::Rng;
use sqh_model::render::ddl::PartitionWindow;
use sqh_model::schema::{ModelDef, SHARED_REFERENCE_DB_NAME};
use sqh_model::{Error, Result};

use crate::backend::postgres::admin::transaction::AdminTransaction;
use crate::backend::postgres::admin::unrest::{Change, backends, change, end};
use crate::platform::Platform;
use crate::scope::{Cx, Fleet};
use crate::service::TenantService;
use crate::tenancy::{
    APPLICATION_NAME, ConnectionKey, ConnectionStore, Place, Role, StoreConfig, TenantDatabaseManager,
};

/// The most connections that the disturbance has, beside the platform's own.
const CONNECTIONS: usize = 4;

/// Disturbs the tenants of a platform.
pub(super) struct Unrest {
    databases: Arc<TenantDatabaseManager>,
    service: TenantService,
    fleet: Cx<Fleet>,
    /// Other connections than those that are disturbed.
    side: ConnectionStore,
    tenants: Vec<(String, Arc<Place>)>,
    suspended: Option<String>,
    models: Vec<&'static ModelDef>,
    rng: Rng,
    /// After how many operations something happens.
    every: u64,
    pub(super) done: Disturbances,
}

/// What was done, by what it is, and how often it could not be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disturbances(BTreeMap<&'static str, [u64; 2]>);

impl Disturbances {
    fn note(&mut self, what: &'static str, outcome: &Result<()>) {
        self.0.entry(what).or_default()[usize::from(outcome.is_err())] += 1;
    }

    /// How often something was done, such as `backend ended`.
    pub fn of(&self, what: &str) -> u64 {
        self.0.get(what).map_or(0, |[done, _]| *done)
    }
}

impl fmt::Display for Disturbances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.0.iter().map(|(what, [done, failed])| format!("{what}: {done} ({failed} in vain)"));
        f.write_str(&told.collect::<Vec<_>>().join(", "))
    }
}

impl Unrest {
    pub(super) fn new(
        platform: &Platform,
        fleet: Cx<Fleet>,
        tenants: Vec<(String, Arc<Place>)>,
        models: Vec<&'static ModelDef>,
        rng: Rng,
        every: u64,
    ) -> Result<Self> {
        let databases = platform.manager().ok_or_else(|| Error::internal("a platform in memory is not disturbed"))?;
        let store = databases.store();
        let endpoints = store.servers().all().iter().map(|server| server.endpoints().count()).sum::<usize>();
        let budget = CONNECTIONS + endpoints;
        Ok(Self {
            databases: Arc::clone(databases),
            service: platform.tenants(),
            fleet,
            side: ConnectionStore::new(store.servers().clone(), StoreConfig::default().budget(budget))?,
            tenants,
            suspended: None,
            models,
            rng,
            every,
            done: Disturbances::default(),
        })
    }

    /// Goes on until it is dropped, while operations are counted.
    pub(super) async fn run(&mut self, count: &AtomicU64) {
        loop {
            let next = count.load(Ordering::Relaxed) + self.rng.u64(0..=2 * self.every);
            while count.load(Ordering::Relaxed) < next {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let (slug, place) = self.tenants[self.rng.usize(0..self.tenants.len())].clone();
            let (what, outcome) = match self.rng.u32(0..11) {
                10 => ("tenant suspended", self.suspend(slug).await),
                0..4 => ("backend ended", self.end_one(&place).await),
                4..7 => ("connections closed", self.evict(&place).await),
                7 => ("partition made", self.make_partition(&place).await),
                8 => ("table analyzed", self.change(&place, Change::Analyze).await),
                _ if self.rng.bool() => ("column added", self.change(&place, Change::AddColumn).await),
                _ => ("column dropped", self.change(&place, Change::DropColumn).await),
            };
            self.done.note(what, &outcome);
        }
    }

    /// Lets everybody work again.
    pub(super) async fn calm(&mut self) -> Result<()> {
        if let Some(slug) = &self.suspended {
            self.service.resume(&self.fleet, slug).await?;
        }
        self.suspended = None;
        Ok(())
    }

    async fn suspend(&mut self, slug: String) -> Result<()> {
        // One whose resuming failed is not forgotten over the next.
        self.calm().await?;
        self.suspended = Some(slug.clone());
        self.service.suspend(&self.fleet, &slug).await?;
        tokio::time::sleep(Duration::from_millis(self.rng.u64(0..20))).await;
        self.calm().await
    }

    async fn end_one(&mut self, place: &Place) -> Result<()> {
        let shared = self.rng.u32(0..8) == 0;
        let database = if shared { SHARED_REFERENCE_DB_NAME } else { &place.database };
        let mut transaction = self.begin(place, Role::Owner).await?;
        let found = backends(transaction.connection(), database, APPLICATION_NAME).await?;
        if !found.is_empty() {
            let chosen = found[self.rng.usize(0..found.len().min(2))];
            end(transaction.connection(), chosen).await?;
        }
        transaction.commit().await
    }

    async fn evict(&self, place: &Place) -> Result<()> {
        self.databases.store().evict(&place.server, &place.database).await;
        Ok(())
    }

    async fn make_partition(&mut self, place: &Place) -> Result<()> {
        let partitioned: Vec<_> = self.models.iter().filter(|model| model.storage.partition_by.is_some()).collect();
        if partitioned.is_empty() {
            return Ok(());
        }
        let model = partitioned[self.rng.usize(0..partitioned.len())];
        // Far from the records, which no partition would move.
        let first = NaiveDate::from_ymd_opt(2050, 1, 1).unwrap_or_default() + Days::new(self.rng.u64(0..3_000));
        let window = PartitionWindow::new(first, first + Days::new(1))?;
        self.databases.ensure_partitions(place, model, window).await.map(drop)
    }

    async fn change(&mut self, place: &Place, what: Change) -> Result<()> {
        let model = self.models[self.rng.usize(0..self.models.len())];
        let mut transaction = self.begin(place, Role::Migrator).await?;
        change(transaction.connection(), &place.schema, model.table, what).await?;
        transaction.commit().await
    }

    async fn begin(&self, place: &Place, role: Role) -> Result<AdminTransaction> {
        AdminTransaction::begin(&self.side, ConnectionKey::new(&*place.server, &*place.database, role)).await
    }
}

impl fmt::Debug for Unrest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unrest").field("done", &self.done).finish_non_exhaustive()
    }
}
