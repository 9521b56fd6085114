//! [`AccessService`]: who holds what, and where.

mod report;
mod text;

use std::sync::Arc;

use sqh_model::policy::AccessContext;
use sqh_model::{Error, ErrorKind, Result};

pub use self::report::{ModelAccess, VerbAccess};
use super::Platform;
use crate::scope::{Cx, Fleet, Principal};
use crate::tenancy::{CatalogAccess, Member, RoleRecord, Slug, unknown_tenant};

/// Who holds what, and where: the roles and members of the catalog, and the contexts that rules ask.
///
/// Get one from [`Platform::access`](crate::Platform::access). To change or list anything is administrators'
/// work and takes a [`Cx<Fleet>`](Fleet): whoever may give out permissions could give themselves any.
///
/// ```
/// use sqh_runtime::prelude::*;
/// use sqh_runtime::tenancy::Member;
/// # use sqh_runtime::Platform;
///
/// # async fn run(platform: Platform) -> Result<()> {
/// let access = platform.access();
/// let cx = platform.fleet(&Principal::system("setting a tenant up")).await?;
/// access.define_role(&cx, "viewer", ["lab:read", "lab:list"]).await?;
/// let (user_id, tenant) = ("ann".to_owned(), Some("acme".to_owned()));
/// let roles = ["viewer".to_owned()].into();
/// access.add_member(&cx, Member { user_id, tenant, roles, ..Member::default() }).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct AccessService {
    platform: Platform,
}

impl AccessService {
    pub(super) fn new(platform: Platform) -> Self {
        Self { platform }
    }

    /// What a user holds in a tenant, or with `None` in the shared scope, if that includes a permission.
    ///
    /// It takes no authority besides the user, who is authenticated and is told only what they hold
    /// themselves. Nobody is let in by it: operations take a scope, and never a context.
    ///
    /// # Errors
    /// `Denied`, naming the permission; `NotFound` for a tenant that the user may not enter, as for one
    /// that there is not; `Invalid` for the system, of which no rule asks anything.
    pub async fn build_access_context(
        &self,
        user: &Principal,
        tenant: Option<&str>,
        permission: &str,
    ) -> Result<AccessContext> {
        let context = match tenant {
            Some(tenant) => self.platform.tenant(user, tenant).await?.access().cloned(),
            None => self.platform.shared(user).await?.access().cloned(),
        };
        let context =
            context.ok_or_else(|| Error::invalid("the system may do everything: it has no context to be asked"))?;
        if context.has_permission(permission) {
            return Ok(context);
        }
        Err(Error::new(ErrorKind::Denied, format!("the permission `{permission}` is missing")))
    }

    /// Makes a role with just these permissions, or gives one that is there just these.
    ///
    /// # Errors
    /// `Invalid` for an empty name; and as for all of these `Unsupported` where an application's own
    /// provider keeps who holds what.
    pub async fn define_role<S: Into<String>>(
        &self,
        _cx: &Cx<Fleet>,
        role: &str,
        permissions: impl IntoIterator<Item = S>,
    ) -> Result<()> {
        let permissions = permissions.into_iter().map(Into::into).collect();
        self.catalog()?.define_role(role, &permissions).await
    }

    /// Removes a role, also from those who have it; whether there was one.
    ///
    /// # Errors
    /// As [`define_role`](Self::define_role).
    pub async fn remove_role(&self, _cx: &Cx<Fleet>, role: &str) -> Result<bool> {
        self.catalog()?.remove_role(role).await
    }

    /// Gives a role a permission more.
    ///
    /// # Errors
    /// `NotFound` if there is no such role; as [`define_role`](Self::define_role).
    pub async fn grant(&self, _cx: &Cx<Fleet>, role: &str, permission: &str) -> Result<()> {
        self.catalog()?.grant(role, permission).await
    }

    /// Takes a permission from a role; whether it had it.
    ///
    /// # Errors
    /// As [`define_role`](Self::define_role).
    pub async fn revoke(&self, _cx: &Cx<Fleet>, role: &str, permission: &str) -> Result<bool> {
        self.catalog()?.revoke(role, permission).await
    }

    /// Makes a member of a tenant or of the platform, or stores anew what one that is there holds.
    ///
    /// # Errors
    /// `NotFound` if there is no such tenant or role; as [`define_role`](Self::define_role).
    pub async fn add_member(&self, _cx: &Cx<Fleet>, member: Member) -> Result<()> {
        let access = self.catalog()?;
        if let Some(tenant) = &member.tenant {
            Slug::new(tenant).map_err(|_| unknown_tenant(tenant))?;
        }
        access.add_member(&member).await
    }

    /// Removes a member of a tenant, or of the platform; whether there was one. Scopes that were made
    /// before go on.
    ///
    /// # Errors
    /// As [`define_role`](Self::define_role).
    pub async fn remove_member(&self, _cx: &Cx<Fleet>, user_id: &str, tenant: Option<&str>) -> Result<bool> {
        self.catalog()?.remove_member(user_id, tenant).await
    }

    /// Every role by name.
    ///
    /// # Errors
    /// As [`define_role`](Self::define_role).
    pub async fn roles(&self, _cx: &Cx<Fleet>) -> Result<Vec<RoleRecord>> {
        self.catalog()?.roles().await
    }

    /// The members of a tenant, or those of the platform, by user.
    ///
    /// # Errors
    /// As [`define_role`](Self::define_role).
    pub async fn members(&self, _cx: &Cx<Fleet>, tenant: Option<&str>) -> Result<Vec<Member>> {
        self.catalog()?.members(tenant).await
    }

    fn catalog(&self) -> Result<&Arc<CatalogAccess>> {
        self.platform.catalog_access.as_ref().ok_or_else(|| {
            Error::unsupported("the platform keeps no roles of its own: it has no catalog, or another provider")
        })
    }
}
