use sqh_runtime::prelude::*;

// Three mistakes, three messages, and no others: the constants and the trait are there all the same.
#[derive(PlatformModel)]
#[model(grup = "lab")]
#[storage(postgres, placement = "tenant")]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(max_len = 0)]
    pub unit: String,
}

fn find<M: PlatformModel>(_: M::Id) {}

fn main() {
    find::<Result>(Uuid::nil());
    let _ = Result::UNIT;
}
