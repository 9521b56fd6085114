//! Asks through a service: every method of it, typed and by name.

use std::marker::PhantomData;

use futures::TryStreamExt as _;
use serde_json::json;
use sqh_model::compare::compare;
use sqh_model::expr::{Column, Related, version_value};
use sqh_model::record_json::row_to_json;
use sqh_model::row::{from_row, to_row};
use sqh_model::schema::WritableModel;
use sqh_model::{Error, Result, Row};

use super::call::{Answer, Call};
use super::draw::MANY;
use super::untyped::{
    Any, Chosen, Said, all, callers, changes_of, decoded, dynamic, key_json, many_json, one, one_json, path, predicate,
    record_json, rows, select,
};
use super::which::Asked;
use crate::scope::Cx;
use crate::service::{Conflict, Page, Path, PlatformGroupRecordService};

/// The records of a model behind a door.
pub(super) struct Asking<'a, M: WritableModel, P: Path> {
    records: &'a PlatformGroupRecordService<P>,
    cx: &'a Cx<M::Scope>,
    model: PhantomData<fn() -> M>,
}

impl<'a, M: WritableModel, P: Path> Asking<'a, M, P> {
    pub(super) fn new(records: &'a PlatformGroupRecordService<P>, cx: &'a Cx<M::Scope>) -> Self {
        Self { records, cx, model: PhantomData }
    }

    /// Asks for something in one way.
    pub(super) async fn ask(self, way: &'static str, call: Call) -> Result<Answer> {
        if way.ends_with("_dyn") { self.by_name(way, call).await } else { self.typed(way, call).await }
    }

    async fn typed(&self, way: &'static str, call: Call) -> Result<Answer> {
        let Self { records, cx, .. } = *self;
        match (way, call) {
            ("get", Call::Get(key)) => one(Some(records.get::<M>(cx, Said(key.said())).await?)),
            ("find", Call::Get(key)) => one(records.find::<M>(cx, Said(key.said())).await?),
            ("list", Call::List(asked)) => rows(records.list(cx, select::<M>(&asked)).await?),
            ("list_with", Call::List(asked)) => self.with_themselves(&asked).await,
            ("page", Call::List(asked)) => self.pages(&asked).await,
            ("stream", Call::List(asked)) => {
                let stream = records.stream(cx, select::<M>(&asked)).await?;
                rows(stream.try_collect::<Vec<M>>().await?)
            }
            ("search", Call::Search(text, asked)) => rows(records.search(cx, text, select::<M>(&asked)).await?),
            ("count", Call::Count(which)) => records.count(cx, all::<M>(&which)).await.map(Answer::Count),
            ("count_estimate", Call::Count(which)) => {
                records.count_estimate(cx, all::<M>(&which)).await.map(Answer::Count)
            }
            ("create", Call::Create(row)) => one(Some(records.create(cx, from_row::<M>(row)?).await?)),
            ("update", Call::Update { key, changes, version }) => {
                let changes = changes_of::<M>(changes);
                let changes = match version {
                    Some(version) => changes.expect_version(version),
                    None => changes,
                };
                one(Some(records.update::<M>(cx, Said(key.said()), changes).await?))
            }
            ("replace", Call::Replace(row)) => one(Some(records.replace(cx, from_row::<M>(row)?).await?)),
            ("delete", Call::Delete(key)) => {
                records.delete::<M>(cx, Said(key.said())).await.map(|deleted| Answer::Count(deleted.into()))
            }
            ("upsert", Call::Upsert { row, by }) => {
                let conflict = match by.is_empty() {
                    true => Conflict::key(),
                    false => Conflict::on(Chosen::<M>::of(&by)),
                };
                one(Some(records.upsert(cx, from_row::<M>(row)?, conflict).await?))
            }
            ("batch_create", Call::Batch(batch)) => rows(records.batch_create(cx, decoded::<M>(batch)?).await?),
            ("batch_create_count", Call::Batch(batch)) => {
                records.batch_create_count(cx, decoded::<M>(batch)?).await.map(Answer::Count)
            }
            ("try_batch_create_count", Call::Batch(batch)) => {
                let batch = batch.into_iter().map(from_row::<M>);
                records.try_batch_create_count(cx, batch).await.map(Answer::Count)
            }
            ("query", call) => self.query(call).await,
            (way, call) => Err(no_way(way, &call)),
        }
    }

    /// The records as they are among those that belong to them: those whose key begins as theirs.
    async fn with_themselves(&self, asked: &Asked) -> Result<Answer> {
        let def = M::def();
        let by = path::<M>(def.layout().key()[0]);
        let select = select::<M>(asked);
        let alike = Related::<M, M, Vec<M>>::meeting(by, by).limit_per_parent(MANY);
        let (mut found, key) = (Vec::new(), def.layout().physical_key());
        for (record, alike) in self.records.list_with(self.cx, select.with(alike)).await? {
            let record = to_row(record)?;
            let alike = alike.into_iter().map(to_row).collect::<Result<Vec<_>>>()?;
            let is_it = |row: &Row| key.iter().all(|position| compare(&row[*position], &record[*position]).is_eq());
            found.extend(alike.into_iter().find(is_it));
        }
        Ok(Answer::Rows(found))
    }

