//! The second stage: where do this tenant's records live?

use std::sync::{Arc, LazyLock};

use sqh_model::expr::Filter;
use sqh_model::schema::{ModelDef, Placement, SHARED_REFERENCE_DB_NAME};
use sqh_model::{Error, Result};

use super::access::Authorized;
use crate::op::{Op, Operation};
use crate::scope::Scope;
use crate::tenancy::DEFAULT_SERVER;

/// The place of a tenant's records, or of the shared ones.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Route {
    /// The server's name in the catalog.
    pub server: Arc<str>,
    /// The database.
    pub database: Arc<str>,
    /// The schema; generated SQL names it in full.
    pub schema: Arc<str>,
}

/// An authorised operation with its route: the only thing that a backend takes.
#[derive(Debug)]
pub struct Scoped {
    operation: Operation,
    filter: Filter,
    route: Route,
}

impl Scoped {
    /// What the path would make, for the tests of a backend.
    #[cfg(test)]
    pub(crate) fn for_test(operation: Operation, filter: Filter, route: Route) -> Self {
        Self { operation, filter, route }
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

    /// What to do.
    pub fn op(&self) -> &Op {
        &self.operation.op
    }

    /// What to do, for a backend that takes the rows.
    pub fn into_op(self) -> Op {
        self.operation.op
    }

    /// The path fills in defaults and what hooks change.
    pub(super) fn op_mut(&mut self) -> &mut Op {
        &mut self.operation.op
    }

    /// Another operation of the path itself on the same model, with the same authority.
    pub(super) fn sibling(&self, op: Op) -> Self {
        Self {
            operation: Operation { model: self.operation.model, op },
            filter: self.filter.clone(),
            route: self.route.clone(),
        }
    }
}

/// Makes the only [`Scoped`] operations there are.
///
/// # Errors
/// `Invalid` if the scope is another than the model's; `Unsupported` for a placement that is not
/// there yet.
pub(super) fn scope(scope: &Scope, authorized: Authorized) -> Result<Scoped> {
    let Authorized { operation, filter } = authorized;
    let route = route(scope, operation.model)?;
    Ok(Scoped { operation, filter, route })
}

/// Where a model's records are in a scope.
///
/// # Errors
/// As [`scope()`].
pub(super) fn route(scope: &Scope, model: &'static ModelDef) -> Result<Route> {
    // Shared, so that a route costs reference counts and no memory.
    static PUBLIC: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from("public"));
    static SHARED: LazyLock<(Arc<str>, Arc<str>)> =
        LazyLock::new(|| (Arc::from(DEFAULT_SERVER), Arc::from(SHARED_REFERENCE_DB_NAME)));
    let schema = Arc::clone(&PUBLIC);
    match (model.storage.shared, &scope.tenant) {
        (true, None) => Ok(Route { server: Arc::clone(&SHARED.0), database: Arc::clone(&SHARED.1), schema }),
        (true, Some(_)) => Err(Error::invalid("the model is shared: use the shared scope, `cx.shared()`")),
        (false, None) => {
            Err(Error::invalid("the model belongs to tenants: use a tenant's scope, `platform.tenant(…)`"))
        }
        (false, Some(tenant)) => match model.storage.placement {
            None | Some(Placement::Database) => {
                Ok(Route { server: Arc::clone(&tenant.server), database: Arc::clone(&tenant.database), schema })
            }
            Some(_) => Err(Error::unsupported(
                "this version places tenants in databases of their own: leave `placement` out, or say `database`",
            )),
        },
    }
}
