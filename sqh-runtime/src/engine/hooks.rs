//! Hooks: what an application does before and after a record is written, on every backend alike.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use futures::future::BoxFuture;
use sqh_model::row::{from_row, to_row};
use sqh_model::schema::{ModelDef, PlatformModel};
use sqh_model::{Error, Result, Row};

use crate::fast_map::FastMap;
use crate::scope::{Principal, Scope, TenantScope};

/// What a hook knows of the operation that it is part of.
#[derive(Debug, Clone)]
pub struct HookContext {
    principal: Principal,
    tenant: Option<TenantScope>,
    model: &'static ModelDef,
}

impl HookContext {
    pub(super) fn new(scope: &Scope, model: &'static ModelDef) -> Self {
        Self { principal: scope.principal.clone(), tenant: scope.tenant.clone(), model }
    }

    /// Who asks.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The tenant's slug; none for a shared model.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_ref().map(|tenant| tenant.slug())
    }

    /// The model.
    pub fn model(&self) -> &'static ModelDef {
        self.model
    }
}

/// What an application does around the writes of `M`. Every method has a default that does nothing.
///
/// `validate` and the `before_…` hooks run before anything is sent, and their error stops the
/// operation; a `before_…` hook may change the record, but neither its key nor its version. The
/// `after_…` hooks are for side effects: they run when the write is kept (in a transaction: after
/// its commit), and what they report does not undo it.
///
/// A model with hooks is not changed by filter: that would pass them by.
pub trait Hooks<M: PlatformModel>: Send + Sync + 'static {
    /// Refuses a record that must not be stored.
    ///
    /// # Errors
    /// Whatever stops the operation.
    fn validate(&self, cx: &HookContext, record: &M) -> Result<()> {
        let _ = (cx, record);
        Ok(())
    }

    /// Before a record is created.
    fn before_create(&self, cx: &HookContext, record: &mut M) -> impl Future<Output = Result<()>> + Send {
        let _ = (cx, record);
        async { Ok(()) }
    }

    /// Before a record is changed from `old`.
    fn before_update(&self, cx: &HookContext, old: &M, record: &mut M) -> impl Future<Output = Result<()>> + Send {
        let _ = (cx, old, record);
        async { Ok(()) }
    }

    /// Before a record is deleted.
    fn before_delete(&self, cx: &HookContext, record: &M) -> impl Future<Output = Result<()>> + Send {
        let _ = (cx, record);
        async { Ok(()) }
    }

    /// After a record was created.
    fn after_create(&self, cx: &HookContext, record: &M) -> impl Future<Output = Result<()>> + Send {
        let _ = (cx, record);
        async { Ok(()) }
    }

    /// After a record was changed from `old`.
    fn after_update(&self, cx: &HookContext, old: &M, record: &M) -> impl Future<Output = Result<()>> + Send {
        let _ = (cx, old, record);
        async { Ok(()) }
    }

    /// After a record was deleted.
    fn after_delete(&self, cx: &HookContext, record: &M) -> impl Future<Output = Result<()>> + Send {
        let _ = (cx, record);
        async { Ok(()) }
    }
}

/// A side effect that waits for its write to be kept.
pub(crate) type Effect = BoxFuture<'static, Result<()>>;

/// [`Hooks`] by rows, for a path that knows models by definition only.
pub(crate) trait RowHooks: Send + Sync {
    fn before_create<'a>(&'a self, cx: &'a HookContext, row: Row) -> BoxFuture<'a, Result<Row>>;
    fn before_update<'a>(&'a self, cx: &'a HookContext, old: Row, row: Row) -> BoxFuture<'a, Result<Row>>;
    fn before_delete<'a>(&'a self, cx: &'a HookContext, row: Row) -> BoxFuture<'a, Result<()>>;
    fn after_create(self: Arc<Self>, cx: HookContext, row: Row) -> Effect;
    fn after_update(self: Arc<Self>, cx: HookContext, old: Row, row: Row) -> Effect;
    fn after_delete(self: Arc<Self>, cx: HookContext, row: Row) -> Effect;
}

/// The adapter from [`Hooks`] to [`RowHooks`].
pub(crate) struct TypedHooks<M, H> {
    hooks: H,
    model: PhantomData<fn() -> M>,
}

impl<M, H> TypedHooks<M, H> {
    pub(crate) fn new(hooks: H) -> Self {
        Self { hooks, model: PhantomData }
    }
}

impl<M: PlatformModel, H: Hooks<M>> RowHooks for TypedHooks<M, H> {
    fn before_create<'a>(&'a self, cx: &'a HookContext, row: Row) -> BoxFuture<'a, Result<Row>> {
        Box::pin(async move {
            let mut record: M = complete(row)?;
            self.hooks.validate(cx, &record)?;
            self.hooks.before_create(cx, &mut record).await?;
            to_row(record)
        })
    }

    fn before_update<'a>(&'a self, cx: &'a HookContext, old: Row, row: Row) -> BoxFuture<'a, Result<Row>> {
        Box::pin(async move {
            let (old, mut record): (M, M) = (complete(old)?, complete(row)?);
            self.hooks.validate(cx, &record)?;
            self.hooks.before_update(cx, &old, &mut record).await?;
            to_row(record)
        })
    }

    fn before_delete<'a>(&'a self, cx: &'a HookContext, row: Row) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { self.hooks.before_delete(cx, &complete(row)?).await })
    }

    fn after_create(self: Arc<Self>, cx: HookContext, row: Row) -> Effect {
        Box::pin(async move { self.hooks.after_create(&cx, &complete(row)?).await })
    }

    fn after_update(self: Arc<Self>, cx: HookContext, old: Row, row: Row) -> Effect {
        Box::pin(async move { self.hooks.after_update(&cx, &complete(old)?, &complete(row)?).await })
    }

    fn after_delete(self: Arc<Self>, cx: HookContext, row: Row) -> Effect {
        Box::pin(async move { self.hooks.after_delete(&cx, &complete(row)?).await })
    }
}

fn complete<M: PlatformModel>(row: Row) -> Result<M> {
    if let Some(position) = row.iter().position(sqh_model::Value::is_unset) {
        let column = &M::def().layout().columns()[position];
        return Err(Error::unsupported("the model has hooks, which need every field: set the field, or use `default`")
            .in_field(&column.path));
    }
    from_row(row)
}

/// The hooks of each model, in the order they were added.
#[derive(Default)]
pub(crate) struct HookRegistry(FastMap<&'static str, Vec<Arc<dyn RowHooks>>>);

impl HookRegistry {
    pub(crate) fn add(&mut self, model: &'static ModelDef, hooks: Arc<dyn RowHooks>) {
        self.0.entry(model.rust_path).or_default().push(hooks);
    }

    pub(crate) fn has(&self, model: &'static ModelDef) -> bool {
        !self.of(model).is_empty()
    }

    pub(super) fn of(&self, model: &'static ModelDef) -> &[Arc<dyn RowHooks>] {
        if self.0.is_empty() {
            return &[];
        }
        self.0.get(model.rust_path).map_or(&[], Vec::as_slice)
    }
}

impl fmt::Debug for HookRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
