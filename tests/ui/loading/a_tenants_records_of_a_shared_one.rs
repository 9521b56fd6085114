use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, shared)]
#[has_many(name = "samples", model = Sample, via = station)]
pub struct Station {
    #[field(primary_key)]
    pub code: String,
}

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Sample {
    #[field(primary_key)]
    pub id: Uuid,
    pub station: String,
}

fn main() {
    let _ = Station::select().with(Station::SAMPLES);
}
