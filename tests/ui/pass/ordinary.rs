//! The models of a small platform: a table, a shared table, a graph record, an enum, a value.
#![deny(missing_docs, unused)]
#![forbid(unsafe_code)]

use sqh_runtime::prelude::*;

/// A result of a laboratory.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, high_volume, partition_by = "created_at")]
pub struct AppLabResult {
    /// The key.
    #[field(primary_key)]
    pub id: Uuid,
    /// Which test.
    pub test_type: String,
    /// What was measured.
    pub value: f64,
    /// In which unit.
    pub unit: Option<String>,
    /// Labels.
    pub tags: BTreeSet<String>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "crm")]
pub struct AppCrmAccount {
    /// The identity.
    pub id: Id<Self>,
    /// The name.
    pub name: String,
    /// Its state.
    pub status: Status,
    /// Where it is.
    pub address: Option<Address>,
    /// One column all the same.
    pub parcel: Option<Parcel>,
}

/// A state.
#[derive(Debug, Clone, Copy, PartialEq, PlatformEnum)]
#[platform_enum(native, rename_all = "snake_case")]
pub enum Status {
    /// At work.
    Active,
    /// Gone.
    InActive,
}

/// An address.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
pub struct Address {
    /// The street.
    pub street: String,
    /// The place.
    pub place: Place,
}

/// A piece of land: flattened, with one column.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(flatten)]
pub struct Parcel {
    /// Its number in the register.
    pub number: i32,
}

/// A place.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(json)]
pub struct Place {
    /// The town.
    pub town: Option<Town>,
}

/// A town.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
pub struct Town(pub String);

fn main() {
    let result = AppLabResult {
        id: Uuid::nil(),
        test_type: "ph".to_owned(),
        value: 7.1,
        unit: None,
        tags: BTreeSet::new(),
        created_at: DateTime::UNIX_EPOCH,
    };
    let row = sqh_runtime::row::to_row(result.clone()).expect("it can be held");
    assert_eq!(row.len(), 6);
    assert_eq!(sqh_runtime::row::from_row::<AppLabResult>(row).expect("it was written"), result);
    let def = AppLabResult::def();
    assert_eq!((def.table, def.group, def.doc), ("app_lab_result", "lab", "A result of a laboratory."));
    assert!(def.rust_path.ends_with("::AppLabResult"));
    let _ = AppLabResult::VALUE.gt(3.5).and(AppLabResult::UNIT.eq("mg/l"));

    let account = AppCrmAccount {
        id: Id::from_key("acme"),
        name: "Acme".to_owned(),
        status: Status::InActive,
        address: Some(Address { street: "Main".to_owned(), place: Place { town: Some(Town("Basel".to_owned())) } }),
        parcel: Some(Parcel { number: 7 }),
    };
    let row = sqh_runtime::row::to_row(account.clone()).expect("it can be held");
    assert_eq!(row.len(), 6, "a flattened value has a column for each field");
    assert_eq!(row[2], sqh_runtime::Value::Text("in_active".to_owned()));
    assert_eq!(sqh_runtime::row::from_row::<AppCrmAccount>(row).expect("it was written"), account);
    let none = AppCrmAccount { address: None, parcel: None, ..account };
    let row = sqh_runtime::row::to_row(none.clone()).expect("it can be held");
    assert_eq!(sqh_runtime::row::from_row::<AppCrmAccount>(row).expect("it was written"), none);
}
