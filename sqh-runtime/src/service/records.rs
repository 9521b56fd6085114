//! The typed face: structs in, structs out, and no JSON between.

use futures::stream::{BoxStream, StreamExt as _};
use sqh_model::expr::{Changes, Query, Select};
use sqh_model::row::{from_row, to_row};
use sqh_model::schema::{LookupKey, PlatformModel};
use sqh_model::{Error, Result, Value};

use super::page::Paging;
use super::{Conflict, Page, Path, PlatformGroupRecordService, Statement};
use crate::op::{Op, Operation, Reply};
use crate::scope::Cx;

impl<P: Path> PlatformGroupRecordService<P> {
    /// The record with a key. On a partitioned model the key with the partition column at its end
    /// looks into one partition; without it, into all of them.
    ///
    /// # Errors
    /// `NotFound` if there is none that the principal may see.
    pub async fn get<M: PlatformModel>(&self, cx: &Cx<M::Scope>, key: impl LookupKey<M>) -> Result<M> {
        self.find(cx, key).await?.ok_or_else(|| not_found::<M>())
    }

    /// The record with a key, or `None`.
    ///
    /// # Errors
    /// As every operation: `Denied`, `Unavailable`, `Overloaded`.
    pub async fn find<M: PlatformModel>(&self, cx: &Cx<M::Scope>, key: impl LookupKey<M>) -> Result<Option<M>> {
        let key = key.into_values().map_err(|error| error.in_model(M::def().name))?;
        self.run_op::<M, _>(cx, Op::Get { key }).await?.into_row()?.map(from_row).transpose()
    }

    /// The records that match: `records.list(&cx, AppLabResult::select().limit(10))`.
    ///
    /// # Errors
    /// `Invalid` if a high-volume model is asked for without a limit.
    pub async fn list<M: PlatformModel>(&self, cx: &Cx<M::Scope>, select: Select<M>) -> Result<Vec<M>> {
        let query = query_of(select)?;
        decode_all(self.run_op::<M, _>(cx, Op::List(query)).await?)
    }

    /// A page of the records that match, by keyset: it costs the same at any depth. `after` is the
    /// [`Page::next`] of the page before.
    ///
    /// # Errors
    /// `Invalid` if `after` comes from another order, or the query has an offset.
    pub async fn page<M: PlatformModel>(
        &self,
        cx: &Cx<M::Scope>,
        select: Select<M>,
        size: u32,
        after: Option<&str>,
    ) -> Result<Page<M>> {
        let of = (&self.engine.cursors, cx.scope());
        let paging = Paging::new(of, M::def(), query_of(select)?, size, after)?;
        let mut rows = self.run_op::<M, _>(cx, Op::List(paging.query.clone())).await?.into_rows()?;
        let next = paging.cut(&mut rows)?;
        let records = rows.into_iter().map(from_row).collect::<Result<_>>()?;
        Ok(Page { records, next })
    }

    /// The records whose search fields hold a text, without regard to case.
    ///
    /// # Errors
    /// `Invalid` if the model has no search field.
    pub async fn search<M: PlatformModel>(
        &self,
        cx: &Cx<M::Scope>,
        text: impl Into<String>,
        select: Select<M>,
    ) -> Result<Vec<M>> {
        let query = query_of(select)?;
        decode_all(self.run_op::<M, _>(cx, Op::Search { text: text.into(), query }).await?)
    }

    /// How many records match.
    ///
    /// # Errors
    /// As every operation.
    pub async fn count<M: PlatformModel>(&self, cx: &Cx<M::Scope>, select: Select<M>) -> Result<u64> {
        let filter = query_of(select)?.filter;
        self.run_op::<M, _>(cx, Op::Count { filter, estimate: false }).await?.into_count()
    }

    /// About how many records match: the planner's estimate where the backend has one, which costs
    /// nothing on millions of records.
    ///
    /// # Errors
    /// As every operation.
    pub async fn count_estimate<M: PlatformModel>(&self, cx: &Cx<M::Scope>, select: Select<M>) -> Result<u64> {
        let filter = query_of(select)?.filter;
        self.run_op::<M, _>(cx, Op::Count { filter, estimate: true }).await?.into_count()
    }

