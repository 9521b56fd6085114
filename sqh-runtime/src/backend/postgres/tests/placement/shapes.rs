//! Each kind of statement of row placement, with inputs to run it on.

use chrono::TimeDelta;
use sqh_model::expr::lower::Binds;
use sqh_model::expr::{Comparison, Cursor, Filter, Marks, OrderBy, Query, TextSearch};
use sqh_model::render::ddl::TenantColumns;
use sqh_model::report::{
    ColumnRef, Condition, Function, Grouping, Join, JoinKind, Metric, MetricFunction, Output, PartColumn, Report,
    Scalar, Sort, Source, SourceRef,
};
use sqh_model::{Row, Value};

use super::Entry;
use crate::backend::postgres::bulk::unnest;
use crate::backend::postgres::statement::cache::Cache;
use crate::backend::postgres::statement::keyed::{Shape, render};
use crate::backend::postgres::statement::shipment::{self, Shipment};
use crate::backend::postgres::statement::target::Target;
use crate::backend::postgres::statement::{Statement, filtered, raw, report, similar, text_search};
use crate::prelude::*;
use crate::schema::Registry;
use crate::sql::RawSql;

pub(super) const ID: usize = 0;
pub(super) const AT: usize = 1;
pub(super) const TEXT: usize = 2;
pub(super) const ALL: [usize; 5] = [0, 1, 2, 3, 4];

/// What a statement answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Records,
    Values,
    Count,
    Plan,
    Affected,
}

/// A statement, and inputs of which each condition matters to at least one.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) statement: Statement,
    pub(super) answer: Answer,
    pub(super) inputs: Vec<Given>,
    pub(super) scope: Binds,
}

/// What a case is run on.
#[derive(Debug, Default, Clone)]
pub(super) struct Given {
    pub(super) key: Vec<Value>,
    pub(super) version: Option<Value>,
    pub(super) row: Row,
    pub(super) rows: Vec<Row>,
}

/// The time of this number.
pub(super) fn at(number: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(number)
}

fn entry(id: i64, time: i64) -> Row {
    vec![
        Value::I64(id),
        Value::Instant(at(time)),
        Value::Text("changed".to_owned()),
        Value::Text("open".to_owned()),
        Value::I64(1),
    ]
}

fn changes() -> Row {
    let mut row = vec![Value::Unset; ALL.len()];
    row[TEXT] = Value::Text("changed".to_owned());
    row
}

/// What the principal may touch.
pub(super) fn scope() -> Filter {
    Filter::Compare { field: "kind".into(), comparison: Comparison::Eq, value: Value::Text("open".to_owned()) }
}

fn alpha() -> Filter {
    Filter::Like { field: "text".into(), pattern: "alpha%".to_owned(), case_sensitive: true }
}

/// All of them.
pub(super) fn cases(target: &Target<'_>) -> Vec<Case> {
    let mut cases = by_key(target);
    cases.extend(by_filter(target));
    cases.extend(inserts(target));
    cases.extend(reports(target));
    cases.extend(statements(target));
    cases
}

fn by_key(target: &Target<'_>) -> Vec<Case> {
    let columns = || vec![TEXT].into_boxed_slice();
    let case = |name, physical, answer, shape: Shape| {
        let (_, scope) = Cache::default().keyed(target, shape.clone(), &scope()).unwrap();
        let statement = render(target, &shape, &self::scope()).unwrap();
        Case { name, statement, answer, inputs: keys(physical), scope }
    };
    [false, true]
        .into_iter()
        .flat_map(|physical| {
            let update = Shape::Update { columns: columns(), physical, versioned: true };
            let delete = Shape::Delete { physical, versioned: true };
            [
                case("get", physical, Answer::Records, Shape::Get { physical }),
                case("update", physical, Answer::Records, update),
                case("delete", physical, Answer::Affected, delete),
            ]
        })
        .collect()
}

/// Keys of one record, of several, of one that the principal may not touch; and a stale version.
fn keys(physical: bool) -> Vec<Given> {
    let key = |id, time| match physical {
        true => vec![Value::I64(id), Value::Instant(at(time))],
        false => vec![Value::I64(id)],
    };
    let given = |(id, time, version)| Given {
        key: key(id, time),
        version: Some(Value::I64(version)),
        row: changes(),
        ..Given::default()
    };
    [(1, 1, 1), (1, 2, 1), (3, 1, 1), (5, 1, 1), (6, 1, 1), (6, 1, 2)].map(given).into()
}

