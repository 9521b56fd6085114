//! What a registry says of rules that the compiler could not check, and what the table holds.

use chrono::{DateTime, NaiveDate, Utc};
use sqh_derive::PlatformModel;
use sqh_model::policy::{AccessContext, Condition, Effect, PolicyRule, Verb, filter};
use sqh_model::schema::{LayoutCell, ModelDef, PlatformModel as _, Registry};

use crate::models::{self, Viewed};

#[derive(PlatformModel)]
#[model(group = "lab", crate = "::sqh_model")]
#[storage(postgres)]
#[policy(allow(read) if due < "tomorrow" || taken_at > "2024-01-01")]
#[policy(allow(read) if taken_at > "2024-01-01T00:00:00Z" || due == "2024-02-29")]
struct Late {
    #[field(primary_key)]
    id: i64,
    due: NaiveDate,
    taken_at: DateTime<Utc>,
}

#[test]
fn a_text_that_is_no_time_is_found_when_the_model_is_registered() {
    let said = Registry::new([Late::def()]).unwrap_err().to_string();
    let rule = "the policy `allow(read) if due < \"tomorrow\" || taken_at > \"2024-01-01\"`";
    assert_eq!(said.matches(rule).count(), 2, "{said}");
    assert!(said.contains("`due`") && said.contains("`taken_at`") && said.contains("Late"), "{said}");
    let error = filter(Late::def(), Verb::Read, &AccessContext::default()).unwrap_err();
    assert!(error.to_string().contains("Late"), "{error}");
}

#[test]
fn the_models_of_these_tests_are_in_order() {
    for def in models::all() {
        Registry::new([def]).unwrap_or_else(|error| panic!("{error}"));
        assert!(!def.policies.is_empty());
    }
}

#[test]
fn a_rule_written_by_hand_on_a_field_that_is_not_there_is_found() {
    static LAYOUT: LayoutCell = LayoutCell::new();
    static RULES: [PolicyRule; 1] = [PolicyRule {
        effect: Effect::Allow,
        verbs: Verb::ALL,
        condition: Condition::IsNull { field: "valeu" },
        source: "allow(all) if valeu == None",
    }];
    static DEF: ModelDef =
        ModelDef { name: "Hand", rust_path: "hand", policies: &RULES, layout: &LAYOUT, ..ModelDef::PLAIN };
    let said = Registry::new([&DEF]).unwrap_err().to_string();
    assert!(said.contains("valeu"), "{said}");
}

#[test]
fn the_table_holds_the_rules_as_they_are_written() {
    let [read, write, locked, admin] = Viewed::def().policies else { panic!("four rules") };
    assert_eq!(read.source, "allow(read, list) if role(\"viewer\") || owner");
    assert_eq!((read.effect, read.verbs), (Effect::Allow, &[Verb::Read, Verb::List][..]));
    assert!(matches!(write.condition, Condition::All([Condition::Role("editor"), Condition::Team { field: "lab" }])));
    assert_eq!(locked.effect, Effect::Forbid);
    assert!(matches!(locked.condition, Condition::Compare { field: "status", .. }));
    assert_eq!((admin.verbs, admin.to_string().as_str()), (Verb::ALL, "allow(all) if permission(\"lab:admin\")"));
}
