//! [`Face`]: a model's records without its type: rows in, rows out, by the typed methods and by name.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::{FutureExt as _, TryStreamExt as _};
use sqh_model::expr::Column;
use sqh_model::policy::{AccessContext, Verb};
use sqh_model::report::{count, record};
use sqh_model::row::{from_row, to_row};
use sqh_model::schema::{ModelDef, PlatformModel, WritableModel};
use sqh_model::{Error, Result, Row};

use super::ask::{Asking, no_way};
use super::call::{Answer, Call};
use super::draw::Draw;
use super::named::{named, named_across};
use super::untyped::{Any, Said, all, counted, key_json, listed, one, path, rows, select, sources, words};
use crate::scope::{Cx, Shared, Tenant};
use crate::service::{JoinStrategy, PlatformGroupRecordService, PostgresQueryService, Transaction};

/// The records of a model, whatever its type.
pub(super) trait Face: Send + Sync + fmt::Debug {
    fn def(&self) -> &'static ModelDef;

    /// The row as the model's type holds it; `None` if it is none of it.
    fn accept(&self, row: Row) -> Option<Row>;

    /// A record that the application draws itself, if it does.
    fn made(&self, draw: &mut Draw) -> Option<Result<Row>>;

    /// The ways to ask for something outside of transactions.
    fn ways(&self, call: &Call) -> Vec<&'static str>;

    /// Asks for something in one way.
    fn ask<'a>(
        &'a self,
        door: Door<'a>,
        cx: &'a Cx<Tenant>,
        way: &'static str,
        call: Call,
    ) -> BoxFuture<'a, Result<Answer>>;
}

/// Through what is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Door<'a> {
    Platform(&'a PlatformGroupRecordService, &'a PostgresQueryService),
    Transaction(&'a Transaction),
}

/// Asks for shared records in a tenant's scope.
pub(super) type AskShared =
    for<'a> fn(&'a PostgresQueryService, &'a Cx<Tenant>, &'static str, Call) -> BoxFuture<'a, Result<Answer>>;

/// How an application draws its records.
pub(super) type Make<M> = Arc<dyn Fn(&mut Draw) -> M + Send + Sync>;

/// A model with its type.
pub(super) struct Typed<M: WritableModel> {
    /// What there is for shared records only.
    pub(super) shared: Option<AskShared>,
    pub(super) scope: fn(&Cx<Tenant>) -> Cx<M::Scope>,
    pub(super) make: Option<Make<M>>,
}

impl<M: WritableModel> fmt::Debug for Typed<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Typed").field(&M::def().name).finish()
    }
}

impl<M: WritableModel> Face for Typed<M> {
    fn def(&self) -> &'static ModelDef {
        M::def()
    }

    fn accept(&self, row: Row) -> Option<Row> {
        from_row::<M>(row).and_then(to_row).ok()
    }

    fn made(&self, draw: &mut Draw) -> Option<Result<Row>> {
        self.make.as_ref().map(|make| to_row(make(draw)))
    }

    fn ways(&self, call: &Call) -> Vec<&'static str> {
        let (ways, beyond) = call.ways();
        let shared = self.shared.map_or(&[][..], |_| call.shared_ways());
        ways.iter().chain(beyond).chain(shared).copied().collect()
    }

    fn ask<'a>(
        &'a self,
        door: Door<'a>,
        tenant: &'a Cx<Tenant>,
        way: &'static str,
        call: Call,
    ) -> BoxFuture<'a, Result<Answer>> {
        async move {
            let cx = (self.scope)(tenant);
            match (door, self.shared) {
                (Door::Platform(_, postgres), Some(ask)) if call.shared_ways().contains(&way) => {
                    return ask(postgres, tenant, way, call).await;
                }
                (Door::Platform(_, postgres), _) if way.contains("join_shared") => {
                    return across::<M>(postgres, tenant, way, call).await;
                }
                _ => {}
            }
            match door {
                Door::Transaction(transaction) => Asking::<M, _>::new(transaction, &cx).ask(way, call).await,
                Door::Platform(records, postgres) if call.ways().1.contains(&way) => {
                    beyond::<M>(records, postgres, &cx, way, call).await
                }
                Door::Platform(records, _) => Asking::<M, _>::new(records, &cx).ask(way, call).await,
            }
        }
        .boxed()
    }
}

fn told(decision: impl fmt::Debug + fmt::Display) -> Result<Answer> {
    Ok(Answer::Lines(vec![decision.to_string(), format!("{decision:?}")]))
}

/// What there is for shared records only.
pub(super) fn of_shared<'a, M: PlatformModel<Scope = Shared>>(
    postgres: &'a PostgresQueryService,
    cx: &'a Cx<Tenant>,
    way: &'static str,
    call: Call,
) -> BoxFuture<'a, Result<Answer>> {
    async move {
        match (way, call) {
            ("list_shared", Call::List(asked)) => rows(postgres.list_shared(cx, select::<M>(&asked)).await?),
            ("get_shared", Call::Get(key)) => one(Some(postgres.get_shared::<M, _>(cx, Said(key.said())).await?)),
            (way, call) => Err(no_way(way, &call)),
        }
    }
    .boxed()
}

