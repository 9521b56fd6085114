//! Each form of a rule, and fields whose names are words of conditions.

use sqh_runtime::prelude::*;
use std::collections::BTreeSet;

// Neither `Copy` nor `Clone` is needed.
#[derive(PlatformEnum)]
pub enum Status {
    Open,
    Locked,
}

#[derive(PlatformValue)]
pub struct Address {
    pub city: String,
    pub place: Place,
}

#[derive(PlatformValue)]
pub struct Place {
    pub status: Option<Status>,
}

type Name = Option<String>;

mod limits {
    pub const LEVEL: i64 = 7;
}

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[policy(allow(read, list) if role("viewer") || owner)]
#[policy(allow(create, update) if role("editor") && team,)]
#[policy(forbid(update, delete) if status == Status::Locked || address.place.status == Status::Locked)]
#[policy(allow(all) if (permission("lab:admin")) && !(!authenticated))]
#[policy(forbid(all) if self.owner == user.name || self.user != None || self.r#type < -1 || false)]
#[policy(allow(read) if [Status::Open].contains(&status) && [1.5, 2.0, -1.0].contains(value))]
#[policy(allow(read) if "a" == r#type_name && user.level >= level && level <= limits::LEVEL)]
#[policy(allow(read) if user.is_staff || user.tags.contains("x") || user.tags.contains(name) || ["a"].contains(user.name))]
#[policy(allow(read) if tags.contains("x") || tags.contains(user.tag) || self.is_public || address.city == "Roma")]
#[policy(allow(read) if price > 3 && price > 2.5 && at >= "2024-01-01T00:00:00Z" && whole == "00000000-0000-0000-0000-000000000000")]
#[policy(allow(delete))]
pub struct Sample {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(owner)]
    created_by: Name,
    #[field(team)]
    lab: i64,
    owner: String,
    user: Option<String>,
    r#type: i16,
    type_name: Name,
    status: Status,
    level: i64,
    value: Option<f64>,
    price: Decimal,
    at: DateTime<Utc>,
    name: Name,
    tags: BTreeSet<String>,
    is_public: Option<bool>,
    address: Option<Address>,
    whole: Link<Sample>,
}

#[derive(PlatformModel)]
#[model(group = "crm")]
#[storage(terminusdb, abstract)]
pub struct Named {
    pub name: String,
}

#[derive(PlatformModel)]
#[model(group = "crm")]
#[policy(allow(all) if name == "x" && region == user.region)]
pub struct Account {
    pub id: Id<Self>,
    #[field(parent)]
    pub named: Named,
    pub region: String,
}

fn main() {
    assert_eq!(Sample::def().policies.len(), 11);
    models![Sample, Account, Named].into_iter().for_each(|def| {
        sqh_runtime::schema::Registry::new([def]).unwrap();
    });
}
