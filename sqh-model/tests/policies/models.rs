//! One struct under many sets of rules: every operator on every kind of field that has it.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqh_derive::{PlatformEnum, PlatformModel, PlatformValue};
use sqh_model::schema::{ModelDef, PlatformModel as _};
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, PlatformEnum)]
#[platform_enum(native, rename_all = "snake_case", crate = "::sqh_model")]
pub(crate) enum Status {
    Open,
    Locked,
    InReview,
}

#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(crate = "::sqh_model")]
pub(crate) struct Address {
    pub(crate) city: String,
    pub(crate) zip: Option<String>,
    pub(crate) place: Place,
}

#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(crate = "::sqh_model")]
pub(crate) struct Place {
    pub(crate) floor: Option<i16>,
}

/// The struct with the rules behind its name. All have the same fields, so one row serves them all.
macro_rules! samples {
    ($($name:ident: $($rule:tt),+;)*) => {
        $(
            #[derive(Debug, Clone, PartialEq, PlatformModel)]
            #[model(group = "lab", crate = "::sqh_model")]
            #[storage(postgres)]
            $(#[policy $rule])+
            pub(crate) struct $name {
                #[field(primary_key)]
                pub(crate) id: i64,
                #[field(owner)]
                pub(crate) created_by: Option<Uuid>,
                #[field(team)]
                pub(crate) lab: String,
                /// A word of policies: the field is `self.owner`.
                pub(crate) owner: Option<String>,
                pub(crate) status: Status,
                pub(crate) earlier: Option<Status>,
                pub(crate) region: Option<String>,
                pub(crate) level: i32,
                pub(crate) depth: Option<i16>,
                pub(crate) value: Option<f64>,
                pub(crate) price: Decimal,
                pub(crate) is_public: bool,
                pub(crate) is_checked: Option<bool>,
                pub(crate) taken_at: Option<DateTime<Utc>>,
                pub(crate) due: NaiveDate,
                pub(crate) tags: BTreeSet<String>,
                pub(crate) readings: Option<Vec<Option<i32>>>,
                pub(crate) address: Option<Address>,
            }
        )*

        /// Each model under its rules.
        pub(crate) fn all() -> Vec<&'static ModelDef> {
            vec![$($name::def()),*]
        }
    };
}

samples! {
    Viewed: (allow(read, list) if role("viewer") || owner), (allow(create, update) if role("editor") && team),
        (forbid(update, delete) if status == "locked"), (allow(all) if permission("lab:admin"));
    Public: (allow(all));
    Unreachable: (forbid(all) if level > 3);
    Owned: (allow(read) if owner), (allow(create, update, delete) if owner && authenticated);
    Teamed: (allow(all) if team), (forbid(read) if !team || is_checked);
    ByEnum: (allow(all) if status == Status::Open || earlier != "in_review"),
        (forbid(delete) if [Status::Locked, Status::InReview].contains(status)),
        (forbid(update) if earlier < Status::InReview);
    ByText: (allow(all) if region == user.region || self.owner == "ann"), (forbid(list) if region >= "north"),
        (forbid(delete) if self.owner != None);
    ByNumber: (allow(read) if level >= user.level && -3 < depth), (allow(list) if value <= 1.5 || price == 10),
        (allow(update) if user.level > 2 && price < -0.5), (forbid(read) if value > user.limit);
    ByTime: (allow(all) if taken_at < "2024-03-01T00:00:00Z" || due == user.day),
        (forbid(update) if !(due >= "2024-01-01")), (forbid(delete) if taken_at == None);
    ByFlag: (allow(all) if is_public && !is_checked || is_checked == false), (forbid(read) if is_public == user.hides),
        (allow(delete) if user.is_staff);
    BySet: (allow(all) if tags.contains("open") || readings.contains(3)), (forbid(update) if tags.contains(user.region)),
        (forbid(delete) if !readings.contains(user.level));
    ByList: (allow(all) if user.regions.contains(region)), (forbid(update) if user.regions.contains("south")),
        (forbid(delete) if !["north", "south"].contains(region)), (forbid(create) if user.levels.contains(level));
    ByPart: (allow(all) if address.city == user.city || address.place.floor >= 2), (forbid(read) if address.zip == "0"),
        (forbid(update) if address == None), (forbid(delete) if address != None && self.address.zip != None);
    Nested: (allow(all) if !(owner && !(region == "north" || level < 2)) && !(team || status != "open")),
        (forbid(all) if !(role("viewer") || permission("lab:read") && !(region == user.region))), (allow(list) if true),
        (forbid(create) if false || user.name == "eve");
    Mixed: (allow(read, list) if 2 == level || [1, 2, 3].contains(level) && user.level <= level),
        (allow(delete) if [0.5, 1.0].contains(value) || [true].contains(is_checked)),
        (forbid(delete) if ["north", "east"].contains(user.region) || "ann" != user.name);
}
