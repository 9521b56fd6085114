//! The dynamic face: models by group and name, records as JSON, on the same path.

use serde_json::Value as Json;
use sqh_model::expr::{Query, filter_from_json, nearest_from_json, order_from_json};
use sqh_model::record_json::{key_from_json, row_from_json, row_to_json};
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result, Row, Value};

use super::page::Paging;
use super::{DynamicPage, Page, Path, PlatformGroupRecordService};
use crate::op::{Op, Operation, Reply};
use crate::scope::{Cx, RecordScope};

/// Which records a tool asks for, by names.
///
/// ```
/// use serde_json::json;
/// use sqh_runtime::service::DynamicQuery;
///
/// let query = DynamicQuery {
///     filter: json!({"test_type": "pH", "value": {"gt": 3.5}}),
///     order: json!(["-created_at"]),
///     limit: Some(10),
///     ..DynamicQuery::default()
/// };
/// # let _ = query;
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DynamicQuery {
    /// An object of fields and what they must be; see [`filter_from_json`]. Null is every record.
    pub filter: Json,
    /// A list of fields, `-` before one for descending; see [`order_from_json`].
    /// The first may be a place to be near to: see [`nearest_from_json`].
    pub order: Json,
    /// At most this many.
    pub limit: Option<u64>,
    /// Leaves out this many of the first.
    pub offset: u64,
}

impl DynamicQuery {
    pub(super) fn resolve(&self, def: &'static ModelDef) -> Result<Query> {
        let filter = if self.filter.is_null() { Default::default() } else { filter_from_json(def, &self.filter)? };
        let (nearest, order) = match nearest_from_json(def, &self.order)? {
            Some((nearest, rest)) => (Some(nearest), rest),
            None => (None, self.order.clone()),
        };
        let order = if order.is_null() { Vec::new() } else { order_from_json(def, &order)? };
        Ok(Query { filter, nearest, order, limit: self.limit, offset: self.offset, after: None })
    }
}

impl<P: Path> PlatformGroupRecordService<P> {
    /// [`get`](Self::get) by name; the key is a value, or an object for a composite one.
    ///
    /// # Errors
    /// `NotFound` for a group, a model or a record that is not there.
    pub async fn get_dyn<S: RecordScope>(&self, cx: &Cx<S>, group: &str, model: &str, key: &Json) -> Result<Json> {
        let def = self.engine.registry.find(group, model)?;
        let key = key_from_json(def, key)?;
        self.one(def, self.run_dyn(cx, def, Op::Get { key }).await?)
    }

