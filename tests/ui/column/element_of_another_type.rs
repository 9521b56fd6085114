use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub value: f64,
    pub unit: Option<String>,
    pub tags: BTreeSet<String>,
}

fn main() {
    let _ = Result::TAGS.contains(5);
}
