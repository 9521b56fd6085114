//! What a verb needs of a principal, for a person; and what a model without policies does.

use std::fmt;

use super::SHARED_REFERENCE_WRITE;
use super::access::AccessContext;
use super::decide::{Decision, Reason};
use super::rule::{self, PolicyRule};
use super::verb::Verb;
use crate::schema::ModelDef;

/// What a verb needs, as `sqh doctor access` prints it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Needs {
    /// The model has no policies: all of these permissions.
    Permissions(Vec<String>),
    /// The model is shared and has no policies: somebody who is authenticated.
    Authenticated,
    /// The rules of the model.
    Rules {
        /// A permission that is needed besides.
        permission: Option<&'static str>,
        /// For each of these verbs one of its rules must apply.
        allow: Vec<(Verb, Vec<&'static PolicyRule>)>,
        /// None of these may apply.
        forbid: Vec<&'static PolicyRule>,
    },
}

impl Needs {
    /// Whether the model has no policies of its own.
    pub fn is_default(&self) -> bool {
        !matches!(self, Self::Rules { .. })
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permissions(permissions) => {
                write!(f, "the permission `{}`, as there are no policies", permissions.join("` and `"))
            }
            Self::Authenticated => f.write_str("to be authenticated, as there are no policies"),
            Self::Rules { permission, allow, forbid } => {
                let rules = |rules: &[&PolicyRule], word: &str| {
                    rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(word)
                };
                let permission = permission.map(|permission| format!("the permission `{permission}`"));
                let allow = allow.iter().map(|(verb, allow)| match allow.as_slice() {
                    [] => format!("a rule that allows `{verb}`, and there is none"),
                    allow => rules(allow, " or "),
                });
                let forbid = (!forbid.is_empty()).then(|| format!("not {}", rules(forbid, " or ")));
                let parts: Vec<_> = permission.into_iter().chain(allow).chain(forbid).collect();
                f.write_str(&parts.join(", and "))
            }
        }
    }
}

/// What `verb` needs on the records of `def`.
pub fn needs(def: &'static ModelDef, verb: Verb) -> Needs {
    if def.policies.is_empty() {
        return match def.storage.shared && !verb.is_write() {
            true => Needs::Authenticated,
            false => Needs::Permissions(default_permissions(def, verb)),
        };
    }
    Needs::Rules {
        permission: is_shared_write(def, verb).then_some(SHARED_REFERENCE_WRITE),
        allow: rule::asked(def, verb).iter().map(|verb| (*verb, rule::allows(def, *verb).collect())).collect(),
        forbid: rule::forbids(def, verb).collect(),
    }
}

/// What a model without policies does: `allow(all)` by the permission of the group and the verb. What is
/// shared is read by whoever is authenticated.
pub(super) fn default_decision(def: &'static ModelDef, verb: Verb, access: &AccessContext) -> Decision {
    if def.storage.shared && !verb.is_write() {
        return Decision { allowed: access.is_authenticated(), reason: Reason::SharedReference };
    }
    let mut permissions = default_permissions(def, verb);
    let missing = permissions.iter().position(|permission| !access.has_permission(permission));
    let deciding = permissions.swap_remove(missing.unwrap_or_default());
    Decision { allowed: missing.is_none(), reason: Reason::DefaultPermission(deciding) }
}

/// Never empty. To enumerate is to read, and the first one is the verb's own.
fn default_permissions(def: &ModelDef, verb: Verb) -> Vec<String> {
    let of = |verb: Verb| format!("{}:{verb}", def.group);
    match verb {
        _ if is_shared_write(def, verb) => vec![SHARED_REFERENCE_WRITE.to_owned()],
        Verb::List => vec![of(Verb::List), of(Verb::Read)],
        verb => vec![of(verb)],
    }
}

/// Whether the model is shared, the verb writes, and the permission for that is not held.
pub(super) fn lacks_shared_write(def: &ModelDef, verb: Verb, access: &AccessContext) -> bool {
    is_shared_write(def, verb) && !access.has_permission(SHARED_REFERENCE_WRITE)
}

fn is_shared_write(def: &ModelDef, verb: Verb) -> bool {
    def.storage.shared && verb.is_write()
}
