//! Partitions: those of now and the near future with the table, those of the past when they are loaded.

use chrono::{DateTime, NaiveTime, Utc};
use sqh_model::Result;
use sqh_model::render::ddl::{self, Creates, DdlOptions, PartitionWindow};
use sqh_model::schema::ModelDef;

use super::TenantDatabaseManager;
use crate::backend::postgres::admin::table;
use crate::backend::postgres::admin::transaction::{AdminTransaction, Lock};
use crate::tenancy::Place;

/// What became of a window of partitions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartitionReport {
    /// The partitions that were made now.
    pub made: Vec<String>,
    /// The partitions whose rows are in the default partition already, where they stay.
    pub held_by_default: Vec<String>,
}

impl TenantDatabaseManager {
    /// Makes the partitions of a window, such as that of old records that are about to be loaded.
    /// Rows of no partition go to the default one, where they are found, only less quickly.
    ///
    /// # Errors
    /// `Invalid` if the model is not partitioned or the window too wide, and as
    /// [`ensure_table`](TenantDatabaseManager::ensure_table).
    pub async fn ensure_partitions(
        &self,
        place: &Place,
        model: &'static ModelDef,
        window: PartitionWindow,
    ) -> Result<PartitionReport> {
        // Before anything is sent.
        ddl::partitions(model, window)?;
        self.ensure_table(place, model).await?;
        let doing = |error: sqh_model::Error| error.in_model(model.name).context("while making partitions");
        self.make_partitions(place, model, window).await.map_err(doing)
    }

    async fn make_partitions(
        &self,
        place: &Place,
        model: &'static ModelDef,
        window: PartitionWindow,
    ) -> Result<PartitionReport> {
        let mut transaction = self.begin(place, &[model]).await?;
        let mut report = PartitionReport::default();
        if lacks_any(&mut transaction, place, model, window).await? {
            transaction.lock(Lock::Schema).await?;
            report = make(&mut transaction, place, &self.options(place), model, window).await?;
        }
        transaction.commit().await?;
        Ok(report)
    }
}

/// The partitions that a table has with it, and when it wants the next. `None` if it has none.
pub(super) fn premade(
    model: &'static ModelDef,
    now: DateTime<Utc>,
) -> Result<Option<(PartitionWindow, DateTime<Utc>)>> {
    if model.layout().partition().is_none() {
        return Ok(None);
    }
    let window = PartitionWindow::premade(model, now);
    let next = ddl::partitions(model, window)?.first().map_or(window.to, |partition| partition.to);
    Ok(Some((window, next.and_time(NaiveTime::MIN).and_utc())))
}

/// Whether a table lacks a partition of a window.
pub(super) async fn lacks_any(
    transaction: &mut AdminTransaction,
    place: &Place,
    model: &'static ModelDef,
    window: PartitionWindow,
) -> Result<bool> {
    let here = table::partitions(transaction.connection(), &place.schema, model.table).await?;
    Ok(ddl::partitions(model, window)?.iter().any(|partition| !here.contains(&partition.name)))
}

/// Makes the partitions of a window that are not there, under the lock on the database's schema.
pub(super) async fn make(
    transaction: &mut AdminTransaction,
    place: &Place,
    options: &DdlOptions,
    model: &'static ModelDef,
    window: PartitionWindow,
) -> Result<PartitionReport> {
    let here = table::partitions(transaction.connection(), &place.schema, model.table).await?;
    let statements = ddl::partition_statements(model, options, window)?;
    let mut report = PartitionReport::default();
    // A partition may bring statements of its own after it.
    for group in statements.chunk_by(|_, next| next.creates != Creates::Partition) {
        let name = &group[0].name;
        if here.contains(name) {
            continue;
        }
        let sql: Vec<&str> = group.iter().map(|statement| statement.sql.as_str()).collect();
        match table::make_partition(transaction.connection(), &sql).await? {
            true => report.made.push(name.clone()),
            false => report.held_by_default.push(name.clone()),
        }
    }
    if !report.held_by_default.is_empty() {
        tracing::warn!(
            model = model.name,
            database = &*place.database,
            partitions = report.held_by_default.join(", "),
            "the default partition holds rows of partitions that were to be made: they stay there"
        );
    }
    Ok(report)
}
