//! [`Identity`]: what an application knows of a user.

use std::collections::{BTreeMap, BTreeSet};

use sqh_model::Result;

/// What an application knows of a user once it has authenticated them. What it does not say here may
/// come from an [`AccessProvider`](super::AccessProvider); by themselves, users may enter no tenant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Identity {
    /// The user.
    pub user_id: String,
    /// The user's team.
    pub team_id: Option<String>,
    /// What policies ask for by `role("…")`.
    pub roles: BTreeSet<String>,
    /// What the user may do, such as `lab:create`; `*` at the end stands for any rest.
    pub permissions: BTreeSet<String>,
    /// What policies may ask of the user.
    pub attributes: BTreeMap<String, serde_json::Value>,
    /// Which tenants the user may enter.
    pub tenants: Membership,
}

/// Which tenants a user may enter. The default is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Membership {
    /// These, by their slugs.
    Only(BTreeSet<String>),
    /// Every tenant, now and later: for support and operation.
    Every,
}

impl Membership {
    /// Only these tenants.
    pub fn of<S: Into<String>>(tenants: impl IntoIterator<Item = S>) -> Self {
        Self::Only(tenants.into_iter().map(Into::into).collect())
    }

    /// Whether the tenant of a slug may be entered.
    pub fn includes(&self, tenant: &str) -> bool {
        match self {
            Self::Only(tenants) => tenants.contains(tenant),
            Self::Every => true,
        }
    }
}

impl Default for Membership {
    fn default() -> Self {
        Self::Only(BTreeSet::new())
    }
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
