//! Principals for the tests.

use serde_json::{Value as Json, json};
use sqh_model::policy::AccessContext;

/// The user that owns the records of the tests.
pub(crate) const ANN: &str = "0190163d-8694-739b-aea5-966c26f8ad91";

/// A principal with a user id.
pub(crate) fn ann() -> AccessContext {
    AccessContext { user_id: Some(ANN.to_owned()), ..AccessContext::default() }
}

/// The same principal with one attribute more.
pub(crate) fn with(mut access: AccessContext, attribute: &str, json: Json) -> AccessContext {
    access.attribute_conditions.insert(attribute.to_owned(), json);
    access
}

/// The same principal with roles.
pub(crate) fn in_roles(mut access: AccessContext, roles: &[&str]) -> AccessContext {
    access.roles.extend(roles.iter().map(|role| (*role).to_owned()));
    access
}

/// The same principal with permissions.
pub(crate) fn permitted(mut access: AccessContext, permissions: &[&str]) -> AccessContext {
    access.permissions.extend(permissions.iter().map(|permission| (*permission).to_owned()));
    access
}

/// The same principal in a team.
pub(crate) fn of_team(access: AccessContext, team: &str) -> AccessContext {
    AccessContext { team_id: Some(team.to_owned()), ..access }
}

#[test]
fn a_permission_may_stand_for_many() {
    let access = permitted(ann(), &["lab:*", "crm:read"]);
    for (permission, expected) in
        [("lab:read", true), ("lab:", true), ("lab", false), ("crm:read", true), ("crm:readers", false), ("x", false)]
    {
        assert_eq!(access.has_permission(permission), expected, "{permission}");
    }
    assert!(permitted(ann(), &["*"]).has_permission("anything"));
    assert!(!in_roles(ann(), &["a*"]).has_role("ab"), "a role is one name");
    assert!(with(ann(), "x", json!(1)).attribute_conditions.contains_key("x"));
}
