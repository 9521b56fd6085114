//! Models without rules, and shared models.

use sqh_derive::PlatformModel;
use sqh_model::expr::Filter;
use sqh_model::policy::{AccessContext, Verb, decide, filter, needs};
use sqh_model::schema::{ModelDef, PlatformModel as _};

use crate::people::{ann, permitted};

#[derive(PlatformModel)]
#[model(group = "lab", crate = "::sqh_model")]
#[storage(postgres)]
struct Plain {
    #[field(primary_key)]
    id: i64,
}

#[derive(PlatformModel)]
#[model(group = "ref", crate = "::sqh_model")]
#[storage(postgres, shared)]
struct Unit {
    #[field(primary_key)]
    id: i64,
}

#[derive(PlatformModel)]
#[model(group = "ref", crate = "::sqh_model")]
#[storage(postgres, shared)]
#[policy(allow(read) if authenticated)]
#[policy(allow(create, update) if role("curator"))]
struct Method {
    #[field(primary_key)]
    id: i64,
}

/// What `access` may do to a model without looking at a record; the rules of these models need none.
fn verbs(def: &'static ModelDef, access: &AccessContext) -> Vec<Verb> {
    let may = |verb: &&Verb| {
        let filter = filter(def, **verb, access).expect("the rules can be read");
        let decision = decide(def, **verb, access, &[sqh_model::Value::I64(1)]).expect("the rules can be read");
        assert_eq!(filter == Filter::Everything, decision.allowed, "{verb}: {filter:?}");
        assert_ne!(filter.is_nothing(), decision.allowed, "{verb}: {filter:?}");
        decision.allowed
    };
    Verb::ALL.iter().filter(may).copied().collect()
}

#[test]
fn a_model_without_rules_asks_for_the_permission_of_its_group() {
    let may = |permissions: &[&str]| verbs(Plain::def(), &permitted(ann(), permissions));
    assert_eq!(may(&[]), []);
    assert_eq!(may(&["crm:*", "lab:admin"]), []);
    assert_eq!(may(&["lab:read"]), [Verb::Read]);
    assert_eq!(may(&["lab:list"]), [], "to enumerate records is to read them");
    assert_eq!(may(&["lab:read", "lab:list"]), [Verb::Read, Verb::List]);
    assert_eq!(may(&["lab:create", "lab:delete"]), [Verb::Create, Verb::Delete]);
    assert_eq!(may(&["lab:*"]), Verb::ALL);
}

#[test]
fn a_shared_model_without_rules_is_read_by_whoever_is_authenticated() {
    assert_eq!(verbs(Unit::def(), &AccessContext::default()), []);
    assert_eq!(verbs(Unit::def(), &ann()), [Verb::Read, Verb::List]);
    assert_eq!(verbs(Unit::def(), &permitted(ann(), &["ref:*"])), [Verb::Read, Verb::List]);
    assert_eq!(verbs(Unit::def(), &permitted(ann(), &["shared_reference:write"])), Verb::ALL);
}

#[test]
fn a_write_to_a_shared_model_needs_its_permission_besides_a_rule() {
    let curator = crate::people::in_roles(ann(), &["curator"]);
    assert_eq!(verbs(Method::def(), &curator), [Verb::Read, Verb::List]);
    let writer = permitted(ann(), &["shared_reference:write"]);
    assert_eq!(verbs(Method::def(), &writer), [Verb::Read, Verb::List]);
    let both = permitted(curator, &["shared_reference:*"]);
    assert_eq!(verbs(Method::def(), &both), [Verb::Read, Verb::List, Verb::Create, Verb::Update]);
}

#[test]
fn what_a_verb_needs_is_said() {
    let said = |def: &'static ModelDef, verb: Verb| needs(def, verb).to_string();
    assert_eq!(said(Plain::def(), Verb::Read), "the permission `lab:read`, as there are no policies");
    assert_eq!(said(Plain::def(), Verb::List), "the permission `lab:list` and `lab:read`, as there are no policies");
    assert_eq!(said(Unit::def(), Verb::List), "to be authenticated, as there are no policies");
    assert_eq!(said(Unit::def(), Verb::Create), "the permission `shared_reference:write`, as there are no policies");
    assert_eq!(said(Method::def(), Verb::List), "`allow(read) if authenticated`");
    assert_eq!(
        said(Method::def(), Verb::Update),
        "the permission `shared_reference:write`, and `allow(create, update) if role(\"curator\")`"
    );
    assert_eq!(
        said(Method::def(), Verb::Delete),
        "the permission `shared_reference:write`, and a rule that allows `delete`, and there is none"
    );
    assert!(needs(Plain::def(), Verb::Read).is_default() && !needs(Method::def(), Verb::Read).is_default());
}
