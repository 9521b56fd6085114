use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub value: f64,
}

fn find<M>(_: impl sqh_runtime::schema::LookupKey<M>) {}

fn main() {
    find::<Result>("a");
}
