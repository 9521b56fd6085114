//! The second stage: where do this tenant's records live?

use std::sync::Arc;

use sqh_model::expr::Filter;
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result};

use super::access::Authorized;
use crate::op::{Op, Operation};
use crate::scope::Scope;
use crate::tenancy::{Place, TenantRecord};

/// The place of a tenant's records, or of the shared ones, and whose they are.
#[derive(Debug, Clone)]
pub struct Route {
    place: Arc<Place>,
    tenant: Option<Arc<TenantRecord>>,
    on_replica: bool,
}

impl Route {
    pub(crate) fn new(place: Arc<Place>, tenant: Option<Arc<TenantRecord>>) -> Self {
        Self { place, tenant, on_replica: false }
    }

    /// Whether a copy of the records will do, which may be behind.
    pub fn is_on_replica(&self) -> bool {
        self.on_replica
    }

    /// Where a tenant's records of a model are.
    ///
    /// # Errors
    /// `Denied` or `Unavailable` if the tenant cannot be used now.
    pub(crate) fn of_tenant(tenant: Arc<TenantRecord>, model: &'static ModelDef) -> Result<Self> {
        tenant.check_status()?;
        let placement = model.storage.placement.unwrap_or(tenant.placement());
        Ok(Self::new(Arc::clone(tenant.place_of(placement)), Some(tenant)))
    }

    /// Where the tables are.
    pub fn place(&self) -> &Arc<Place> {
        &self.place
    }

    /// Whose records they are; nobody's for shared models.
    pub fn tenant(&self) -> Option<&Arc<TenantRecord>> {
        self.tenant.as_ref()
    }

    fn slug(&self) -> Option<&str> {
        self.tenant.as_ref().map(|tenant| tenant.slug())
    }
}

/// Routes are equal if they lead to the same records.
impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place && self.slug() == other.slug()
    }
}

impl Eq for Route {}

impl std::hash::Hash for Route {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.place.hash(state);
        self.slug().hash(state);
    }
}

/// An authorised operation with its route: the only thing that a backend takes.
#[derive(Debug)]
pub struct Scoped {
    operation: Operation,
    filter: Filter,
    check: Filter,
    route: Route,
    joined: Vec<Joined>,
}

/// A model whose records an operation reads beside those of its own.
#[derive(Debug, Clone)]
pub struct Joined {
    model: &'static ModelDef,
    filter: Filter,
    route: Route,
}

impl Joined {
    /// The model.
    pub fn model(&self) -> &'static ModelDef {
        self.model
    }

    /// Which of its records the principal may read.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Where they are: in the database of the operation, unless it is a join of two.
    pub fn route(&self) -> &Route {
        &self.route
    }
}

impl Scoped {
    /// What the path would make, for the tests of a backend.
    #[cfg(test)]
    pub(crate) fn for_test(operation: Operation, filter: Filter, route: Route) -> Self {
        Self { operation, check: filter.clone(), filter, route, joined: Vec::new() }
    }

    /// The other models that it reads, in the order of [`Op::joined`].
    pub fn joined(&self) -> &[Joined] {
        &self.joined
    }

    /// The model.
    pub fn model(&self) -> &'static ModelDef {
        self.operation.model
    }

    /// Where its records are.
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// Which records the principal may touch, whatever the operation itself says.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// What every record must be once it is written.
    pub fn check(&self) -> &Filter {
        &self.check
    }

    /// What to do.
    pub fn op(&self) -> &Op {
        &self.operation.op
    }

    /// What to do, for a backend that takes the rows.
    pub fn into_op(self) -> Op {
        self.operation.op
    }

    /// What a backend needs at once: what to do, which it may take, the two filters, and where.
    pub(crate) fn parts(&mut self) -> (&mut Op, &Filter, &Filter, &Route, &[Joined]) {
        (&mut self.operation.op, &self.filter, &self.check, &self.route, &self.joined)
    }

    /// The same records, where they are now.
    ///
    /// # Errors
    /// As routing them.
    pub(crate) fn reroute(&mut self, route: Route) -> Result<()> {
        for joined in &mut self.joined {
            joined.route = match &route.tenant {
                Some(_) if joined.model.storage.shared => continue,
                Some(tenant) => Route::of_tenant(Arc::clone(tenant), joined.model)?,
                None => Route::new(Arc::clone(&route.place), None),
            };
            joined.route.on_replica = route.on_replica;
            check_together(&route, joined)?;
        }
        self.route = route;
        Ok(())
    }

    /// The path fills in defaults and what hooks change.
    pub(super) fn op_mut(&mut self) -> &mut Op {
        &mut self.operation.op
    }

    /// What is written is proven to be what the principal may write.
    pub(super) fn drop_check(&mut self) {
        self.check = Filter::Everything;
    }

    /// Another operation of the path itself on the same model, with the same authority.
    pub(super) fn sibling(&self, op: Op) -> Self {
        Self {
            operation: Operation { model: self.operation.model, op },
            filter: self.filter.clone(),
            check: self.check.clone(),
            route: self.route.clone(),
            joined: Vec::new(),
        }
    }
}

/// Makes the only [`Scoped`] operations there are.
///
/// # Errors
/// As [`route`].
pub(super) fn scope(scope: &Scope, authorized: Authorized) -> Result<Scoped> {
    let Authorized { operation, filter, check, joined } = authorized;
    let mut route = route(scope, operation.model)?;
    // What a write looks at first is looked at where it is written.
    route.on_replica = scope.on_replica && !operation.op.is_write() && !matches!(operation.op, Op::Begin);
    let shared = operation.op.is_of_two_databases().then(|| Route::new(Arc::clone(Place::shared()), None));
    let joined = operation.op.joined().into_iter().zip(joined).map(|(model, filter)| {
        let in_other = shared.clone().filter(|_| model.storage.shared);
        let is_together = in_other.is_none();
        let other =
            in_other.map_or_else(|| self::route(scope, model), Ok).map_err(|error| error.in_model(model.name))?;
        let joined = Joined { model, filter, route: Route { on_replica: route.on_replica, ..other } };
        if is_together {
            check_together(&route, &joined)?;
        }
        Ok(joined)
    });
    let joined = joined.collect::<Result<_>>()?;
    Ok(Scoped { operation, filter, check, route, joined })
}

/// One statement reads one database.
fn check_together(route: &Route, joined: &Joined) -> Result<()> {
    let (here, there) = (route.place(), joined.route.place());
    if here.server == there.server && here.database == there.database {
        return Ok(());
    }
    let message = format!("the records of `{}` are in another database: a join is of one", joined.model.name);
    Err(Error::unsupported(message).in_model(joined.model.name))
}

/// Where a model's records are in a scope.
///
/// # Errors
/// `Invalid` if the scope is another than the model's; `Denied` or `Unavailable` if the tenant has
/// been suspended or dropped since the scope was made.
pub(super) fn route(scope: &Scope, model: &'static ModelDef) -> Result<Route> {
    match (model.storage.shared, &scope.tenant) {
        (true, None) => Ok(Route::new(Arc::clone(Place::shared()), None)),
        (true, Some(_)) => Err(Error::invalid("the model is shared: use the shared scope, `cx.shared()`")),
        (false, None) => {
            Err(Error::invalid("the model belongs to tenants: use a tenant's scope, `platform.tenant(…)`"))
        }
        (false, Some(handle)) => Route::of_tenant(handle.record(), model),
    }
}
