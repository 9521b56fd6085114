//! Who asks, and for which tenant: types that can be neither forged nor defaulted.
//!
//! A [`Principal`] comes from an [`Authenticator`] or is the system itself with a recorded reason.
//! A [`Cx`] is a principal in a scope, and a tenant's scope comes only from the catalog
//! ([`Platform::tenant`](crate::Platform::tenant)). No thread-local, no default, no string.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::Arc;

use sqh_model::Result;
pub use sqh_model::schema::scope::{Shared, Tenant};

use crate::tenancy::{TenantHandle, TenantRecord};

/// What an application knows of a user once it has authenticated them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Identity {
    /// The user.
    pub user_id: String,
    /// The user's team.
    pub team_id: Option<String>,
    /// What the user may do, such as `lab:create`; `*` at the end stands for any rest.
    pub permissions: BTreeSet<String>,
    /// What policies may ask of the user.
    pub attributes: BTreeMap<String, serde_json::Value>,
}

/// Turns credentials into an [`Identity`]. The application implements it: it is the one place
/// that decides who somebody is.
pub trait Authenticator: Send + Sync {
    /// What a caller shows, such as a bearer token.
    type Credentials: Send;

    /// Who shows these credentials.
    ///
    /// # Errors
    /// `Denied` if they are nobody's.
    fn authenticate(&self, credentials: Self::Credentials) -> impl Future<Output = Result<Identity>> + Send;
}

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
    /// What the authenticator says.
    pub async fn authenticate<A: Authenticator>(authenticator: &A, credentials: A::Credentials) -> Result<Self> {
        let identity = authenticator.authenticate(credentials).await?;
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

    /// Whether it holds a permission.
    pub fn has_permission(&self, permission: &str) -> bool {
        let Some(identity) = self.identity() else {
            return true;
        };
        identity.permissions.iter().any(|held| match held.strip_suffix('*') {
            Some(prefix) => permission.starts_with(prefix),
            None => held == permission,
        })
    }
}

/// A principal in a scope: what every operation takes.
///
/// `Cx<Tenant>` is made by [`Platform::tenant`](crate::Platform::tenant), `Cx<Shared>` by
/// [`Platform::shared`](crate::Platform::shared) or [`Cx::shared`]. A model says which it needs, and
/// the wrong one does not compile.
#[derive(Debug)]
pub struct Cx<S = Tenant> {
    scope: Scope,
    marker: PhantomData<fn() -> S>,
}

/// A [`Cx`] without its type, for the inside of the path.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) principal: Principal,
    pub(crate) tenant: Option<TenantScope>,
}

/// The tenant of a scope.
#[derive(Debug, Clone)]
pub(crate) struct TenantScope {
    slug: Arc<str>,
    handle: Arc<TenantHandle>,
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
    pub(crate) fn of_tenant(principal: Principal, handle: Arc<TenantHandle>) -> Self {
        let slug = Arc::from(handle.record().slug());
        Self { scope: Scope { principal, tenant: Some(TenantScope { slug, handle }) }, marker: PhantomData }
    }

    /// The same principal in the shared scope.
    pub fn shared(&self) -> Cx<Shared> {
        Cx::of_shared(self.principal().clone())
    }

    /// The tenant's slug.
    pub fn tenant(&self) -> &str {
        self.scope.tenant.as_ref().expect("a tenant's scope is made of a tenant").slug()
    }
}

impl Cx<Shared> {
    pub(crate) fn of_shared(principal: Principal) -> Self {
        Self { scope: Scope { principal, tenant: None }, marker: PhantomData }
    }
}

impl<S> Cx<S> {
    /// Who asks.
    pub fn principal(&self) -> &Principal {
        &self.scope.principal
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