    async fn pages(&self, asked: &Asked) -> Result<Answer> {
        let first = Asked { limit: None, offset: 0, ..asked.clone() };
        let (mut found, mut after) = (Vec::new(), None::<String>);
        loop {
            let Page { records, next } = self.records.page(self.cx, select::<M>(&first), 7, after.as_deref()).await?;
            found.extend(records);
            match next {
                Some(next) => after = Some(next),
                None => return rows(found),
            }
        }
    }

    async fn query(&self, call: Call) -> Result<Answer> {
        let Self { records, cx, .. } = *self;
        match call {
            Call::List(asked) => rows(records.query(cx, select::<M>(&asked)).await?),
            Call::Columns(asked, columns) => {
                let statement = select::<M>(&asked).columns(Chosen::<M>::of(&columns));
                Ok(Answer::Columns(columns, records.query(cx, statement).await?))
            }
            Call::Create(row) => {
                let mut insert = M::insert();
                for (position, value) in callers::<M>(row) {
                    insert = insert.set(Column::<M, Any>::new(path::<M>(position)), Any(value));
                }
                one(Some(records.query(cx, insert).await?))
            }
            Call::UpdateWhere(which, changes) => {
                let mut update = M::update().filter(predicate::<M>(&which));
                for (position, value) in changes.into_iter().enumerate().filter(|(_, value)| !value.is_unset()) {
                    update = update.set(Column::<M, Any>::new(path::<M>(position)), Any(value));
                }
                records.query(cx, update).await.map(Answer::Count)
            }
            Call::DeleteWhere(which) => {
                records.query(cx, M::delete().filter(predicate::<M>(&which))).await.map(Answer::Count)
            }
            call => Err(no_way("query", &call)),
        }
    }

    async fn by_name(&self, way: &'static str, call: Call) -> Result<Answer> {
        let Self { records, cx, .. } = *self;
        let def = M::def();
        let (group, model) = (def.group, def.name);
        match (way, call) {
            ("get_dyn", Call::Get(key)) => {
                one_json::<M>(records.get_dyn(cx, group, model, &key_json(def, &key.said())?).await?)
            }
            ("list_dyn", Call::List(asked)) => {
                many_json::<M>(records.list_dyn(cx, group, model, &dynamic(def, &asked)?).await?)
            }
            ("list_with_dyn", Call::List(asked)) => {
                let found = records.list_with_dyn(cx, group, model, &dynamic(def, &asked)?, &json!([])).await?;
                many_json::<M>(found.into_iter().map(|mut loaded| loaded["record"].take()).collect())
            }
            ("page_dyn", Call::List(asked)) => {
                let query = dynamic(def, &Asked { limit: None, offset: 0, ..asked })?;
                let (mut found, mut after) = (Vec::new(), None::<String>);
                loop {
                    let page = records.page_dyn(cx, group, model, &query, 7, after.as_deref()).await?;
                    found.extend(page.records);
                    match page.next {
                        Some(next) => after = Some(next),
                        None => return many_json::<M>(found),
                    }
                }
            }
            ("search_dyn", Call::Search(text, asked)) => {
                many_json::<M>(records.search_dyn(cx, group, model, &text, &dynamic(def, &asked)?).await?)
            }
            ("count_dyn", Call::Count(which)) => {
                records.count_dyn(cx, group, model, &which.json(def)?).await.map(Answer::Count)
            }
            ("create_dyn", Call::Create(row)) => {
                one_json::<M>(records.create_dyn(cx, group, model, &record_json::<M>(row)?).await?)
            }
            ("update_dyn", Call::Update { key, mut changes, version }) => {
                if let Some((position, version)) = def.layout().role(|field| field.version).zip(version) {
                    changes[position] = version_value(def, version)?;
                }
                let (key, changes) = (key_json(def, &key.said())?, row_to_json(def, &changes)?);
                one_json::<M>(records.update_dyn(cx, group, model, &key, &changes).await?)
            }
            ("delete_dyn", Call::Delete(key)) => {
                let deleted = records.delete_dyn(cx, group, model, &key_json(def, &key.said())?).await?;
                Ok(Answer::Count(deleted.into()))
            }
            ("batch_create_dyn", Call::Batch(batch)) => {
                let batch = batch.into_iter().map(record_json::<M>).collect::<Result<Vec<_>>>()?;
                many_json::<M>(records.batch_create_dyn(cx, group, model, &batch).await?)
            }
            (way, call) => Err(no_way(way, &call)),
        }
    }
}

pub(super) fn no_way(way: &str, call: &Call) -> Error {
    Error::internal(format!("the isolation test has no way `{way}` to ask for {call:?}"))
}
