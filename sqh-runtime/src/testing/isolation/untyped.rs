//! Typed statements for a model whose type is known only by its definition.

use std::marker::PhantomData;

use serde_json::Value as Json;
use sqh_model::expr::lower::quoted;
use sqh_model::expr::{Changes, Column, Columns, Predicate, SearchQuery, Select};
use sqh_model::record_json::{row_from_json, row_to_json};
use sqh_model::report::{From, Reading, Root, from, record};
use sqh_model::row::{from_row, to_row};
use sqh_model::schema::{LookupKey, ModelDef, PlatformModel};
use sqh_model::types::json_form::to_json;
use sqh_model::types::{FieldType, TypeDef, family, scalar};
use sqh_model::{Result, Row, Value};

use super::call::Answer;
use super::which::{Asked, Which};
use crate::service::DynamicQuery;
use crate::sql::{RawSql, counting};

/// A value of whatever type the column has.
pub(super) struct Any(pub(super) Value);

impl FieldType for Any {
    type Family = family::Text;
    const DEF: TypeDef = TypeDef::scalar(&scalar::TEXT);

    fn into_value(self) -> Result<Value> {
        Ok(self.0)
    }

    fn from_value(value: Value) -> Result<Self> {
        Ok(Self(value))
    }
}

/// A key of whatever type the model has.
pub(super) struct Said(pub(super) Vec<Value>);

impl<M> LookupKey<M> for Said {
    fn into_values(self) -> Result<Vec<Value>> {
        Ok(self.0)
    }
}

/// Some columns.
pub(super) struct Chosen<M>(Vec<String>, PhantomData<fn() -> M>);

impl<M: PlatformModel> Chosen<M> {
    pub(super) fn of(columns: &[usize]) -> Self {
        Self(columns.iter().map(|column| path::<M>(*column).to_owned()).collect(), PhantomData)
    }
}

impl<M> Columns<M> for Chosen<M> {
    type Output = Row;

    fn paths(&self) -> Vec<String> {
        self.0.clone()
    }

    fn decode(values: Row) -> Result<Row> {
        Ok(values)
    }
}

/// The path of a column.
pub(super) fn path<M: PlatformModel>(position: usize) -> &'static str {
    &M::def().layout().columns()[position].path
}

pub(super) fn predicate<M: PlatformModel>(which: &Which) -> Predicate<M> {
    Predicate::from_filter(which.filter(M::def()))
}

/// All that match.
pub(super) fn all<M: PlatformModel>(which: &Which) -> Select<M> {
    match which {
        Which::All => M::select(),
        which => M::select().filter(predicate(which)),
    }
}

pub(super) fn select<M: PlatformModel>(asked: &Asked) -> Select<M> {
    let mut select = all::<M>(&asked.which).offset(asked.offset);
    if let Some((position, descending)) = asked.order {
        let column = Column::<M, Any>::new(path::<M>(position));
        select = select.order_by(if descending { column.desc() } else { column.asc() });
    }
    match asked.limit {
        Some(limit) => select.limit(limit),
        None => select,
    }
}

/// A report on all that match.
pub(super) fn sources<M: PlatformModel>(which: &Which) -> From<Root<M>> {
    match which {
        Which::All => from::<M>(),
        which => from::<M>().filter(predicate::<M>(which)),
    }
}

/// A statement that counts all that match.
pub(super) fn counted<M: PlatformModel>(which: &Which) -> RawSql {
    let name = |position: &usize| quoted(path::<M>(*position));
    let ty = |position: &usize| M::def().layout().columns()[*position].ty;
    let is = |condition: &str| RawSql::new(counting(M::def().name, condition));
    match which {
        Which::All => is("true"),
        Which::Eq(position, value) => is(&format!("{} = :v", name(position))).value("v", ty(position), value.clone()),
        Which::Like(position, pattern) => is(&format!("{} LIKE :v", name(position))).text("v", pattern),
        Which::Regex(position, pattern) => is(&format!("{} ~ :v", name(position))).text("v", pattern),
        Which::In(position, values) => {
            let any: Vec<String> = (0..values.len()).map(|i| format!("{} = :v{i}", name(position))).collect();
            let any = if any.is_empty() { "false".to_owned() } else { any.join(" OR ") };
            let values = values.iter().enumerate();
            values.fold(is(&any), |sql, (i, value)| sql.value(&format!("v{i}"), ty(position), value.clone()))
        }
    }
}

