//! Between scope and backend: the old row where one is needed, hooks, and what the engine fills in.
//!
//! Hooks take whole records, and a generated column has no value before the database has computed
//! it: a model with one takes no hooks, which the platform says when it is built.

use std::collections::VecDeque;
use std::sync::Arc;

use sqh_model::compare::compare;
use sqh_model::expr::{Comparison, Filter, Query};
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result, Row, Value};

use super::fill::Filler;
use super::hooks::{Effect, HookContext, RowHooks};
use super::{Engine, Scoped, Target};
use crate::op::{Op, Reply, RowSource};
use crate::scope::Scope;

/// An operation ready for the backend, and what is to happen once it is kept.
pub(super) struct Prepared {
    pub(super) scoped: Scoped,
    pub(super) effects: Effects,
}

/// What the `after_…` hooks will be told.
pub(super) enum Effects {
    Nothing,
    Created,
    CreatedButCounted,
    Updated { old: Row },
    Deleted { old: Row },
}

pub(super) async fn prepare(engine: &Engine, scope: &Scope, scoped: Scoped, target: &dyn Target) -> Result<Prepared> {
    let model = scoped.model();
    if !scoped.op().is_write() {
        return Ok(Prepared { scoped, effects: Effects::Nothing });
    }
    let stage = Stage {
        model,
        filler: Filler::new(scope, target.capabilities().sql_expressions),
        hooks: engine.hooks.of(model),
        cx: HookContext::new(scope, model),
        target,
    };
    stage.prepare(scoped).await
}

struct Stage<'a> {
    model: &'static ModelDef,
    filler: Filler,
    hooks: &'a [Arc<dyn RowHooks>],
    cx: HookContext,
    target: &'a dyn Target,
}

