//! What only SQL can say.

use sqh_runtime::prelude::*;

/// A check and a default in SQL.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "sql")]
#[storage(postgres)]
pub struct Priced {
    /// The key.
    #[field(primary_key)]
    pub id: i32,
    /// Never negative.
    #[field(check = "price >= 0")]
    pub price: i32,
    /// Set by the database.
    #[field(default_sql = "'EUR'")]
    pub currency: String,
}

/// A partial unique index: one open coupon for each owner.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "sql")]
#[storage(postgres)]
#[index(columns = ["holder"], unique, where = "open")]
pub struct Coupon {
    /// The key.
    #[field(primary_key)]
    pub id: i32,
    /// Whose it is.
    pub holder: String,
    /// Whether it can be used.
    pub open: bool,
}

/// A generated column.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "sql")]
#[storage(postgres)]
pub struct Tagged {
    /// The key.
    #[field(primary_key)]
    pub id: i32,
    /// As it was written.
    pub tag: String,
    /// The same in lower case.
    #[field(generated = "lower(tag)")]
    pub folded: Option<String>,
}
