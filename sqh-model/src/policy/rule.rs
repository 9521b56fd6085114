//! [`PolicyRule`], and which rules of a model speak about a verb.

use std::fmt;

use super::condition::Condition;
use super::verb::Verb;
use crate::schema::ModelDef;

/// One `#[policy(…)]` of a model: `allow(read, list) if role("viewer") || owner`.
#[derive(Debug, Clone, Copy)]
pub struct PolicyRule {
    /// Whether it allows or forbids.
    pub effect: Effect,
    /// What it is about, each verb once; [`Verb::ALL`] for `all`.
    pub verbs: &'static [Verb],
    /// When it applies; always where nothing was written.
    pub condition: Condition,
    /// The rule as it was written.
    pub source: &'static str,
}

/// What a rule does where it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Allows, where its condition is true.
    Allow,
    /// Forbids whatever is allowed elsewhere, unless its condition is false.
    Forbid,
}

impl PolicyRule {
    /// Whether the rule is about a verb, by name or by `all`.
    pub fn covers(&self, verb: Verb) -> bool {
        self.verbs.contains(&verb)
    }

    /// Whether it is about every verb: what is written as `all` names none of them.
    fn is_about_all(&self) -> bool {
        Verb::ALL.iter().all(|verb| self.covers(*verb))
    }
}

impl fmt::Display for PolicyRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source)
    }
}

/// The verbs for each of which some `allow` must apply.
///
/// To enumerate records is to read them, so `list` can only narrow `read`, and does so once a rule that
/// allows names it: with `allow(read) if owner` alone, owners also list their records. What forbids
/// `read` or `list` is in the way of enumeration too ([`forbids`]).
pub(super) fn asked(def: &ModelDef, verb: Verb) -> &'static [Verb] {
    let names_list =
        |rule: &PolicyRule| rule.effect == Effect::Allow && rule.covers(Verb::List) && !rule.is_about_all();
    match verb {
        Verb::List if def.policies.iter().any(names_list) => &[Verb::Read, Verb::List],
        Verb::List | Verb::Read => &[Verb::Read],
        Verb::Create => &[Verb::Create],
        Verb::Update => &[Verb::Update],
        Verb::Delete => &[Verb::Delete],
    }
}

/// The rules that allow a verb, in the order in which they are declared.
pub(super) fn allows(def: &ModelDef, verb: Verb) -> impl Iterator<Item = &'static PolicyRule> {
    def.policies.iter().filter(move |rule| rule.effect == Effect::Allow && rule.covers(verb))
}

/// The rules that forbid a verb, in the order in which they are declared.
pub(super) fn forbids(def: &ModelDef, verb: Verb) -> impl Iterator<Item = &'static PolicyRule> {
    let is_about = move |rule: &PolicyRule| rule.covers(verb) || (verb == Verb::List && rule.covers(Verb::Read));
    def.policies.iter().filter(move |rule| rule.effect == Effect::Forbid && is_about(rule))
}