    /// [`list`](Self::list) by name.
    ///
    /// # Errors
    /// `Invalid`, naming the field, if the query does not fit the model.
    pub async fn list_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        query: &DynamicQuery,
    ) -> Result<Vec<Json>> {
        let def = self.engine.registry.find(group, model)?;
        self.many(def, self.run_dyn(cx, def, Op::List(query.resolve(def)?)).await?)
    }

    /// [`page`](Self::page) by name.
    ///
    /// # Errors
    /// As [`list_dyn`](Self::list_dyn).
    pub async fn page_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        query: &DynamicQuery,
        size: u32,
        after: Option<&str>,
    ) -> Result<DynamicPage> {
        let def = self.engine.registry.find(group, model)?;
        let of = (&self.engine.cursors, cx.scope());
        let paging = Paging::new(of, def, query.resolve(def)?, size, after)?;
        let mut rows = self.run_dyn(cx, def, Op::List(paging.query.clone())).await?.into_rows()?;
        let next = paging.cut(&mut rows)?;
        Ok(Page { records: self.many(def, Reply::Rows(rows))?, next })
    }

    /// [`search`](Self::search) by name.
    ///
    /// # Errors
    /// As [`list_dyn`](Self::list_dyn).
    pub async fn search_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        text: &str,
        query: &DynamicQuery,
    ) -> Result<Vec<Json>> {
        let def = self.engine.registry.find(group, model)?;
        let op = Op::Search { text: text.to_owned(), query: query.resolve(def)? };
        self.many(def, self.run_dyn(cx, def, op).await?)
    }

    /// [`count`](Self::count) by name.
    ///
    /// # Errors
    /// As [`list_dyn`](Self::list_dyn).
    pub async fn count_dyn<S: RecordScope>(&self, cx: &Cx<S>, group: &str, model: &str, filter: &Json) -> Result<u64> {
        let def = self.engine.registry.find(group, model)?;
        let query = DynamicQuery { filter: filter.clone(), ..DynamicQuery::default() };
        let filter = query.resolve(def)?.filter;
        self.run_dyn(cx, def, Op::Count { filter, estimate: false }).await?.into_count()
    }

    /// [`create`](Self::create) by name. A field that is left out takes its default.
    ///
    /// # Errors
    /// `Invalid`, naming the field: unknown, missing, of the wrong type.
    pub async fn create_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        record: &Json,
    ) -> Result<Json> {
        let def = self.engine.registry.find(group, model)?;
        let row = row_from_json(def, record)?;
        self.one(def, self.run_dyn(cx, def, Op::Create(row)).await?)
    }

    /// [`update`](Self::update) by name. A field that is left out stays; if the record names a
    /// version, it is the one expected.
    ///
    /// # Errors
    /// As [`create_dyn`](Self::create_dyn), and `NotFound`, and `Conflict` for a stale version.
    pub async fn update_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        key: &Json,
        changes: &Json,
    ) -> Result<Json> {
        let def = self.engine.registry.find(group, model)?;
        let key = key_from_json(def, key)?;
        let mut changes = row_from_json(def, changes)?;
        let layout = def.layout();
        // A record that was read and is sent back repeats its key.
        for (position, value) in layout.physical_key().into_iter().zip(&key) {
            if changes[position] == *value {
                changes[position] = Value::Unset;
            }
        }
        let version = layout.role(|field| field.version).map(|i| std::mem::replace(&mut changes[i], Value::Unset));
        let version = version.filter(|version| !version.is_unset());
        self.one(def, self.run_dyn(cx, def, Op::Update { key, changes, version }).await?)
    }

    /// [`delete`](Self::delete) by name.
    ///
    /// # Errors
    /// As [`delete`](Self::delete).
    pub async fn delete_dyn<S: RecordScope>(&self, cx: &Cx<S>, group: &str, model: &str, key: &Json) -> Result<bool> {
        let def = self.engine.registry.find(group, model)?;
        let key = key_from_json(def, key)?;
        Ok(self.run_dyn(cx, def, Op::Delete { key, version: None }).await?.into_count()? > 0)
    }

    /// [`batch_create`](Self::batch_create) by name.
    ///
    /// # Errors
    /// As [`create_dyn`](Self::create_dyn); nothing is stored then.
    pub async fn batch_create_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        records: &[Json],
    ) -> Result<Vec<Json>> {
        let def = self.engine.registry.find(group, model)?;
        let rows: Vec<Result<Row>> = records
            .iter()
            .enumerate()
            .map(|(i, record)| row_from_json(def, record).map_err(|error| error.context(format!("record {i}"))))
            .collect();
        let op = Op::BatchCreate { rows: Box::new(rows.into_iter()), returning: true };
        self.many(def, self.run_dyn(cx, def, op).await?)
    }

    pub(super) async fn run_dyn<S>(&self, cx: &Cx<S>, model: &'static ModelDef, op: Op) -> Result<Reply> {
        self.run(cx, Operation { model, op }).await
    }

    fn one(&self, def: &'static ModelDef, reply: Reply) -> Result<Json> {
        let row = reply.into_row()?.ok_or_else(|| Error::not_found("there is no such record").in_model(def.name))?;
        row_to_json(def, &row)
    }

    pub(super) fn many(&self, def: &'static ModelDef, reply: Reply) -> Result<Vec<Json>> {
        reply.into_rows()?.iter().map(|row| row_to_json(def, row)).collect()
    }
}
