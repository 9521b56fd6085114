//! Each word of the grammar that a TerminusDB model knows, and what it becomes in the definition.
#![deny(missing_docs, unused, unreachable_pub)]

use sqh_runtime::prelude::*;
use sqh_runtime::row::{from_row, to_row};
use sqh_runtime::schema::GraphKey;

/// What has a name.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm")]
#[storage(terminusdb, abstract)]
pub struct Named {
    /// The name.
    #[field(search = "B", max_len = 80)]
    pub name: String,
    /// Other names.
    #[field(rename = "aka", renamed_from = "nicknames", default = Vec::new())]
    pub aliases: Vec<String>,
}

/// Anything: a class that gives others no more than a name.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm")]
#[storage(abstract)]
pub struct Thing {}

/// An account.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm")]
#[storage(terminusdb, key = lexical("region", "number"), unfoldable)]
#[has_many(name = "contacts", model = Contact, via = account)]
pub struct Account {
    /// The identity.
    pub id: Id<Self>,
    /// What it inherits.
    #[field(parent)]
    pub named: Named,
    /// The region.
    pub region: String,
    /// The number.
    pub number: i32,
    /// Where.
    pub addresses: Vec<Address>,
    /// The one that owns it.
    pub holding: Option<Link<Account>>,
    /// Who.
    #[field(owner)]
    pub owner: String,
    /// Which team.
    #[field(team)]
    pub team: Option<String>,
    /// How often it was written.
    #[field(version)]
    pub version: i32,
    /// Made.
    #[field(created_at)]
    pub created_at: DateTime<Utc>,
    /// Written.
    #[field(updated_at)]
    pub updated_at: DateTime<Utc>,
    /// Not for everybody.
    #[field(redact = permission("crm:vat"))]
    pub vat: Option<String>,
    /// Not stored.
    #[field(skip)]
    pub open: bool,
}

/// A contact.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm")]
#[storage(key = hash("account"))]
pub struct Contact {
    /// The identity.
    pub id: Id<Contact>,
    /// Of which account.
    pub account: Link<Account>,
}

/// An address.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm")]
#[storage(terminusdb, subdocument, key = value_hash)]
pub struct Address {
    /// The city.
    pub city: String,
}

/// A note, by default a graph record with a random key.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm")]
pub struct Note {
    /// The identity.
    pub id: Id<Self>,
}

/// Also a random key.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm")]
#[storage(terminusdb, key = random)]
pub struct Remark {
    /// The identity.
    pub id: Id<Self>,
}

fn main() {
    let def = Account::def();
    assert_eq!(def.storage.backend, StorageBackend::TerminusDb);
    assert_eq!(def.storage.graph_key, GraphKey::Lexical(&["region", "number"]));
    assert!(def.storage.is_unfoldable && Named::def().storage.is_abstract && Address::def().storage.is_subdocument);
    assert_eq!(Contact::def().storage.graph_key, GraphKey::Hash(&["account"]));
    assert_eq!(Address::def().storage.graph_key, GraphKey::ValueHash);
    assert_eq!(Note::def().storage, StorageConfig::terminusdb());
    assert_eq!(Remark::def().storage, StorageConfig::terminusdb());
    assert_eq!(def.parent().map(|parent| parent.name), Some("Named"));
    assert!(Thing::def().fields.is_empty());
    let [contacts] = def.has_many else { panic!("one relation") };
    assert_eq!(((contacts.model)().name, contacts.via), ("Contact", "account"));
    let paths: Vec<&str> = def.layout().columns().iter().map(|column| column.path.as_str()).collect();
    assert_eq!(&paths[..4], ["id", "name", "aliases", "region"]);
    assert_eq!(def.layout().key(), [0]);

    let account = Account {
        id: Id::from_key("1"),
        named: Named { name: "Acme".to_owned(), aliases: vec!["A".to_owned()] },
        region: "eu".to_owned(),
        number: 1,
        addresses: vec![Address { city: "Basel".to_owned() }],
        holding: Some(Link(Id::from_key("0"))),
        owner: "ann".to_owned(),
        team: None,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        vat: None,
        open: false,
    };
    let row = to_row(account.clone()).expect("it can be held");
    assert_eq!(row.len(), def.layout().columns().len());
    assert_eq!(from_row::<Account>(row).expect("it was written"), account);
    let _ = Account::REGION.eq("eu");
}
