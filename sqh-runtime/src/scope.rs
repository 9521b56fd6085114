//! Who asks, and for which tenant: types that can be neither forged nor defaulted.
//!
//! A [`Principal`] comes from an [`Authenticator`] or is the system itself with a recorded reason.
//! A [`Cx`] is a principal in a scope, and a tenant's scope comes only from the catalog
//! ([`Platform::tenant`](crate::Platform::tenant)). No thread-local, no default, no string. What the
//! principal holds there is looked up when the scope is made.

mod access;
mod identity;

use std::marker::PhantomData;
use std::sync::Arc;

use sqh_model::policy::AccessContext;
use sqh_model::schema::ModelDef;
pub use sqh_model::schema::scope::{RecordScope, Shared, Tenant};
use sqh_model::{Error, ErrorKind, Result};

pub(crate) use self::access::{Access, Accesses, in_tenant, of_user, outside};
pub use self::access::{AccessProvider, Grants};
pub use self::identity::{Authenticator, Identity, Membership};

use crate::tenancy::{TenantHandle, TenantRecord};

/// An authenticated user, or the system itself.
#[derive(Debug, Clone)]
pub struct Principal(Arc<PrincipalKind>);

#[derive(Debug)]
enum PrincipalKind {
    User(Identity),
    System { reason: String },
}

impl Principal {
    /// Asks the application who shows these credentials.
    ///
    /// # Errors
    /// What the authenticator says; `Denied` if it names no user.
    pub async fn authenticate<A: Authenticator>(authenticator: &A, credentials: A::Credentials) -> Result<Self> {
        let identity = authenticator.authenticate(credentials).await?;
        if identity.user_id.is_empty() {
            return Err(Error::new(ErrorKind::Denied, "the authenticator named no user: set `user_id`"));
        }
        Ok(Self(Arc::new(PrincipalKind::User(identity))))
    }

    /// A job of the platform itself. It may do everything, and the reason is recorded in the span
    /// of each operation.
    pub fn system(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        tracing::info!(reason, "a system principal was made");
        Self(Arc::new(PrincipalKind::System { reason }))
    }

    /// The user, unless it is the system.
    pub fn identity(&self) -> Option<&Identity> {
        match &*self.0 {
            PrincipalKind::User(identity) => Some(identity),
            PrincipalKind::System { .. } => None,
        }
    }

    /// Why the system acts, unless it is a user.
    pub fn system_reason(&self) -> Option<&str> {
        match &*self.0 {
            PrincipalKind::User(_) => None,
            PrincipalKind::System { reason } => Some(reason),
        }
    }
}

/// A principal in a scope: what every operation takes.
///
/// `Cx<Tenant>` is made by [`Platform::tenant`](crate::Platform::tenant), `Cx<Shared>` by
/// [`Platform::shared`](crate::Platform::shared) or [`Cx::shared`], `Cx<Fleet>` by
/// [`Platform::fleet`](crate::Platform::fleet). A model says which it needs, and
/// the wrong one does not compile: "expected `&Cx<Shared>`, found `&Cx<Tenant>`" or, where the model is
/// inferred, "type mismatch resolving `<Sample as PlatformModel>::Scope == Shared`".
///
/// | Expected | Because | Write |
/// |---|---|---|
/// | `&Cx<Tenant>` | the model is a tenant's | `&platform.tenant(&principal, slug).await?` |
/// | `&Cx<Shared>` | the model is `shared` | `&cx.shared()` of a tenant's scope, or `&platform.shared(&principal).await?` |
/// | `&Cx<Fleet>` | it is administrators' work | `&platform.fleet(&principal).await?` |
///
/// No scope becomes one of more: there is no way from `Cx<Shared>` to a tenant, nor from either to the fleet.
#[derive(Debug)]
pub struct Cx<S = Tenant> {
    scope: Scope,
    marker: PhantomData<fn() -> S>,
}

/// The scope of administrators' work over many tenants: [`Platform::fleet`](crate::Platform::fleet).
/// Records are not reached in it.
#[derive(Debug)]
pub enum Fleet {}

/// A [`Cx`] without its type, for the inside of the path.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) principal: Principal,
    pub(crate) tenant: Option<TenantScope>,
    /// What the principal holds in this scope.
    pub(crate) access: Access,
    /// Whether reads may go to a copy.
    pub(crate) on_replica: bool,
}

