//! [`CatalogAccess`]: roles, what they permit and who has them, in the platform's own catalog.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqh_model::{Error, Result};

use super::TenantDatabaseManager;
use crate::backend::postgres::admin::access;
use crate::fast_map::FastMap;
use crate::scope::{AccessProvider, Grants};

/// How long an answer is believed. What this process changes is forgotten at once; this is for what
/// others change.
const BELIEVED_FOR: Duration = Duration::from_secs(10);

/// How many answers are remembered at most.
const CAPACITY: usize = 65_536;

/// Roles, what they permit and who has them, in the platform's own catalog. A platform has one unless
/// it is built with another [`AccessProvider`].
#[derive(Debug)]
pub struct CatalogAccess {
    manager: Arc<TenantDatabaseManager>,
    known: RwLock<Known>,
}

/// A member of a tenant, or of the platform.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Member {
    /// The user.
    pub user_id: String,
    /// The tenant, by its slug. With none the rest holds in the shared scope, and in each tenant that
    /// the user may enter for another reason: it opens none.
    pub tenant: Option<String>,
    /// The user's team there.
    pub team_id: Option<String>,
    /// The user's roles there.
    pub roles: BTreeSet<String>,
    /// What policies may ask of the user there.
    pub attributes: BTreeMap<String, serde_json::Value>,
}

/// A role, and what those who have it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRecord {
    /// The name, as policies write it in `role("…")`.
    pub name: String,
    /// The permissions.
    pub permissions: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Known {
    /// Counts the changes of this process: what was read before one is not remembered after it.
    changes: u64,
    answers: FastMap<Question, Answer>,
}

/// What a user holds, in a tenant or outside of tenants.
type Question = (String, Option<String>);

/// When it was asked, and what the catalog said.
type Answer = (Instant, Option<Arc<Grants>>);

impl CatalogAccess {
    /// In the catalog of some databases.
    pub(crate) fn new(manager: Arc<TenantDatabaseManager>) -> Self {
        Self { manager, known: RwLock::default() }
    }

    /// Makes a role with just these permissions, or gives one that is there just these.
    pub(crate) async fn define_role(&self, role: &str, permissions: &BTreeSet<String>) -> Result<()> {
        check_name("role", role)?;
        permissions.iter().try_for_each(|permission| check_name("permission", permission))?;
        let mut transaction = self.manager.catalog().begin().await?;
        access::add_role(transaction.connection(), role).await?;
        access::clear_role(transaction.connection(), role).await?;
        for permission in permissions {
            access::grant(transaction.connection(), role, permission).await?;
        }
        transaction.commit().await?;
        self.forget();
        Ok(())
    }

    /// Removes a role, also from those who have it; whether there was one.
    pub(crate) async fn remove_role(&self, role: &str) -> Result<bool> {
        let mut transaction = self.manager.catalog().begin().await?;
        let removed = access::remove_role(transaction.connection(), role).await?;
        transaction.commit().await?;
        self.forget();
        Ok(removed)
    }

    /// Gives a role a permission more.
    pub(crate) async fn grant(&self, role: &str, permission: &str) -> Result<()> {
        check_name("permission", permission)?;
        let mut transaction = self.manager.catalog().begin().await?;
        access::grant(transaction.connection(), role, permission).await?;
        transaction.commit().await?;
        self.forget();
        Ok(())
    }

    /// Takes a permission from a role; whether it had it.
    pub(crate) async fn revoke(&self, role: &str, permission: &str) -> Result<bool> {
        let mut transaction = self.manager.catalog().begin().await?;
        let revoked = access::revoke(transaction.connection(), role, permission).await?;
        transaction.commit().await?;
        self.forget();
        Ok(revoked)
    }

    /// Makes a member, or stores anew what one that is there holds.
    pub(crate) async fn add_member(&self, member: &Member) -> Result<()> {
        check_name("user", &member.user_id)?;
        let mut transaction = self.manager.catalog().begin().await?;
        access::put_member(transaction.connection(), member).await?;
        transaction.commit().await?;
        self.forget();
        Ok(())
    }

    /// Removes a member; whether there was one.
    pub(crate) async fn remove_member(&self, user_id: &str, tenant: Option<&str>) -> Result<bool> {
        let mut transaction = self.manager.catalog().begin().await?;
        let removed = access::remove_member(transaction.connection(), user_id, tenant).await?;
        transaction.commit().await?;
        self.forget();
        Ok(removed)
    }

    /// Every role by name.
    pub(crate) async fn roles(&self) -> Result<Vec<RoleRecord>> {
        let mut transaction = self.manager.catalog().begin().await?;
        let roles = access::roles(transaction.connection()).await?;
        transaction.commit().await.map(|()| roles)
    }

    /// The members of a tenant, or those of the platform, by user.
    pub(crate) async fn members(&self, tenant: Option<&str>) -> Result<Vec<Member>> {
        let mut transaction = self.manager.catalog().begin().await?;
        let members = access::members(transaction.connection(), tenant).await?;
        transaction.commit().await.map(|()| members)
    }

    async fn read(&self, user_id: &str, tenant: Option<&str>) -> Result<Option<Arc<Grants>>> {
        let key = (user_id.to_owned(), tenant.map(str::to_owned));
        let changes = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, grants)) = known.answers.get(&key).filter(|(since, _)| since.elapsed() < BELIEVED_FOR) {
                return Ok(grants.clone());
            }
            known.changes
        };
        let since = Instant::now();
        let mut transaction = self.manager.catalog().begin().await?;
        let grants = access::grants(transaction.connection(), user_id, tenant).await?.map(Arc::new);
        transaction.commit().await?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.changes == changes {
            if known.answers.len() >= CAPACITY {
                known.answers.clear();
            }
            known.answers.insert(key, (since, grants.clone()));
        }
        Ok(grants)
    }

    fn forget(&self) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.changes += 1;
        known.answers.clear();
    }
}

impl AccessProvider for CatalogAccess {
    fn grants<'a>(&'a self, user_id: &'a str, tenant: Option<&'a str>) -> BoxFuture<'a, Result<Option<Arc<Grants>>>> {
        self.read(user_id, tenant).boxed()
    }
}

fn check_name(what: &str, name: &str) -> Result<()> {
    if name.trim().is_empty() || name.contains('\0') {
        return Err(Error::invalid(format!("{name:?} is no name of a {what}")));
    }
    Ok(())
}
