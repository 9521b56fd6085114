//! Views that are computed anew after a write: outside of the writer's transaction, and once for all writes that
//! come while it is waited for.
//!
//! What is due after a write is an operation of the platform's own, and takes the path as any other does.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use sqh_model::schema::{ModelDef, OnDelete, Refresh, Registry, stored_fields};
use sqh_model::{Error, Result};
use tokio::sync::Notify;

use super::hooks::Effect;
use super::{Direct, Engine, tenancy};
use crate::op::{Op, Operation, Reply};
use crate::scope::Scope;
use crate::tenancy::Place;

/// Why the platform computes a view.
const REASON: &str = "a view is computed anew after a write";

/// What is computed anew after writes.
#[derive(Debug)]
pub(crate) struct Refreshes {
    engine: Weak<Engine>,
    /// The views of each model, by its path.
    views: HashMap<&'static str, Due>,
    state: Mutex<State>,
    settled: Notify,
}

/// The views that a write to a model is followed by.
#[derive(Debug, Default)]
struct Due {
    after_a_write: Vec<&'static ModelDef>,
    /// Those of models whose records go, or change, with a record of this one besides.
    after_a_delete: Vec<&'static ModelDef>,
}

#[derive(Debug, Default)]
struct State {
    under_way: HashMap<Key, Progress>,
    failed: Option<Error>,
}

/// How far a view is.
#[derive(Debug)]
enum Progress {
    /// It will see all that was written until now.
    Waiting,
    /// It is computed, and in the name of whom once more, if it is.
    Computing(Option<Scope>),
}

/// A view where it is.
type Key = (Arc<Place>, &'static str);

impl Refreshes {
    pub(crate) fn new(engine: Weak<Engine>, registry: &Registry) -> Self {
        let mut views: HashMap<&'static str, Due> = HashMap::new();
        for model in registry.models().iter().copied() {
            let due = due(model, registry);
            if !due.after_a_delete.is_empty() {
                views.insert(model.rust_path, due);
            }
        }
        Self { engine, views, state: Mutex::default(), settled: Notify::new() }
    }

    /// The views that an operation will be followed by, if it changes anything.
    pub(super) fn after(&self, model: &'static ModelDef, op: &Op) -> &[&'static ModelDef] {
        if self.views.is_empty() || !op.is_write() {
            return &[];
        }
        match (self.views.get(model.rust_path), op) {
            (Some(due), Op::Delete { .. } | Op::DeleteWhere { .. }) => &due.after_a_delete,
            (Some(due), _) => &due.after_a_write,
            (None, _) => &[],
        }
    }

    /// Has views computed anew, once it is run.
    pub(super) fn effect(&self, scope: &Scope, views: &[&'static ModelDef]) -> Effect {
        let (engine, scope, views) = (Weak::clone(&self.engine), scope.of_system(REASON), views.to_vec());
        Box::pin(async move {
            if let Some(engine) = engine.upgrade() {
                views.into_iter().for_each(|view| start(&engine, &scope, view));
            }
            Ok(())
        })
    }

    /// Waits until nothing is due.
    ///
    /// # Errors
    /// The first error of those since the last call.
    pub(crate) async fn settle(&self) -> Result<()> {
        loop {
            let mut settled = pin!(self.settled.notified());
            settled.as_mut().enable();
            {
                let mut state = self.lock();
                if state.under_way.is_empty() {
                    return state.failed.take().map_or(Ok(()), Err);
                }
            }
            settled.await;
        }
    }

    // Never held across an await.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a reply tells of a change.
pub(super) fn has_changed(reply: &Reply) -> bool {
    !matches!(reply, Reply::Count(0) | Reply::Row(None))
}

/// Has a view computed anew, behind what is under way of it.
fn start(engine: &Arc<Engine>, scope: &Scope, view: &'static ModelDef) {
    let mut state = engine.refreshes.lock();
    let route = match tenancy::route(scope, view) {
        Ok(route) => route,
        Err(error) => return failed(&mut state, view, error),
    };
    let key = (Arc::clone(route.place()), view.table);
    match state.under_way.entry(key.clone()) {
        Entry::Occupied(mut under_way) => {
            if let Progress::Computing(again) = under_way.get_mut() {
                *again = Some(scope.clone());
            }
        }
        Entry::Vacant(free) => {
            free.insert(Progress::Waiting);
            let under_way = UnderWay { engine: Arc::clone(engine), key, is_over: false };
            tokio::spawn(compute(under_way, scope.clone(), view));
        }
    }
}

async fn compute(mut under_way: UnderWay, mut scope: Scope, view: &'static ModelDef) {
    let engine = &under_way.engine;
    loop {
        engine.refreshes.lock().under_way.insert(under_way.key.clone(), Progress::Computing(None));
        let backend = engine.backend(view);
        let operation = Operation { model: view, op: Op::Refresh };
        let outcome = engine.run(&scope, operation, &Direct(&**backend)).await;
        let mut state = engine.refreshes.lock();
        if let Err(error) = outcome {
            failed(&mut state, view, error);
        }
        // Under the same lock, so that whoever writes now begins anew.
        match state.under_way.remove(&under_way.key) {
            Some(Progress::Computing(Some(again))) => {
                state.under_way.insert(under_way.key.clone(), Progress::Waiting);
                scope = again;
            }
            _ => {
                under_way.is_over = true;
                return;
            }
        }
    }
}

fn failed(state: &mut State, view: &'static ModelDef, error: Error) {
    tracing::warn!(model = view.name, %error, "a view could not be computed anew after a write: it holds what it held");
    state.failed.get_or_insert(error);
}

/// A view that is being computed; dropped, it is no more, even where its task was.
struct UnderWay {
    engine: Arc<Engine>,
    key: Key,
    /// Whether that is noted: what is under way by now is another.
    is_over: bool,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let refreshes = &self.engine.refreshes;
        if !self.is_over {
            refreshes.lock().under_way.remove(&self.key);
        }
        refreshes.settled.notify_waiters();
    }
}

/// The views of a model, and those of the models whose records a delete of its own takes along.
fn due(model: &'static ModelDef, registry: &Registry) -> Due {
    let mut reached = vec![model];
    let mut next = 0;
    while let Some(gone) = reached.get(next).copied() {
        next += 1;
        let goes_along = |other: &&'static ModelDef| !reached.contains(other) && changes_with(other, gone);
        let more: Vec<&'static ModelDef> = registry.models().iter().copied().filter(goes_along).collect();
        reached.extend(more);
    }
    Due { after_a_write: views_of(&[model], registry), after_a_delete: views_of(&reached, registry) }
}

fn views_of(models: &[&'static ModelDef], registry: &Registry) -> Vec<&'static ModelDef> {
    let is_due = |view: &&'static ModelDef| {
        view.view.is_some_and(|def| def.refresh == Refresh::AfterWrite)
            && view.view_sources().is_ok_and(|sources| sources.iter().any(|source| models.contains(source)))
    };
    registry.models().iter().copied().filter(is_due).collect()
}

fn changes_with(other: &'static ModelDef, gone: &'static ModelDef) -> bool {
    stored_fields(other.fields).filter_map(|field| field.references).any(|reference| {
        matches!(reference.on_delete, Some(OnDelete::Cascade | OnDelete::SetNull)) && *(reference.model)() == *gone
    })
}
