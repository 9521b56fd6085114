//! [`Condition`]: when a rule applies, as the derive writes it.

use crate::error::Result;
use crate::expr::Comparison;
use crate::value::Value;

/// When a rule applies. Fields are named by their path of Rust names.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
#[allow(missing_docs, reason = "`field` is a path, `attribute` a name, and the variants say what the rest is")]
pub enum Condition {
    /// `true`, `false`, and `true` where no condition is written.
    Constant(bool),
    /// `a && b`
    All(&'static [Condition]),
    /// `a || b`
    Any(&'static [Condition]),
    /// `!a`
    Not(&'static Condition),
    /// `role("…")`
    Role(&'static str),
    /// `permission("…")`
    Permission(&'static str),
    /// `authenticated`
    Authenticated,
    /// `owner`: the field marked so holds the user.
    Owner { field: &'static str },
    /// `team`: the field marked so holds the user's team.
    Team { field: &'static str },
    /// `field == None`
    IsNull { field: &'static str },
    /// `field == "…"`, `field < user.attribute`
    Compare { field: &'static str, comparison: Comparison, with: Term },
    /// `field.contains("…")`
    Contains { field: &'static str, element: Term },
    /// `["…", "…"].contains(field)`
    Among { field: &'static str, values: &'static [Term] },
    /// `user.attribute.contains(field)`
    AmongAttribute { field: &'static str, attribute: &'static str },
    /// `user.attribute == "…"`
    Attribute { attribute: &'static str, comparison: Comparison, with: Term },
    /// `user.attribute.contains("…")`
    AttributeContains { attribute: &'static str, element: Term },
}

/// What a field or an attribute is compared with.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Term {
    /// A string: text, a uuid, a time, an enum's stored name.
    Text(&'static str),
    /// A number, as its digits.
    Number(&'static str),
    /// `true`, `false`
    Bool(bool),
    /// A value that Rust names, such as `Status::Locked`.
    Value(fn() -> Result<Value>),
    /// `user.attribute`
    Attribute(&'static str),
}

impl Condition {
    /// Sees each condition in the tree, from the outside in.
    pub(super) fn visit(&self, see: &mut impl FnMut(&Self)) {
        see(self);
        match self {
            Self::All(conditions) | Self::Any(conditions) => {
                conditions.iter().for_each(|condition| condition.visit(see));
            }
            Self::Not(condition) => condition.visit(see),
            _ => {}
        }
    }
}
