use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub value: f64,
    #[field(skip)]
    pub cache: Option<String>,
}

fn main() {
    let _ = Result::CACHE.is_null();
}