/// Joins that may be of two databases, in a tenant's scope. They count, so that the judge knows the answer.
async fn across<M: PlatformModel>(
    postgres: &PostgresQueryService,
    cx: &Cx<Tenant>,
    way: &'static str,
    call: Call,
) -> Result<Answer> {
    let Call::Count(which) = call else { return Err(no_way(way, &call)) };
    let report = || sources::<M>(&which).aggregate(count());
    let counts = match way {
        "join_shared" => postgres.join_shared(cx, report()).await?,
        "join_shared_by" => postgres.join_shared_by(cx, report(), JoinStrategy::ShipTenantRows).await?,
        "join_shared_stream" => {
            let rows = postgres.join_shared_stream(cx, sources::<M>(&which).select((record::<M>(),))).await?;
            return Ok(Answer::Count(rows.try_collect::<Vec<_>>().await?.len() as u64));
        }
        "explain_join_shared" => {
            let plan = postgres.explain_join_shared(cx, report(), JoinStrategy::Auto).await?;
            return Ok(Answer::Lines(vec![plan.to_string()]));
        }
        way => return named_across::<M>(postgres, cx, way, &which).await,
    };
    match counts[..] {
        [count] => Ok(Answer::Count(count.unsigned_abs())),
        _ => Err(Error::internal(format!("{} rows are no total", counts.len()))),
    }
}

fn fresh(freshness: impl fmt::Debug) -> Result<Answer> {
    Ok(Answer::Lines(vec![format!("{freshness:?}")]))
}

/// What there is outside of transactions only.
async fn beyond<M: PlatformModel>(
    records: &PlatformGroupRecordService,
    postgres: &PostgresQueryService,
    cx: &Cx<M::Scope>,
    way: &'static str,
    call: Call,
) -> Result<Answer> {
    match (way, call) {
        ("fuzzy_search", Call::Fuzzy(column, text)) => {
            let column = Column::<M, Any>::new(path::<M>(column));
            rows(postgres.fuzzy_search(cx, column, text, super::draw::MANY).await?)
        }
        ("full_text_search", Call::Words(text, fuzzy)) => {
            let found = postgres.full_text_search(cx, words::<M>(&text, fuzzy)).await?;
            rows(found.into_iter().map(|found| found.record).collect::<Vec<M>>())
        }
        ("explain_search", Call::Words(text, fuzzy)) => {
            postgres.explain_search(cx, words::<M>(&text, fuzzy)).await.map(|plan| Answer::Lines(plan.lines))
        }
        ("join_query", Call::List(asked)) => rows(postgres.join_query(cx, listed::<M>(&asked)).await?),
        ("window_functions", Call::List(asked)) => rows(postgres.window_functions(cx, listed::<M>(&asked)).await?),
        ("stream_report", Call::List(asked)) => {
            rows(postgres.stream_report(cx, listed::<M>(&asked)).await?.try_collect().await?)
        }
        ("aggregate", Call::Count(which)) => {
            let counts = postgres.aggregate(cx, sources::<M>(&which).aggregate(count())).await?;
            match counts[..] {
                [count] => Ok(Answer::Count(count.unsigned_abs())),
                _ => Err(Error::internal(format!("{} rows are no total", counts.len()))),
            }
        }
        ("raw_sql", Call::Count(which)) => {
            let counts = postgres.raw_sql::<(i64,)>(cx, counted::<M>(&which)).await?;
            match counts[..] {
                [(count,)] => Ok(Answer::Count(count.unsigned_abs())),
                _ => Err(Error::internal(format!("{} rows are no total", counts.len()))),
            }
        }
        ("raw_sql_dyn", Call::Count(which)) => {
            let counts = postgres.raw_sql_dyn(cx, counted::<M>(&which)).await?;
            let count = counts.first().and_then(|row| row.get("count")).and_then(serde_json::Value::as_u64);
            count.map(Answer::Count).ok_or_else(|| Error::internal("the rows are no total"))
        }
        ("explain_raw_sql", Call::Count(which)) => {
            postgres.explain_raw_sql(cx, counted::<M>(&which)).await.map(|plan| Answer::Lines(plan.lines))
        }
        ("explain_report", Call::Count(which)) => postgres
            .explain_report(cx, sources::<M>(&which).aggregate(count()))
            .await
            .map(|plan| Answer::Lines(plan.lines)),
        ("explain_list", Call::List(asked)) => {
            postgres.explain_list(cx, select::<M>(&asked)).await.map(|plan| Answer::Lines(plan.lines))
        }
        ("explain_count", Call::Count(which)) => {
            postgres.explain_count(cx, all::<M>(&which)).await.map(|plan| Answer::Lines(plan.lines))
        }
        (
            "aggregate_dyn"
            | "join_dyn"
            | "window_dyn"
            | "stream_report_dyn"
            | "fuzzy_search_dyn"
            | "full_text_search_dyn"
            | "explain_search_dyn"
            | "explain_report_dyn"
            | "explain_list_dyn",
            call,
        ) => named::<M>(postgres, cx, way, call).await,
        ("explain_access", Call::Get(key)) => {
            told(records.explain_access::<M>(cx, &AccessContext::default(), Verb::Read, Said(key.said())).await?)
        }
        ("explain_access_dyn", Call::Get(key)) => {
            let (who, model) = (AccessContext::default(), (M::def().group, M::def().name));
            let key = key_json(M::def(), &key.said())?;
            told(records.explain_access_dyn(cx, &who, Verb::Update, model, &key).await?)
        }
        ("refresh", Call::Refresh) => fresh(records.refresh::<M>(cx).await?),
        ("freshness", Call::Refresh) => fresh(records.freshness::<M>(cx).await?),
        ("refresh_dyn", Call::Refresh) => fresh(records.refresh_dyn(cx, M::def().group, M::def().name).await?),
        ("freshness_dyn", Call::Refresh) => fresh(records.freshness_dyn(cx, M::def().group, M::def().name).await?),
        ("explain_access_to", Call::MayCreate(row)) => {
            let record = from_row::<M>(row)?;
            told(records.explain_access_to(cx, &AccessContext::default(), Verb::Create, record).await?)
        }
        (way, call) => Err(no_way(way, &call)),
    }
}
