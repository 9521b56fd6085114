use sqh_runtime::prelude::*;
use sqh_runtime::report::{from, avg};

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

#[derive(QueryRow)]
pub enum Mean {
    Low,
    High,
}

fn main() {
    let _ = from::<AppLabResult>().aggregate((avg(AppLabResult::VALUE),));
}
