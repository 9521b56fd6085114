use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub the_value_that_was_measured_in_the_laboratory_after_the_second_check: f64,
}

fn main() {}