    /// Stores a new record, and returns it as it was stored.
    ///
    /// # Errors
    /// `Conflict` if its key or a unique field is taken; `Invalid` if a check refuses it.
    pub async fn create<M: PlatformModel>(&self, cx: &Cx<M::Writes>, record: M) -> Result<M> {
        let row = to_row(record)?;
        stored(self.run_op::<M, _>(cx, Op::Create(row)).await?)
    }

    /// Changes the record with a key: what is not set stays, `None` sets null.
    ///
    /// ```
    /// # use sqh_runtime::{Platform, prelude::*};
    /// # #[derive(Debug, Clone, PartialEq, PlatformModel)]
    /// # #[model(group = "water")]
    /// # #[storage(postgres)]
    /// # struct AppStation {
    /// #     #[field(primary_key)]
    /// #     id: i64,
    /// #     #[field(unique)]
    /// #     code: String,
    /// #     depth: Option<f64>,
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let platform = Platform::builder().models(models![AppStation]).build_in_memory()?;
    /// # let principal = Principal::system("an example");
    /// # platform.tenants().provision(&platform.fleet(&principal).await?, "acme").await?;
    /// # let cx = platform.tenant(&principal, "acme").await?;
    /// # let records = platform.records();
    /// # let station = AppStation { id: 1, code: "A".to_owned(), depth: Some(2.5) };
    /// records.create(&cx, station).await?;
    /// let changes = AppStation::changes().set(AppStation::DEPTH, None);
    /// let station = records.update::<AppStation>(&cx, 1, changes).await?;
    /// assert_eq!((station.code.as_str(), station.depth), ("A", None));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `NotFound`; `Conflict` if another version is stored than the one expected.
    pub async fn update<M: PlatformModel>(
        &self,
        cx: &Cx<M::Writes>,
        key: impl LookupKey<M>,
        changes: Changes<M>,
    ) -> Result<M> {
        let key = key.into_values().map_err(|error| error.in_model(M::def().name))?;
        let (changes, version) = changes.into_parts()?;
        self.run_update(cx, Op::Update { key, changes, version }).await
    }

    /// Stores a whole record over the one with its key. If the model has a version, the record's
    /// is the one expected.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` if another version is stored.
    pub async fn replace<M: PlatformModel>(&self, cx: &Cx<M::Writes>, record: M) -> Result<M> {
        let layout = M::def().layout();
        let mut changes = to_row(record)?;
        let key = layout.physical_key().into_iter().map(|i| std::mem::replace(&mut changes[i], Value::Unset)).collect();
        let version = layout.role(|field| field.version).map(|i| std::mem::replace(&mut changes[i], Value::Unset));
        self.run_update(cx, Op::Update { key, changes, version }).await
    }

    /// Deletes the record with a key; whether there was one.
    ///
    /// # Errors
    /// `Conflict` if another record refers to it.
    pub async fn delete<M: PlatformModel>(&self, cx: &Cx<M::Writes>, key: impl LookupKey<M>) -> Result<bool> {
        let key = key.into_values().map_err(|error| error.in_model(M::def().name))?;
        Ok(self.run_op::<M, _>(cx, Op::Delete { key, version: None }).await?.into_count()? > 0)
    }

    /// Stores a record, or changes the one that it conflicts with on a unique constraint. The key
    /// and `created_at` of a record that is there stay.
    ///
    /// # Errors
    /// `Invalid` if no constraint is on those columns; `Conflict` on another constraint.
    pub async fn upsert<M: PlatformModel>(&self, cx: &Cx<M::Writes>, record: M, conflict: Conflict<M>) -> Result<M> {
        let op = Op::Upsert { row: to_row(record)?, conflict: conflict.positions()?, keep: Vec::new() };
        stored(self.run_op::<M, _>(cx, op).await?)
    }

