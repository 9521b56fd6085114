//! What TerminusDB would accept in a schema and then do something else with.

use sqh_derive::{PlatformEnum, PlatformModel, PlatformValue};
use sqh_model::ErrorKind;
use sqh_model::render::terminusdb::schema;
use sqh_model::schema::{FieldDef, GraphKey, LayoutCell, ModelDef, PlatformModel, StorageConfig};
use sqh_model::types::{EnumDef, EnumStorage, FieldType, Id, Link, Shape, TypeDef};

#[track_caller]
fn refused(models: &[&'static ModelDef], model: &str, field: Option<&str>, part: &str) {
    let error = schema(models).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert_eq!((error.model(), error.field()), (Some(model), field), "{error}");
    assert!(error.to_string().contains(part), "{error}");
}

#[test]
fn keys_over_what_may_be_absent_or_many() {
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, key = lexical("name", "tags"))]
    struct OverList {
        id: Id<Self>,
        name: String,
        tags: Vec<String>,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, key = hash("unit"))]
    struct OverOption {
        id: Id<Self>,
        unit: Option<String>,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, key = lexical("value"))]
    struct OverFloat {
        id: Id<Self>,
        value: f64,
    }
    refused(&[OverList::def()], "OverList", Some("tags"), "a key cannot be made of a list of text");
    refused(&[OverOption::def()], "OverOption", Some("unit"), "always there");
    refused(&[OverFloat::def()], "OverFloat", Some("value"), "a key cannot be made of a double precision");
}

#[test]
fn a_key_over_a_field_that_there_is_not() {
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, abstract)]
    struct Named {
        name: String,
    }
    // The derive cannot see the fields of a parent.
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, key = lexical("nmae"))]
    struct Person {
        id: Id<Self>,
        #[field(parent)]
        base: Named,
    }
    refused(&[Person::def()], "Person", Some("nmae"), "a field that there is not");
}

#[test]
fn a_class_that_unfolds_into_itself() {
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, unfoldable)]
    struct Node {
        id: Id<Self>,
        next: Option<Link<Node>>,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, unfoldable)]
    struct Country {
        id: Id<Self>,
        places: Vec<Place>,
    }
    #[derive(PlatformValue)]
    #[platform_value(json, crate = "::sqh_model")]
    struct Place {
        capital: Link<City>,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, unfoldable)]
    struct City {
        id: Id<Self>,
        country: Link<Country>,
    }
    refused(&[Node::def()], "Node", Some("next"), "unfold into itself");
    refused(&[Country::def()], "City", Some("country"), "unfold into itself");
}

#[test]
fn nulls_and_emptiness_that_cannot_be_told() {
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    struct Sample {
        id: Id<Self>,
        readings: Vec<Option<i32>>,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    struct Site {
        id: Id<Self>,
        place: Place,
    }
    #[derive(PlatformValue)]
    #[platform_value(json, crate = "::sqh_model")]
    struct Place {
        names: Option<Vec<String>>,
    }
    refused(&[Sample::def()], "Sample", Some("readings"), "no null inside a collection");
    refused(&[Site::def()], "Place", Some("names"), "without `Option`");
}

#[test]
fn links_to_what_has_no_identity() {
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    struct Account {
        id: Id<Self>,
        contact: Link<Contact>,
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    #[storage(terminusdb, subdocument)]
    struct Contact {
        id: Id<Self>,
    }
    refused(&[Account::def()], "Account", Some("contact"), "make the field a `Contact`");
    refused(&[Contact::def()], "Contact", Some("id"), "no identity of its own");
}

#[test]
fn one_name_for_two_classes() {
    mod other {
        use super::*;

        #[derive(PlatformEnum)]
        #[platform_enum(text, crate = "::sqh_model")]
        pub(super) enum Status {
            Open,
        }
    }
    #[derive(PlatformModel)]
    #[model(group = "crm", crate = "::sqh_model")]
    struct Status {
        id: Id<Self>,
        status: other::Status,
    }
    let error = schema(&[Status::def()]).unwrap_err();
    assert!(error.to_string().contains("both the class `Status`"), "{error}");
}

// The derive accepts neither of these; a definition made otherwise may.
#[test]
fn names_and_enums_of_definitions_made_by_hand() {
    static EMPTY: EnumDef = EnumDef { name: "Never", doc: "", storage: EnumStorage::Text, variants: &[] };
    static LAYOUT: LayoutCell = LayoutCell::new();
    const fn model(name: &'static str, fields: &'static [FieldDef]) -> ModelDef {
        ModelDef { name, rust_path: name, fields, layout: &LAYOUT, ..ModelDef::PLAIN }
    }
    const TEXT: FieldDef = FieldDef { name: "text", column: "text", ty: String::DEF, ..FieldDef::PLAIN };
    static SPACED: ModelDef = model("Two Words", &[]);
    static SPACED_FIELD: ModelDef = model("Note", &[FieldDef { column: "the text", ..TEXT }]);
    static TWICE: ModelDef = model("Twice", &[TEXT, FieldDef { name: "other", ..TEXT }]);
    static EMPTY_ENUM: ModelDef =
        model("State", &[FieldDef { ty: TypeDef { shape: Shape::Enum(&EMPTY), nullable: false }, ..TEXT }]);
    static EMPTY_KEY: ModelDef = ModelDef {
        storage: StorageConfig { graph_key: GraphKey::Lexical(&[]), ..StorageConfig::terminusdb() },
        ..model("Keyless", &[TEXT])
    };
    refused(&[&SPACED], "Two Words", None, "no name for TerminusDB");
    refused(&[&SPACED_FIELD], "Note", Some("text"), "`the text` is no name");
    refused(&[&TWICE], "Twice", Some("other"), "so is `text`");
    refused(&[&EMPTY_ENUM], "Never", None, "an enum without values");
    refused(&[&EMPTY_KEY], "Keyless", None, "made of no fields");
}
