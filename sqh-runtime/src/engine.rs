//! THE path: every operation on every backend goes through [`Engine::run`], stage by stage.
//!
//! ```text
//! authorise -> scope -> load the old row -> validate, before-hooks -> check the new row -> backend
//!     -> after-hooks -> mask
//! ```
//!
//! The stages hand each other types: a backend takes a [`Scoped`] operation, which only
//! [`tenancy`] can make, from an [`Authorized`] one, which only [`access`] can make.

mod access;
mod cursor;
mod fill;
mod hooks;
mod mask;
mod prepare;
mod refresh;
mod tenancy;

use std::pin::pin;
use std::sync::Arc;

use futures::future::BoxFuture;
use sqh_model::expr::Query;
use sqh_model::report::Report;
use sqh_model::schema::{IndexDef, ModelDef, Registry, StorageBackend};
use sqh_model::{Error, Result, Row, Value};
use tracing::Instrument as _;

pub use self::access::Authorized;
pub(crate) use self::access::EXPLAIN;
pub(crate) use self::cursor::{CursorKey, Pages};
pub(crate) use self::hooks::{Effect, HookRegistry, TypedHooks};
pub use self::hooks::{HookContext, Hooks};
use self::prepare::Prepared;
pub(crate) use self::refresh::Refreshes;
pub use self::tenancy::{Joined, Route, Scoped};
use crate::backend::{Backend, Capabilities};
use crate::observe::{Metrics, Observation};
use crate::op::{Op, Operation, Reply, Verb};
use crate::scope::Scope;

/// The path and what it consults.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) registry: Registry,
    pub(crate) hooks: HookRegistry,
    pub(crate) postgres: Arc<dyn Backend>,
    pub(crate) terminusdb: Arc<dyn Backend>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) cursors: CursorKey,
    pub(crate) refreshes: Refreshes,
}

/// Where the path ends: a backend, or a transaction of one.
pub(crate) trait Target: Send + Sync {
    fn execute(&self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>>;
    fn capabilities(&self) -> Capabilities;
    /// Side effects wait here until a transaction commits; without one they run at once.
    fn after_commit(&self, effect: Effect) -> BoxFuture<'_, Result<()>>;
}

impl Engine {
    /// The backend that keeps a model's records.
    pub(crate) fn backend(&self, model: &'static ModelDef) -> &Arc<dyn Backend> {
        match model.storage.backend {
            StorageBackend::Postgres => &self.postgres,
            StorageBackend::TerminusDb => &self.terminusdb,
        }
    }

    /// Where a model's records are in a scope.
    pub(crate) fn route(&self, scope: &Scope, model: &'static ModelDef) -> Result<Route> {
        tenancy::route(scope, model)
    }

    /// Where a model's records are, for somebody who may create some there.
    pub(crate) fn route_for_create(&self, scope: &Scope, model: &'static ModelDef) -> Result<Route> {
        self.registry.check_registered(model)?;
        access::check(&scope.access, model, Verb::Create)?;
        self.route(scope, model)
    }

    /// Runs an operation through all stages.
    pub(crate) async fn run(&self, scope: &Scope, operation: Operation, target: &dyn Target) -> Result<Reply> {
        let (model, verb) = (operation.model, operation.op.name());
        let observation = Observation::start(&self.metrics, scope, &operation);
        // Pinned where it is: the span goes around a pointer, and the stages are not copied into it.
        let stages = pin!(self.run_stages(scope, operation, target));
        let outcome = stages.instrument(observation.span()).await;
        observation.finish(outcome).map_err(|error| error.in_model(model.name).context(verb))
    }

    /// May related records be found by this column?
    ///
    /// # Errors
    /// `Denied` if it is masked for the principal.
    pub(crate) fn check_visible(&self, scope: &Scope, model: &'static ModelDef, position: usize) -> Result<()> {
        mask::check_position_is_visible(scope, model, position)
    }

    /// A record as it is stored, for whoever may be told what decides about it. It is not for their
    /// eyes: the caller gives away the decision and nothing else.
    ///
    /// # Errors
    /// `Denied` without the permission `access:explain`; `NotFound`.
    pub(crate) async fn look(&self, scope: &Scope, model: &'static ModelDef, key: Vec<Value>) -> Result<Row> {
        self.registry.check_registered(model)?;
        let operation = Operation { model, op: Op::Get { key } };
        let backend = self.backend(model);
        check_capabilities(&operation, backend.capabilities())?;
        check_operation(model, &operation.op)?;
        let scoped = tenancy::scope(scope, access::authorize_explanation(scope, operation)?)?;
        let row = backend.execute(scoped).await?.into_row()?;
        row.ok_or_else(|| Error::not_found("there is no such record").in_model(model.name))
    }

