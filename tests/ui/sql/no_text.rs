use sqh_runtime::prelude::*;
use sqh_runtime::sql::sql;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct AppLabResult {
    #[field(primary_key)]
    pub id: i64,
    pub value: f64,
}

fn main() {
    let _ = sql!(AppLabResult);
}
