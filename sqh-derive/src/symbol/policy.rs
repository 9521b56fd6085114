//! The words of `#[policy(…)]`, and those of other languages that mean them.

/// The attribute's name.
pub(crate) const POLICY: &str = "policy";
pub(crate) const ALLOW: &str = "allow";
/// What a rule begins with.
pub(crate) const EFFECTS: &[&str] = &[ALLOW, "forbid"];
/// Every verb.
pub(crate) const ALL: &str = "all";
pub(crate) const LIST: &str = "list";
pub(crate) const READ: &str = "read";
pub(crate) const VERBS: &[&str] = &[READ, LIST, "create", "update", "delete", ALL];
/// The functions of conditions.
pub(crate) const FUNCTIONS: &[&str] = &["role", "permission"];
/// The words of conditions; a field of such a name is `self.…`.
pub(crate) const RESERVED: &[&str] = &["owner", "team", "user", "role", "permission", "authenticated"];

/// A word that is none, and what to write instead.
type PolicyMisnomer = (&'static str, &'static str);

/// What to write instead of a word, if it is known.
pub(crate) fn policy_misnomer(table: &[PolicyMisnomer], name: &str) -> Option<&'static str> {
    table.iter().find(|(word, _)| *word == name).map(|(_, advice)| *advice)
}

pub(crate) const EFFECT_MISNOMERS: &[PolicyMisnomer] = &[
    ("deny", "write `forbid`"),
    ("disallow", "write `forbid`"),
    ("refuse", "write `forbid`"),
    ("reject", "write `forbid`"),
    ("block", "write `forbid`"),
    ("permit", "write `allow`"),
    ("grant", "write `allow`"),
    ("can", "write `allow`"),
];

pub(crate) const VERB_MISNOMERS: &[PolicyMisnomer] = &[
    ("write", "write `create, update, delete`"),
    ("modify", "write `create, update, delete`, or those of them that are meant"),
    ("get", "write `read`"),
    ("view", "write `read`"),
    ("select", "write `read, list`"),
    ("search", "write `read, list`"),
    ("count", "write `read, list`"),
    ("stream", "write `read, list`"),
    ("insert", "write `create`"),
    ("add", "write `create`"),
    ("edit", "write `update`"),
    ("upsert", "write `create, update`"),
    ("remove", "write `delete`"),
    ("any", "write `all`"),
    ("everything", "write `all`"),
];

pub(crate) const CONDITION_MISNOMERS: &[PolicyMisnomer] = &[
    ("has_role", "write `role(\"…\")`"),
    ("is_role", "write `role(\"…\")`"),
    ("has_permission", "write `permission(\"…\")`"),
    ("can", "write `permission(\"…\")`"),
    ("may", "write `permission(\"…\")`"),
    ("is_owner", "write `owner`"),
    ("is_team", "write `team`"),
    ("is_authenticated", "write `authenticated`"),
    ("logged_in", "write `authenticated`"),
    ("anonymous", "write `!authenticated`"),
    ("public", "leave `if` out for a rule that always applies"),
    ("always", "leave `if` out for a rule that always applies"),
    ("principal", "attributes are those of `user`, such as `user.region`"),
    ("current_user", "attributes are those of `user`, such as `user.region`"),
    ("record", "a field stands by its name, or as `self.field`"),
    ("this", "a field stands by its name, or as `self.field`"),
    ("null", "write `None`"),
    ("NULL", "write `None`"),
];

pub(crate) const OPERATOR_MISNOMERS: &[PolicyMisnomer] = &[
    ("and", "write `&&` for `and`"),
    ("or", "write `||` for `or`"),
    ("is", "write `== None` for `is null`, and `==` for other values"),
    ("like", "a policy knows no patterns: compare by `==`, or write `[\"a\", \"b\"].contains(field)`"),
    ("unless", "write `&& !(…)` for `unless`"),
    ("in", "write `[\"a\", \"b\"].contains(field)` or `user.list.contains(field)` for `in`"),
];

pub(crate) const METHOD_MISNOMERS: &[PolicyMisnomer] = &[
    ("is_none", "write `== None`"),
    ("is_null", "write `== None`"),
    ("is_some", "write `!= None`"),
    ("is_not_null", "write `!= None`"),
    ("eq", "write `==`"),
    ("ne", "write `!=`"),
    ("lt", "write `<`"),
    ("gt", "write `>`"),
    ("any", "write `contains`"),
    ("has", "write `contains`"),
    ("includes", "write `contains`"),
    ("is_in", "write `[\"a\", \"b\"].contains(field)`"),
    ("one_of", "write `[\"a\", \"b\"].contains(field)`"),
    ("to_string", "a field compares as it is: leave this out"),
    ("to_owned", "a value compares as it is: leave this out"),
    ("as_str", "a field compares as it is: leave this out"),
];
