//! [`AccessContext`]: what rules may ask of a principal.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

/// What the rules of a model may ask of the principal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccessContext {
    /// The user: what `owner` compares with; without one nobody is `authenticated`.
    pub user_id: Option<String>,
    /// The user's team: what `team` compares with.
    pub team_id: Option<String>,
    /// What `role("…")` asks for.
    pub roles: BTreeSet<String>,
    /// What `permission("…")` asks for; `*` at the end stands for any rest.
    pub permissions: BTreeSet<String>,
    /// What `user.…` is. An attribute that is not there is unknown.
    pub attribute_conditions: BTreeMap<String, Json>,
    /// Whether the principal acts on the shared reference database, without a tenant.
    pub is_shared_reference: bool,
}

impl AccessContext {
    /// Whether a permission is held, by its name or by one that ends in `*`.
    ///
    /// ```
    /// use sqh_model::policy::AccessContext;
    ///
    /// let permissions = ["lab:*".to_owned()].into();
    /// let access = AccessContext { permissions, ..AccessContext::default() };
    /// assert!(access.has_permission("lab:admin") && !access.has_permission("crm:admin"));
    /// ```
    pub fn has_permission(&self, permission: &str) -> bool {
        self.permissions.iter().any(|held| match held.strip_suffix('*') {
            Some(prefix) => permission.starts_with(prefix),
            None => held == permission,
        })
    }

    /// Whether the principal has a role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.contains(role)
    }

    /// Whether it is somebody.
    pub fn is_authenticated(&self) -> bool {
        self.user_id.is_some()
    }

    /// An attribute, unless it is absent or null, which is the same.
    pub(super) fn attribute(&self, name: &str) -> Option<&Json> {
        self.attribute_conditions.get(name).filter(|json| !json.is_null())
    }
}