    /// Stores any number of new records, all or none, and returns them as they were stored.
    ///
    /// # Errors
    /// As [`create`](Self::create); the first offending record stops it, and nothing is stored.
    pub async fn batch_create<M: PlatformModel>(
        &self,
        cx: &Cx<M::Writes>,
        records: impl IntoIterator<Item = M, IntoIter: Send + 'static>,
    ) -> Result<Vec<M>> {
        let rows = Box::new(records.into_iter().map(to_row));
        decode_all(self.run_op::<M, _>(cx, Op::BatchCreate { rows, returning: true }).await?)
    }

    /// Stores any number of new records, all or none, and returns how many. Records are taken as
    /// they are sent, so that they need not be in memory at once; large numbers go by binary
    /// `COPY`.
    ///
    /// # Errors
    /// As [`batch_create`](Self::batch_create).
    pub async fn batch_create_count<M: PlatformModel>(
        &self,
        cx: &Cx<M::Writes>,
        records: impl IntoIterator<Item = M, IntoIter: Send + 'static>,
    ) -> Result<u64> {
        let rows = Box::new(records.into_iter().map(to_row));
        self.run_op::<M, _>(cx, Op::BatchCreate { rows, returning: false }).await?.into_count()
    }

    /// [`batch_create_count`](Self::batch_create_count) of records that are read on the way, from a
    /// file or a network: the first that cannot be read ends it, and nothing is stored.
    ///
    /// # Errors
    /// What `records` says; as [`batch_create`](Self::batch_create).
    pub async fn try_batch_create_count<M: PlatformModel>(
        &self,
        cx: &Cx<M::Writes>,
        records: impl IntoIterator<Item = Result<M>, IntoIter: Send + 'static>,
    ) -> Result<u64> {
        let rows = Box::new(records.into_iter().map(|record| record.and_then(to_row)));
        self.run_op::<M, _>(cx, Op::BatchCreate { rows, returning: false }).await?.into_count()
    }

    /// The records that match, as they arrive, in bounded memory.
    ///
    /// # Errors
    /// As [`list`](Self::list); an error on the way is the stream's last item.
    pub async fn stream<M: PlatformModel>(
        &self,
        cx: &Cx<M::Scope>,
        select: Select<M>,
    ) -> Result<BoxStream<'static, Result<M>>> {
        let query = query_of(select)?;
        let rows = self.run_op::<M, _>(cx, Op::Stream(query)).await?.into_stream()?;
        Ok(rows.map(|row| row.and_then(from_row)).boxed())
    }

    /// Runs a typed statement: `M::select()`, `M::insert()`, `M::update()`, `M::delete()`.
    ///
    /// # Errors
    /// As the operation that the statement stands for.
    pub async fn query<S: Statement>(&self, cx: &Cx<S::Scope>, statement: S) -> Result<S::Output> {
        let op = statement.into_op().map_err(|error| error.in_model(S::Model::def().name))?;
        S::output(self.run_op::<S::Model, _>(cx, op).await?)
    }

    async fn run_op<M: PlatformModel, S>(&self, cx: &Cx<S>, op: Op) -> Result<Reply> {
        self.run(cx, Operation { model: M::def(), op }).await
    }

    async fn run_update<M: PlatformModel>(&self, cx: &Cx<M::Writes>, op: Op) -> Result<M> {
        let row = self.run_op::<M, _>(cx, op).await?.into_row()?;
        row.map(from_row).transpose()?.ok_or_else(|| not_found::<M>())
    }
}

pub(super) fn query_of<M: PlatformModel>(select: Select<M>) -> Result<Query> {
    select.into_query().map_err(|error| error.in_model(M::def().name))
}

pub(super) fn decode_all<M: PlatformModel>(reply: Reply) -> Result<Vec<M>> {
    reply.into_rows()?.into_iter().map(from_row).collect()
}

pub(super) fn stored<M: PlatformModel>(reply: Reply) -> Result<M> {
    let row = reply.into_row()?.ok_or_else(|| Error::internal("the backend stored nothing").in_model(M::def().name))?;
    from_row(row)
}

fn not_found<M: PlatformModel>() -> Error {
    Error::not_found("there is no such record").in_model(M::def().name)
}
