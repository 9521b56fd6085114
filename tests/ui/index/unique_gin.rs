use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[index(columns = ["tags"], unique, using = "gin")]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub tags: BTreeSet<String>,
}

fn main() {}