    /// May the principal be told what decides?
    ///
    /// # Errors
    /// `Denied`, naming the permission.
    pub(crate) fn check_explanation(&self, scope: &Scope, model: &'static ModelDef) -> Result<()> {
        self.registry.check_registered(model)?;
        access::check_explanation(&scope.access).map_err(|error| error.in_model(model.name))
    }

    async fn run_stages(&self, scope: &Scope, mut operation: Operation, target: &dyn Target) -> Result<Reply> {
        let model = operation.model;
        self.registry.check_registered(model)?;
        for joined in operation.op.joined() {
            self.registry.check_registered(joined)?;
            check_storage(model, joined)?;
        }
        check_capabilities(&operation, target.capabilities())?;
        check_operation(model, &operation.op)?;
        mask::check_visible(scope, model, &operation.op)?;
        let masks = mask::Masks::of(scope, model, &operation.op);
        masks.keep_hidden(&mut operation.op)?;
        mask::hide(scope, &mut operation.op)?;
        let authorized = access::authorize(scope, operation)?;
        let scoped = tenancy::scope(scope, authorized)?;
        let Prepared { mut scoped, effects } = prepare::prepare(self, scope, scoped, target).await?;
        access::settle(&mut scoped)?;
        let due = match target.capabilities().views {
            true => self.refreshes.after(model, scoped.op()),
            false => &[],
        };
        let reply = target.execute(scoped).await?;
        if !due.is_empty() && refresh::has_changed(&reply) {
            target.after_commit(self.refreshes.effect(scope, due)).await?;
        }
        let reply = effects.run(self, scope, model, reply, target).await?;
        masks.apply(reply)
    }
}

/// Runs an operation straight on a backend.
#[derive(Debug)]
pub(crate) struct Direct<'a>(pub(crate) &'a dyn Backend);

impl Target for Direct<'_> {
    fn execute(&self, scoped: Scoped) -> BoxFuture<'_, Result<Reply>> {
        self.0.execute(scoped)
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn after_commit(&self, effect: Effect) -> BoxFuture<'_, Result<()>> {
        effect
    }
}

fn check_capabilities(operation: &Operation, has: Capabilities) -> Result<()> {
    let can = match &operation.op {
        Op::Upsert { .. } => has.upsert,
        Op::UpdateWhere { .. } | Op::DeleteWhere { .. } => has.by_filter,
        Op::Stream(_) => has.streams,
        Op::FuzzySearch { .. } => has.fuzzy_search,
        Op::FullTextSearch(_) => has.full_text_search,
        Op::Explain(_) => has.explain,
        Op::Report(_) | Op::JoinShared(_) => has.reports,
        Op::StreamReport(_) => has.reports && has.streams,
        Op::Sql(_) => has.raw_sql,
        Op::Begin => has.transactions,
        Op::Refresh | Op::Freshness => has.views,
        _ => true,
    };
    let is_of_view = std::iter::once(operation.model).chain(operation.op.joined()).any(|model| model.view.is_some());
    if has.records && can && (has.views || !is_of_view) {
        return Ok(());
    }
    Err(Error::unsupported(match operation.model.storage.backend {
        StorageBackend::TerminusDb => {
            "records of TerminusDB models cannot be reached by this version: its schema can be rendered, \
             and `#[storage(postgres)]` keeps the records in PostgreSQL"
        }
        StorageBackend::Postgres => "this backend cannot do that",
    }))
}

