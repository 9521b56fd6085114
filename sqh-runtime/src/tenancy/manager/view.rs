//! Materialised views: made on first use, made again when their definition is another, and computed anew.
//!
//! A view is made empty, under the lock on the database's schema, and computed behind it, under a lock of its
//! own: to compute it may take long, and is in nobody's way who makes a table. Whoever waits for that lock while
//! another computes what was written before they asked has nothing left to do.

use std::time::Instant;

use sqh_model::render::ddl;
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result};

use super::TenantDatabaseManager;
use super::table;
use crate::backend::postgres::admin::transaction::{AdminTransaction, Lock};
use crate::backend::postgres::admin::{ledger, view};
use crate::op::Freshness;
use crate::tenancy::Place;

impl TenantDatabaseManager {
    /// Computes a view anew, once for all who ask while it is computed. In row placement it is that of all
    /// tenants of the database.
    pub(crate) async fn refresh_view(&self, place: &Place, model: &'static ModelDef) -> Result<Freshness> {
        let asked = Instant::now();
        self.ensure_table(place, model).await?;
        let known = self.tables.entry(place, model);
        // Whoever waits for their turn here holds no connection.
        let mut last = known.refreshed.lock().await;
        if let Some((_, freshness)) = last.filter(|(began, _)| *began >= asked) {
            return Ok(freshness);
        }
        let began = Instant::now();
        let freshness = self.compute(place, model.table).await.map_err(|error| error.in_model(model.name))?;
        *last = Some((began, freshness));
        Ok(freshness)
    }

    /// When a view was last computed.
    pub(crate) async fn view_freshness(&self, place: &Place, model: &'static ModelDef) -> Result<Freshness> {
        self.ensure_table(place, model).await?;
        let mut transaction = self.begin_in(place).await?;
        let freshness = view::freshness(transaction.connection(), &place.schema, model.table).await?;
        transaction.commit().await?;
        freshness.ok_or_else(|| Error::conflict("the view was made anew and is not computed yet: try again"))
    }

    /// Computes all views of a place anew, of which many tenants have some groups each: one who has left has
    /// none.
    pub(super) async fn refresh_all_views(&self, place: &Place) -> Result<()> {
        let mut transaction = self.begin_in(place).await?;
        let names = match ledger::exists(transaction.connection()).await? {
            true => view::names(transaction.connection(), &place.schema).await?,
            false => Vec::new(),
        };
        transaction.commit().await?;
        for name in names {
            let doing = |error: Error| error.context(format!("while computing the view `{name}`"));
            self.compute(place, &name).await.map_err(doing)?;
        }
        Ok(())
    }

    /// Makes a view unless it is there as its model says, and computes it if it never was.
    pub(super) async fn make_view(&self, place: &Place, model: &'static ModelDef) -> Result<()> {
        for source in model.view_sources()? {
            Box::pin(self.ensure_table(place, source)).await?;
        }
        let options = self.options(place);
        let sql = ddl::render(&[model], &options)?.to_script();
        let mut transaction = self.begin(place, &[model]).await?;
        let mut found = view::find(transaction.connection(), &place.schema, model.table, &sql).await?;
        if !found.is_some_and(|found| found.is_current) {
            transaction = self.with_extensions(transaction, place, &[model]).await?;
            transaction.lock(Lock::Schema).await?;
            found = view::find(transaction.connection(), &place.schema, model.table, &sql).await?;
        }
        if !found.is_some_and(|found| found.is_current) {
            clear(&mut transaction, place, model, found).await?;
            table::create(&mut transaction, &options, &[model]).await?;
            table::record(&mut transaction, place, &options, model).await?;
            found = None;
        }
        transaction.commit().await?;
        match found {
            Some(found) if found.is_populated => Ok(()),
            _ => self.compute(place, model.table).await.map(drop),
        }
    }

    async fn compute(&self, place: &Place, name: &str) -> Result<Freshness> {
        let mut transaction = self.begin_in(place).await?;
        view::be_patient(transaction.connection()).await?;
        let asked = view::now(transaction.connection()).await?;
        transaction.lock_view(&place.schema, name).await?;
        let known = view::freshness(transaction.connection(), &place.schema, name).await?;
        let freshness = match known.filter(|known| known.as_of >= asked) {
            Some(known) => known,
            None => view::refresh(transaction.connection(), &place.schema, name).await?,
        };
        transaction.commit().await?;
        Ok(freshness)
    }
}

/// Takes away what stands in the view's place, if that is a view of ours.
async fn clear(
    transaction: &mut AdminTransaction,
    place: &Place,
    model: &'static ModelDef,
    found: Option<view::Found>,
) -> Result<()> {
    match found {
        None => Ok(()),
        Some(found) if found.is_view => {
            tracing::info!(
                model = model.name,
                database = &*place.database,
                "a view has another definition: it is made anew"
            );
            view::drop_view(transaction.connection(), &place.schema, model.table).await
        }
        Some(_) => {
            let message = format!(
                "`{}.{}` exists and is no view: rename it, or give the view another name by `#[platform_view(…, table = \"…\")]`",
                place.schema, model.table
            );
            Err(Error::conflict(message).in_model(model.name))
        }
    }
}