fn by_filter(target: &Target<'_>) -> Vec<Case> {
    let (scope, changes) = (scope(), changes());
    let query = || Query { filter: alpha(), ..Query::default() };
    let after =
        |id| Some(Cursor::new(["id", "at"].map(str::to_owned).into(), vec![Value::I64(id), Value::Instant(at(1))]));
    let page = Query {
        order: vec![OrderBy { field: "id".into(), descending: false }],
        limit: Some(50),
        offset: 1,
        after: after(1),
        ..query()
    };
    let order = vec![OrderBy { field: "id".into(), descending: true }];
    let descending = Query { order, after: after(6), ..page.clone() };
    let given = Given { row: changes.clone(), ..Given::default() };
    let words = || TextSearch { fuzzy: true, marks: Some(Marks::fresh()), ..TextSearch::new("alpha") };
    let sent = ALL.map(|position| PartColumn { position, is_asked: false });
    let sent = Shipment::new(Entry::def(), &sent).unwrap();
    [
        ("what is sent", Answer::Records, sent.reading(target, &alpha(), &scope)),
        ("keys that are sent", Answer::Values, shipment::keys(target, ID, &alpha(), &scope)),
        ("list", Answer::Records, filtered::select(target, &query(), &scope, &ALL)),
        ("select of one column", Answer::Records, filtered::select(target, &query(), &scope, &[TEXT])),
        ("keyset page", Answer::Records, filtered::select(target, &page, &scope, &ALL)),
        ("keyset page downwards", Answer::Records, filtered::select(target, &descending, &scope, &[ID])),
        ("fuzzy search", Answer::Records, similar::select(target, TEXT, "alpha", 50, &scope)),
        ("full-text search", Answer::Records, text_search::select(target, &words(), &scope)),
        ("count", Answer::Count, filtered::count(target, &alpha(), &scope)),
        ("estimate", Answer::Plan, filtered::explain(target, &alpha(), &scope)),
        ("delete by filter", Answer::Affected, filtered::delete(target, &alpha(), &scope)),
        ("update by filter", Answer::Affected, filtered::update(target, &alpha(), &scope, &changes, false)),
        ("checked update by filter", Answer::Records, filtered::update(target, &alpha(), &scope, &changes, true)),
    ]
    .map(|(name, answer, statement)| {
        let inputs = vec![given.clone()];
        Case { name, statement: statement.unwrap(), answer, inputs, scope: Binds::default() }
    })
    .into()
}

/// Entries, with what belongs to them by each kind of join. They answer with numbers.
fn reports(target: &Target<'_>) -> Vec<Case> {
    let (scope, entries) = (scope(), Entry::def);
    let of = |alias: &'static str| SourceRef { model: entries(), alias: alias.into() };
    let column = |alias, field: &'static str| Scalar::Column(ColumnRef { source: of(alias), field: field.into() });
    let count = |of| Scalar::Metric(Box::new(Metric::new(MetricFunction::Count, of)));
    [("report", None), ("joined report", Some(JoinKind::Inner)), ("left join", Some(JoinKind::Left))]
        .into_iter()
        .chain([("semi join", Some(JoinKind::Semi)), ("anti join", Some(JoinKind::Anti))])
        .map(|(name, kind)| {
            let mut report = Report::of(of(""));
            report.filter = Condition::Of(of(""), alpha());
            report.grouping = Some(Grouping::Keys);
            let counted = kind.is_some_and(JoinKind::is_read).then(|| column("other", "id"));
            let outputs = [column("", "id"), count(None), count(counted)];
            report.outputs = outputs.map(|of| Output { name: String::new(), of, ty: <i64 as FieldType>::DEF }).into();
            let by_id = Sort { by: report.outputs[0].of.clone(), descending: false };
            report.order = vec![by_id];
            if let Some(kind) = kind {
                // Of a number further on, of which there are two, one that may not be seen, or none.
                let behind = Scalar::Call(
                    Function::Add,
                    vec![column("", "id"), Scalar::Value(Value::I64(2), <i64 as FieldType>::DEF)],
                );
                let on = Condition::Compare(behind, Comparison::Eq, column("other", "id"));
                report.sources.push(Source { relation: of("other"), join: Some(Join { kind, on }) });
            }
            report.check().unwrap();
            let owner = Target::of(entries(), &super::route(), &TenantColumns::default()).unwrap().1;
            let table = || report::Source { target: *target, owner: owner.clone(), scope: &scope };
            let tables = report.sources.iter().map(|_| table()).collect();
            let (statement, _) = report::select(&report, tables).unwrap();
            let inputs = vec![Given::default()];
            Case { name, statement, answer: Answer::Values, inputs, scope: Binds::default() }
        })
        .collect()
}