fn check_operation(model: &'static ModelDef, op: &Op) -> Result<()> {
    check_view(model, op)?;
    match op {
        Op::List(query) | Op::Select { query, .. } => {
            check_limit(model, query, LIMIT)?;
            query.check(model)
        }
        Op::Search { query, .. } => {
            check_limit(model, query, LIMIT)?;
            if model.layout().columns().iter().all(|column| column.field.search.is_none()) {
                return Err(Error::invalid("the model has no search field: mark one `#[field(search)]`"));
            }
            query.check(model)
        }
        Op::Related { query, column, .. } => {
            // Of a unique column each value has one record at most.
            if !model.is_unique(*column) {
                check_limit(model, query, "a limit for each: add `.limit_per_parent(n)`")?;
            }
            query.check(model)
        }
        Op::Report(report) => check_report(report, false),
        Op::JoinShared(join) => check_report(&join.report, join.is_streamed),
        Op::Stream(query) => query.check(model),
        Op::StreamReport(report) => report.check(),
        Op::Count { filter, .. } | Op::UpdateWhere { filter, .. } | Op::DeleteWhere { filter } => filter.check(model),
        Op::Get { key } | Op::Update { key, .. } | Op::Delete { key, .. } => check_key(model, key.len()),
        Op::Explain(op) => match **op {
            Op::List(_)
            | Op::Search { .. }
            | Op::FuzzySearch { .. }
            | Op::FullTextSearch(_)
            | Op::Select { .. }
            | Op::Report(_)
            | Op::Sql(_)
            | Op::JoinShared(_)
            | Op::Count { .. } => check_operation(model, op),
            _ => Err(Error::unsupported(format!("only what lists or counts can be explained, not `{}`", op.name()))),
        },
        Op::FuzzySearch { column, .. } => check_trigram_index(model, *column),
        Op::FullTextSearch(search) => search.check(model),
        // It was checked where it was read.
        Op::Sql(_)
        | Op::Refresh
        | Op::Freshness
        | Op::Create(_)
        | Op::Upsert { .. }
        | Op::BatchCreate { .. }
        | Op::Begin => Ok(()),
    }
}

/// A view is refreshed, and what it is computed of is written.
fn check_view(model: &'static ModelDef, op: &Op) -> Result<()> {
    match (model.view, op) {
        (None, Op::Refresh | Op::Freshness) => {
            Err(Error::invalid("the model is no view: its records are always what was written"))
        }
        (Some(view), op) if op.is_write() => Err(Error::unsupported(format!(
            "a view holds what is computed of other records: write those of `{}`",
            (view.source)().name
        ))),
        _ => Ok(()),
    }
}

fn check_report(report: &Report, is_streamed: bool) -> Result<()> {
    let gives_records = report.grouping.is_none() && report.limit.is_none() && !is_streamed;
    let of_many = report.sources.iter().find(|source| source.relation.model.storage.high_volume);
    if let (true, Some(source)) = (gives_records, of_many) {
        return Err(unlimited(LIMIT).in_model(source.relation.model.name));
    }
    report.check()
}

fn check_storage(model: &'static ModelDef, joined: &'static ModelDef) -> Result<()> {
    if model.storage.backend == joined.storage.backend {
        return Ok(());
    }
    let message = format!("`{}` is kept in another system than `{}`: a join is of one", joined.name, model.name);
    Err(Error::unsupported(message).in_model(joined.name))
}

/// What a list needs.
const LIMIT: &str = "a limit: add `.limit(n)`, or use `stream` or `stream_report` for all of it";

fn check_limit(model: &'static ModelDef, query: &Query, needed: &str) -> Result<()> {
    if !model.storage.high_volume || query.limit.is_some() {
        return Ok(());
    }
    Err(unlimited(needed))
}

fn unlimited(needed: &str) -> Error {
    Error::invalid(format!("a list of a high-volume model needs {needed}"))
}

// The index brings the extension along, and keeps the search from reading every record.
fn check_trigram_index(model: &'static ModelDef, column: usize) -> Result<()> {
    let path = &model.layout().columns()[column].path;
    let is_indexed = |index: &IndexDef| index.columns.iter().any(|column| column.field == path);
    if model.indexes.iter().filter(|index| index.is_of_trigrams()).any(is_indexed) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "fuzzy search needs a trigram index: add `#[index(columns = [\"{path}\"], using = \"gin\", ops = \"gin_trgm_ops\")]`"
    ))
    .in_field(path))
}

fn check_key(model: &'static ModelDef, length: usize) -> Result<()> {
    let layout = model.layout();
    let declared = layout.key().len();
    let physical = declared + usize::from(layout.partition().is_some_and(|position| !layout.key().contains(&position)));
    if declared > 0 && (length == declared || length == physical) {
        return Ok(());
    }
    Err(Error::invalid(format!("the key has {declared} parts, got {length}")))
}