impl Stage<'_> {
    async fn prepare(&self, mut scoped: Scoped) -> Result<Prepared> {
        let effects = match std::mem::replace(scoped.op_mut(), Op::Begin) {
            Op::Create(row) => {
                let row = self.new_record(row).await?;
                self.replace(&mut scoped, Op::Create(row), Effects::Created)
            }
            Op::BatchCreate { rows, returning } => self.batch(&mut scoped, rows, returning).await?,
            Op::Upsert { row, conflict, keep } => self.upsert(&mut scoped, row, conflict, keep).await?,
            Op::Update { key, changes, version } => {
                let old = self.old_row(&scoped, &key).await?;
                self.update(&mut scoped, old, key, changes, version).await?
            }
            Op::UpdateWhere { filter, mut changes } => {
                self.refuse_by_filter()?;
                self.filler.for_update(self.model, &mut changes)?;
                self.replace(&mut scoped, Op::UpdateWhere { filter, changes }, Effects::Nothing)
            }
            Op::Delete { key, mut version } => {
                let old = self.old_row(&scoped, &key).await?;
                if let Some(old) = &old {
                    for hooks in self.hooks {
                        hooks.before_delete(&self.cx, old.clone()).await?;
                    }
                    version = version.or_else(|| self.version_of(old));
                }
                let effects = old.map_or(Effects::Nothing, |old| Effects::Deleted { old });
                self.replace(&mut scoped, Op::Delete { key, version }, effects)
            }
            Op::DeleteWhere { filter } => {
                self.refuse_by_filter()?;
                self.replace(&mut scoped, Op::DeleteWhere { filter }, Effects::Nothing)
            }
            read => {
                *scoped.op_mut() = read;
                Effects::Nothing
            }
        };
        Ok(Prepared { scoped, effects })
    }

    fn replace(&self, scoped: &mut Scoped, op: Op, effects: Effects) -> Effects {
        *scoped.op_mut() = op;
        if self.hooks.is_empty() { Effects::Nothing } else { effects }
    }

    fn refuse_by_filter(&self) -> Result<()> {
        if self.hooks.is_empty() {
            return Ok(());
        }
        Err(Error::unsupported("the model has hooks, which a change by filter would pass by: change records by key"))
    }

    async fn new_record(&self, mut row: Row) -> Result<Row> {
        self.filler.for_create(self.model, &mut row)?;
        for hooks in self.hooks {
            let before = row.clone();
            row = hooks.before_create(&self.cx, row).await?;
            self.check_identity(&before, &row, self.model.layout().key())?;
        }
        if !self.hooks.is_empty() {
            self.filler.for_create(self.model, &mut row)?;
        }
        Ok(row)
    }

    async fn batch(&self, scoped: &mut Scoped, rows: RowSource, returning: bool) -> Result<Effects> {
        if self.hooks.is_empty() {
            let (model, filler) = (self.model, self.filler.clone());
            let rows = rows.map(move |row| {
                let mut row = row?;
                filler.for_create(model, &mut row)?;
                Ok(row)
            });
            return Ok(self.replace(scoped, Op::BatchCreate { rows: Box::new(rows), returning }, Effects::Nothing));
        }
        let mut ready = VecDeque::new();
        for row in rows {
            ready.push_back(Ok(self.new_record(row?).await?));
        }
        let effects = if returning { Effects::Created } else { Effects::CreatedButCounted };
        Ok(self.replace(scoped, Op::BatchCreate { rows: Box::new(ready.into_iter()), returning: true }, effects))
    }

    async fn upsert(
        &self,
        scoped: &mut Scoped,
        mut row: Row,
        conflict: Vec<usize>,
        keep: Vec<usize>,
    ) -> Result<Effects> {
        if self.hooks.is_empty() {
            self.filler.for_create(self.model, &mut row)?;
            return Ok(self.replace(scoped, Op::Upsert { row, conflict, keep }, Effects::Nothing));
        }
        self.filler.for_create(self.model, &mut row)?;
        let effects = match self.row_in_conflict(scoped, &row, &conflict).await? {
            Some(old) => {
                // What stays as it is, a hook must see as it is.
                for position in self.kept_by_upsert().chain(keep.iter().copied()) {
                    row[position] = old[position].clone();
                }
                let fixed: Vec<usize> =
                    self.model.layout().physical_key().into_iter().chain(conflict.clone()).collect();
                row = self.before_update(&old, row, &fixed).await?;
                Effects::Updated { old }
            }
            None => {
                row = self.new_record(row).await?;
                Effects::Created
            }
        };
        // What a hook has made of a kept column is the hook's own.
        let keep = if matches!(effects, Effects::Updated { .. }) { Vec::new() } else { keep };
        Ok(self.replace(scoped, Op::Upsert { row, conflict, keep }, effects))
    }

    async fn update(
        &self,
        scoped: &mut Scoped,
        old: Option<Row>,
        key: Vec<Value>,
        mut changes: Row,
        version: Option<Value>,
    ) -> Result<Effects> {
        self.filler.for_update(self.model, &mut changes)?;
        let Some(old) = old else {
            return Ok(self.replace(scoped, Op::Update { key, changes, version }, Effects::Nothing));
        };
        let merged =
            old.iter().zip(&changes).map(|(old, new)| if new.is_unset() { old } else { new }.clone()).collect();
        let record = self.before_update(&old, merged, self.model.layout().key()).await?;
        for ((old, new), change) in old.iter().zip(record).zip(&mut changes) {
            if !change.is_unset() || compare(old, &new).is_ne() {
                *change = new;
            }
        }
        self.filler.for_update(self.model, &mut changes)?;
        let version = version.or_else(|| self.version_of(&old));
        Ok(self.replace(scoped, Op::Update { key, changes, version }, Effects::Updated { old }))
    }

    async fn before_update(&self, old: &Row, mut row: Row, fixed: &[usize]) -> Result<Row> {
        for hooks in self.hooks {
            let before = row.clone();
            row = hooks.before_update(&self.cx, old.clone(), row).await?;
            self.check_identity(&before, &row, fixed)?;
        }
        Ok(row)
    }

    /// Refuses what a hook has done to the columns that say which record it is.
    fn check_identity(&self, before: &Row, after: &Row, fixed: &[usize]) -> Result<()> {
        for (position, column) in self.model.layout().columns().iter().enumerate() {
            let is_fixed = fixed.contains(&position) || column.root.version || column.root.tenant;
            if is_fixed && compare(&before[position], &after[position]).is_ne() {
                return Err(Error::invalid(
                    "a hook cannot change the key, the tenant, the version, or what an upsert finds the record by",
                )
                .in_field(&column.path));
            }
        }
        Ok(())
    }

    /// What the hooks saw must still be there when the write arrives.
    fn version_of(&self, old: &Row) -> Option<Value> {
        self.model.layout().role(|field| field.version).map(|position| old[position].clone())
    }

    /// The columns that an upsert leaves as they are in a record that is there.
    fn kept_by_upsert(&self) -> impl Iterator<Item = usize> {
        let layout = self.model.layout();
        let managed = |position: &usize| {
            let root = layout.columns()[*position].root;
            root.is_managed() && !root.updated_at
        };
        layout.physical_key().into_iter().chain((0..layout.columns().len()).filter(managed))
    }

    // By futures that do not borrow the operation: its row source cannot be shared by threads.
    fn old_row(&self, scoped: &Scoped, key: &[Value]) -> impl Future<Output = Result<Option<Row>>> + Send {
        let get = (!self.hooks.is_empty()).then(|| scoped.sibling(Op::Get { key: key.to_vec() }));
        let target = self.target;
        async move {
            match get {
                Some(get) => target.execute(get).await?.into_row(),
                None => Ok(None),
            }
        }
    }

    fn row_in_conflict(
        &self,
        scoped: &Scoped,
        row: &Row,
        conflict: &[usize],
    ) -> impl Future<Output = Result<Option<Row>>> + Send {
        let columns = self.model.layout().columns();
        let same = conflict.iter().map(|position| Filter::Compare {
            field: columns[*position].path.clone().into(),
            comparison: Comparison::Eq,
            value: row[*position].clone(),
        });
        let query = Query { filter: Filter::And(same.collect()), limit: Some(1), ..Query::default() };
        let list = scoped.sibling(Op::List(query));
        let target = self.target;
        async move { Ok(target.execute(list).await?.into_rows()?.pop()) }
    }
}