/// Statements of callers, with tables wherever one may stand. What they find is one document.
const STATEMENTS: [(&str, &str); 6] = [
    ("raw statement", "SELECT id, kind FROM Entry WHERE text LIKE 'alpha%' ORDER BY id, at"),
    (
        "raw join",
        "SELECT a.id, b.at FROM Entry a LEFT JOIN Entry b ON b.id = a.id + 2 AND b.text LIKE 'alpha%'
         WHERE a.text LIKE 'alpha%' ORDER BY 1, 2",
    ),
    (
        "raw query with a name",
        "WITH q AS (SELECT id, count(*) AS n FROM Entry GROUP BY id) SELECT q.id, q.n FROM q WHERE q.n > 0 ORDER BY 1",
    ),
    ("raw union", "SELECT id FROM Entry UNION ALL (SELECT id + 100 FROM Entry) ORDER BY 1"),
    (
        "raw subqueries",
        "SELECT CASE WHEN (SELECT count(*) FROM Entry) = 5 THEN 1 ELSE 0 END AS five,
                (SELECT count(*) FROM Entry) AS n, count(*) AS m FROM Entry WHERE id = 1
         GROUP BY id HAVING count(*) + 4 = (SELECT count(*) FROM Entry) ORDER BY 1",
    ),
    (
        // Each of them would tell of the fifth entry, which may not be seen, or of others'.
        "raw conditions",
        "SELECT id FROM Entry WHERE EXISTS (SELECT 1 FROM Entry AS b WHERE b.id = Entry.id + 1)
         AND NOT id IN (SELECT id * 3 - 12 FROM Entry) AND id < ALL (SELECT (id - 5) * (id - 5) * 10 FROM Entry)
         ORDER BY id, at",
    ),
];

fn statements(target: &Target<'_>) -> Vec<Case> {
    let (scope, registry) = (scope(), Registry::new([Entry::def()]).unwrap());
    let owner = Target::of(Entry::def(), &super::route(), &TenantColumns::default()).unwrap().1;
    STATEMENTS
        .map(|(name, text)| {
            let mut sql = RawSql::new(text).check(&registry, None).unwrap_or_else(|error| panic!("{name}: {error}"));
            sql.masks = Some(sql.checked.sources.iter().map(|_| Vec::new()).collect());
            let tables = sql.checked.sources.iter().map(|_| report::Source {
                target: *target,
                owner: owner.clone(),
                scope: &scope,
            });
            let (mut statement, _) = raw::select(&sql, tables.collect()).unwrap();
            statement.sql = format!("SELECT coalesce(json_agg(q::text), '[]') FROM ({}) AS q", statement.sql).into();
            Case { name, statement, answer: Answer::Plan, inputs: vec![Given::default()], scope: Binds::default() }
        })
        .into()
}

fn inserts(target: &Target<'_>) -> Vec<Case> {
    let said = || ALL.to_vec().into_boxed_slice();
    let create = Shape::Create { columns: said() };
    let upsert = Shape::Upsert { columns: said(), conflict: [ID, AT].into(), keep: [].into() };
    let (_, scope) = Cache::default().keyed(target, upsert.clone(), &scope()).unwrap();
    let one = |id, time| Given { row: entry(id, time), ..Given::default() };
    let many = || vec![Given { rows: vec![entry(7, 1), entry(8, 1)], ..Given::default() }];
    let case = |name, statement, answer, inputs| Case { name, statement, answer, inputs, scope: Binds::default() };
    let upserts = vec![one(1, 1), one(1, 2), one(7, 1)];
    let batch = |returning| unnest::statement(target, &said(), returning).unwrap();
    vec![
        case("create", render(target, &create, &self::scope()).unwrap(), Answer::Records, vec![one(7, 1)]),
        Case { scope, ..case("upsert", render(target, &upsert, &self::scope()).unwrap(), Answer::Records, upserts) },
        case("batch", batch(true), Answer::Records, many()),
        case("counted batch", batch(false), Answer::Affected, many()),
    ]
}
