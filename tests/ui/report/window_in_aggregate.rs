use sqh_runtime::prelude::*;
use sqh_runtime::report::{from, row_number, window};

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct AppLabResult {
    #[field(primary_key)]
    pub id: i64,
    pub test_type: String,
    pub station: i64,
    pub value: f64,
    pub taken_on: NaiveDate,
    pub created_at: DateTime<Utc>,
}

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct AppStation {
    #[field(primary_key)]
    pub id: i64,
    pub name: String,
}

fn main() {
    let _ = from::<AppLabResult>().aggregate((row_number().over(window().order_by(AppLabResult::ID.asc())),));
}
