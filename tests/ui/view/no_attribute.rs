use sqh_runtime::prelude::*;

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub kind: String,
    pub value: f64,
    pub note: Option<String>,
}

#[derive(PlatformView)]
#[model(group = "lab")]
pub struct Kind {
    #[field(primary_key)]
    pub kind: String,
    pub n: i64,
}

fn main() {}
