use sqh_runtime::prelude::*;
use sqh_runtime::report::{Definition, count, from};

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

#[derive(PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Visit {
    #[field(primary_key)]
    pub kind: String,
}

#[derive(PlatformView)]
#[model(group = "lab")]
#[platform_view(source = Sample, definition = kinds)]
pub struct Kind {
    #[field(primary_key)]
    pub kind: String,
    pub n: i64,
}

fn kinds() -> impl Definition<Kind> {
    from::<Visit>().aggregate(KindColumns { kind: Visit::KIND, n: count() })
}

fn main() {}
