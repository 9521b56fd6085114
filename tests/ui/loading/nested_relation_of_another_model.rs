use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[has_many(name = "samples", model = Sample, via = station)]
pub struct Station {
    #[field(primary_key)]
    pub code: String,
    pub number: i32,
}

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
#[has_many(name = "results", model = Result, via = sample)]
pub struct Sample {
    #[field(primary_key)]
    pub id: Uuid,
    #[field(references = Station)]
    pub station: String,
}

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Result {
    #[field(primary_key)]
    pub id: Uuid,
    pub sample: Link<Sample>,
}

fn main() {
    let _ = Station::select().with(Station::SAMPLES.with(Station::SAMPLES));
}
