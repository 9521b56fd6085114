//! What a principal holds in a scope: what it brings along, and what an [`AccessProvider`] adds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use sqh_model::Result;
use sqh_model::policy::AccessContext;

use super::{Identity, Principal};

/// Where users' roles and permissions are kept: the platform's own catalog
/// ([`CatalogAccess`](crate::tenancy::CatalogAccess)), or a directory of the application.
///
/// It is asked whenever a scope is made, once for the tenant and once for what is outside of
/// tenants, so it SHOULD remember its answers for a while.
pub trait AccessProvider: fmt::Debug + Send + Sync + 'static {
    /// What a user holds in a tenant, or, with `None`, outside of tenants and in all of them.
    ///
    /// It MUST give `None` for a tenant that the user is no member of: anything else lets the user
    /// enter it.
    ///
    /// # Errors
    /// `Unavailable` if it cannot be known now. No scope is made then.
    fn grants<'a>(&'a self, user_id: &'a str, tenant: Option<&'a str>) -> BoxFuture<'a, Result<Option<Arc<Grants>>>>;
}

/// What a user holds in one place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grants {
    /// The user's team.
    pub team_id: Option<String>,
    /// What policies ask for by `role("…")`.
    pub roles: BTreeSet<String>,
    /// What the user may do, such as `lab:create`; `*` at the end stands for any rest.
    pub permissions: BTreeSet<String>,
    /// What policies may ask of the user.
    pub attributes: BTreeMap<String, serde_json::Value>,
}

/// What the principal of a scope may do there: anything, if it is the system.
#[derive(Debug, Clone)]
pub(crate) struct Access(Option<Arc<AccessContext>>);

/// What a principal holds in a tenant, and in the shared scope beside it.
#[derive(Debug, Clone)]
pub(crate) struct Accesses {
    pub(crate) here: Access,
    pub(crate) shared: Access,
}

impl Access {
    /// What the system may do: anything.
    pub(super) fn of_system() -> Self {
        Self(None)
    }

    /// What rules may ask of the principal; `None` for the system, of which they ask nothing.
    pub(crate) fn context(&self) -> Option<&Arc<AccessContext>> {
        self.0.as_ref()
    }

    /// Whether a permission is held.
    pub(crate) fn has_permission(&self, permission: &str) -> bool {
        self.0.as_ref().is_none_or(|context| context.has_permission(permission))
    }

    fn of(identity: &Identity, grants: [Option<&Grants>; 2], is_shared_reference: bool) -> Self {
        let mut context = AccessContext {
            user_id: Some(identity.user_id.clone()),
            team_id: identity.team_id.clone(),
            roles: identity.roles.clone(),
            permissions: identity.permissions.clone(),
            attribute_conditions: identity.attributes.clone(),
            is_shared_reference,
        };
        for grants in grants.into_iter().flatten() {
            context.team_id = grants.team_id.clone().or(context.team_id);
            context.roles.extend(grants.roles.iter().cloned());
            context.permissions.extend(grants.permissions.iter().cloned());
            let attributes = grants.attributes.iter().map(|(name, value)| (name.clone(), value.clone()));
            context.attribute_conditions.extend(attributes);
        }
        Self(Some(Arc::new(context)))
    }
}

/// What a principal holds in a tenant, or `None` if it may not enter it.
///
/// What it brings along and what it is granted add up; of teams and of attributes of one name, that
/// of the tenant counts before that of the platform, and that before its own.
///
/// # Errors
/// As the provider.
pub(crate) async fn in_tenant(
    provider: Option<&dyn AccessProvider>,
    principal: &Principal,
    tenant: &str,
) -> Result<Option<Accesses>> {
    let Some(identity) = principal.identity() else {
        return Ok(Some(Accesses { here: Access(None), shared: Access(None) }));
    };
    let here = granted(provider, identity, Some(tenant)).await?;
    if here.is_none() && !identity.tenants.includes(tenant) {
        return Ok(None);
    }
    let everywhere = granted(provider, identity, None).await?;
    let (everywhere, here) = (everywhere.as_deref(), here.as_deref());
    Ok(Some(Accesses {
        here: Access::of(identity, [everywhere, here], false),
        shared: Access::of(identity, [everywhere, None], true),
    }))
}

/// What a principal holds outside of tenants.
///
/// # Errors
/// As the provider.
pub(crate) async fn outside(provider: Option<&dyn AccessProvider>, principal: &Principal) -> Result<Access> {
    let Some(identity) = principal.identity() else {
        return Ok(Access(None));
    };
    let everywhere = granted(provider, identity, None).await?;
    Ok(Access::of(identity, [everywhere.as_deref(), None], true))
}

/// What a user is granted in a tenant, or outside of tenants; `None` if it is no member of the tenant.
///
/// # Errors
/// As the provider.
pub(crate) async fn of_user(
    provider: Option<&dyn AccessProvider>,
    user_id: &str,
    tenant: Option<&str>,
) -> Result<Option<AccessContext>> {
    let identity = Identity { user_id: user_id.to_owned(), ..Identity::default() };
    let here = match tenant {
        Some(_) => granted(provider, &identity, tenant).await?,
        None => None,
    };
    if tenant.is_some() && here.is_none() {
        return Ok(None);
    }
    let everywhere = granted(provider, &identity, None).await?;
    let access = Access::of(&identity, [everywhere.as_deref(), here.as_deref()], tenant.is_none());
    Ok(access.0.map(Arc::unwrap_or_clone))
}

async fn granted(
    provider: Option<&dyn AccessProvider>,
    identity: &Identity,
    tenant: Option<&str>,
) -> Result<Option<Arc<Grants>>> {
    match provider {
        Some(provider) => provider.grants(&identity.user_id, tenant).await,
        None => Ok(None),
    }
}