/// A report of the records themselves.
pub(super) fn listed<M: PlatformModel>(asked: &Asked) -> Reading<Root<M>, M> {
    let mut report = sources::<M>(&asked.which).select(record::<M>()).offset(asked.offset);
    if let Some((position, descending)) = asked.order {
        let column = Column::<M, Any>::new(path::<M>(position));
        report = report.order_by(if descending { column.desc() } else { column.asc() });
    }
    match asked.limit {
        Some(limit) => report.limit(limit),
        None => report,
    }
}

/// A search for words, with all that a search can show.
pub(super) fn words<M: PlatformModel>(text: &str, fuzzy: bool) -> SearchQuery<M> {
    let query = SearchQuery::new(text).highlight().limit(super::draw::MANY);
    if fuzzy { query.fuzzy() } else { query }
}

pub(super) fn changes_of<M: PlatformModel>(row: Row) -> Changes<M> {
    let said = row.into_iter().enumerate().filter(|(_, value)| !value.is_unset());
    said.fold(M::changes(), |changes, (position, value)| {
        changes.set(Column::<M, Any>::new(path::<M>(position)), Any(value))
    })
}

/// What a caller says of a record.
pub(super) fn callers<M: PlatformModel>(row: Row) -> impl Iterator<Item = (usize, Value)> {
    let columns = M::def().layout().columns();
    row.into_iter().enumerate().filter(|(position, value)| !columns[*position].root.is_managed() && !value.is_unset())
}

pub(super) fn one<M: PlatformModel>(record: Option<M>) -> Result<Answer> {
    record.map(to_row).transpose().map(Answer::Row)
}

pub(super) fn rows<M: PlatformModel>(records: Vec<M>) -> Result<Answer> {
    records.into_iter().map(to_row).collect::<Result<_>>().map(Answer::Rows)
}

pub(super) fn decoded<M: PlatformModel>(rows: Vec<Row>) -> Result<Vec<M>> {
    rows.into_iter().map(from_row).collect()
}

pub(super) fn one_json<M: PlatformModel>(json: Json) -> Result<Answer> {
    row_from_json(M::def(), &json).map(|row| Answer::Row(Some(row)))
}

pub(super) fn many_json<M: PlatformModel>(json: Vec<Json>) -> Result<Answer> {
    json.iter().map(|json| row_from_json(M::def(), json)).collect::<Result<_>>().map(Answer::Rows)
}

/// A record as a tool sends it: without what the engine manages.
pub(super) fn record_json<M: PlatformModel>(mut row: Row) -> Result<Json> {
    for (column, value) in M::def().layout().columns().iter().zip(&mut row) {
        if column.root.is_managed() {
            *value = Value::Unset;
        }
    }
    row_to_json(M::def(), &row)
}

pub(super) fn key_json(def: &'static ModelDef, key: &[Value]) -> Result<Json> {
    let layout = def.layout();
    let columns = layout.physical_key().into_iter().map(|position| &layout.columns()[position]);
    let mut parts =
        columns.zip(key).map(|(column, value)| Ok((column.json_path.join("."), to_json(&column.ty, value)?)));
    if let ([_], [_]) = (layout.key(), key) {
        return parts.next().map_or(Ok(Json::Null), |part| part.map(|(_, json)| json));
    }
    parts.collect::<Result<_>>().map(Json::Object)
}

pub(super) fn dynamic(def: &'static ModelDef, asked: &Asked) -> Result<DynamicQuery> {
    let order = asked.order.map_or(Json::Null, |(position, descending)| {
        let name = def.layout().columns()[position].json_path.join(".");
        serde_json::json!([{"field": name, "descending": descending}])
    });
    Ok(DynamicQuery { filter: asked.which.json(def)?, order, limit: asked.limit, offset: asked.offset })
}