impl Scope {
    /// The platform itself in the same place, for what follows from an operation whoever has asked for it.
    pub(crate) fn of_system(&self, reason: &str) -> Self {
        let (principal, access) = (Principal::system(reason), Access::of_system());
        Self { principal, access, on_replica: false, tenant: self.tenant.clone() }
    }

    /// The same principal in the shared scope, seen from a tenant's.
    pub(crate) fn shared(&self) -> Option<Self> {
        let tenant = self.tenant.as_ref()?;
        Some(Self { tenant: None, access: tenant.shared.clone(), ..self.clone() })
    }

    /// What the principal holds where a model's records are: of shared ones, what it holds outside of the tenant.
    pub(crate) fn access_to(&self, model: &ModelDef) -> &Access {
        match &self.tenant {
            Some(tenant) if model.storage.shared => &tenant.shared,
            _ => &self.access,
        }
    }
}

/// The tenant of a scope.
#[derive(Debug, Clone)]
pub(crate) struct TenantScope {
    slug: Arc<str>,
    handle: Arc<TenantHandle>,
    /// What the principal holds in the shared scope.
    shared: Access,
}

impl TenantScope {
    pub(crate) fn slug(&self) -> &str {
        &self.slug
    }

    /// The newest record of the tenant that this process has.
    pub(crate) fn record(&self) -> Arc<TenantRecord> {
        self.handle.record()
    }
}

impl Cx<Tenant> {
    pub(crate) fn of_tenant(principal: Principal, handle: Arc<TenantHandle>, accesses: Accesses) -> Self {
        let slug = Arc::from(handle.record().slug());
        let Accesses { here: access, shared } = accesses;
        let tenant = Some(TenantScope { slug, handle, shared });
        Self { scope: Scope { principal, tenant, access, on_replica: false }, marker: PhantomData }
    }

    /// The same principal in the shared scope, with what it holds outside of tenants.
    pub fn shared(&self) -> Cx<Shared> {
        Cx::of_shared(self.principal().clone(), self.tenant_scope().shared.clone())
    }

    /// Whether the tenant's records can be used now.
    #[cfg(feature = "axum")]
    pub(crate) fn check_status(&self) -> Result<()> {
        self.tenant_scope().record().check_status()
    }

    /// The tenant's slug.
    pub fn tenant(&self) -> &str {
        self.tenant_scope().slug()
    }

    fn tenant_scope(&self) -> &TenantScope {
        self.scope.tenant.as_ref().expect("a tenant's scope is made of a tenant")
    }
}

impl<S: RecordScope> Cx<S> {
    /// The shared scope, from wherever records are reached.
    pub(crate) fn in_shared(&self) -> Cx<Shared> {
        Cx { scope: self.scope.shared().unwrap_or_else(|| self.scope.clone()), marker: PhantomData }
    }
}

impl Cx<Shared> {
    pub(crate) fn of_shared(principal: Principal, access: Access) -> Self {
        Self { scope: Scope { principal, tenant: None, access, on_replica: false }, marker: PhantomData }
    }
}

impl Cx<Fleet> {
    pub(crate) fn of_fleet(principal: Principal, access: Access) -> Self {
        Self { scope: Scope { principal, tenant: None, access, on_replica: false }, marker: PhantomData }
    }
}

impl<S> Cx<S> {
    /// The same scope, in which reads may go to a replica of the server, if it has any. A replica is
    /// behind by what it has not received yet, for which there is no bound: what was written a moment
    /// ago may not be there. Writes, what they read first, and transactions go to the server itself; so
    /// do reads while no replica answers.
    #[must_use]
    pub fn on_replica(&self) -> Self {
        Self { scope: Scope { on_replica: true, ..self.scope.clone() }, marker: PhantomData }
    }

    /// Who asks.
    pub fn principal(&self) -> &Principal {
        &self.scope.principal
    }

    /// What the rules of models may ask of the principal here; `None` for the system, which may do
    /// everything.
    pub fn access(&self) -> Option<&AccessContext> {
        self.scope.access.context().map(|context| &**context)
    }

    /// Whether the principal holds a permission here.
    pub fn has_permission(&self, permission: &str) -> bool {
        self.scope.access.has_permission(permission)
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }
}

impl<S> Clone for Cx<S> {
    fn clone(&self) -> Self {
        Self { scope: self.scope.clone(), marker: PhantomData }
    }
}