impl Effects {
    /// Hands the `after_…` hooks to the target, which runs them once the write is kept.
    pub(super) async fn run(
        self,
        engine: &Engine,
        scope: &Scope,
        model: &'static ModelDef,
        reply: Reply,
        target: &dyn Target,
    ) -> Result<Reply> {
        let told: Vec<(Option<Row>, Option<Row>)> = match (&self, &reply) {
            (Self::Nothing, _) => return Ok(reply),
            (Self::Created | Self::CreatedButCounted, Reply::Rows(rows)) => {
                rows.iter().map(|row| (None, Some(row.clone()))).collect()
            }
            (Self::Created, Reply::Row(Some(row))) => vec![(None, Some(row.clone()))],
            (Self::Updated { old }, Reply::Row(Some(row))) => vec![(Some(old.clone()), Some(row.clone()))],
            (Self::Deleted { old }, Reply::Count(1)) => vec![(Some(old.clone()), None)],
            _ => Vec::new(),
        };
        let cx = HookContext::new(scope, model);
        let mut first = Ok(());
        for (old, new) in told {
            for hooks in engine.hooks.of(model) {
                let hooks = Arc::clone(hooks);
                let effect: Effect = match (old.clone(), new.clone()) {
                    (None, Some(new)) => hooks.after_create(cx.clone(), new),
                    (Some(old), Some(new)) => hooks.after_update(cx.clone(), old, new),
                    (Some(old), None) => hooks.after_delete(cx.clone(), old),
                    (None, None) => continue,
                };
                // One that fails undoes nothing, so the others run too.
                let outcome = target.after_commit(effect).await;
                first = first.and(outcome);
            }
        }
        first.map_err(|error| error.context("the write is kept, and an after-hook failed"))?;
        match (self, reply) {
            (Self::CreatedButCounted, Reply::Rows(rows)) => Ok(Reply::Count(rows.len() as u64)),
            (_, reply) => Ok(reply),
        }
    }
}
