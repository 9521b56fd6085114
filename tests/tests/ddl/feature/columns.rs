//! What a field's attributes say of its column.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "columns", models: models![AppOrder].into() }
}

/// An order's "line".
///
/// It's written on two lines, with a \ in it.
#[derive(PlatformModel)]
#[model(group = "shop")]
#[storage(postgres, table = "order")]
struct AppOrder {
    /// The key.
    #[field(primary_key, default_sql = "gen_random_uuid()")]
    id: Uuid,
    /// A keyword, and a "quoted" word.
    #[field(column = "select", max_len = 20)]
    choice: String,
    r#type: Option<String>,
    #[field(sql_type = "numeric(9, 2)", check = "price >= 0 AND price BETWEEN -1 AND 1000000")]
    price: Decimal,
    #[field(sql_type = "varchar(7) COLLATE \"POSIX\"")]
    foreign_order: String,
    #[field(default = 1, check = "quantity > 0")]
    quantity: i32,
    #[field(default = -40)]
    coldest: i64,
    #[field(default = 0.25)]
    rate: f64,
    #[field(default = "it's new")]
    state: String,
    #[field(default = true)]
    open: bool,
    #[field(default = BTreeSet::new())]
    no_tags: BTreeSet<String>,
    #[field(default = vec!["a".to_owned(), "b, c".to_owned()])]
    tags: Vec<String>,
    // Made anew by each call: no literal.
    #[field(default = Uuid::new_v4())]
    token: Uuid,
    #[field(default_sql = "now() + interval '30 days'")]
    due: DateTime<Utc>,
    #[field(generated = "quantity * price")]
    total: Option<Decimal>,
    #[field(generated = "upper(state)")]
    shout: Option<String>,
    #[field(version)]
    version: i64,
    #[field(created_at)]
    created_at: DateTime<Utc>,
    #[field(updated_at)]
    updated_at: DateTime<Utc>,
    #[field(skip)]
    _elsewhere: u64,
}
