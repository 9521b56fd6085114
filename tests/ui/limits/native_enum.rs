use sqh_runtime::prelude::*;

#[derive(PlatformEnum)]
#[platform_enum(native)]
pub enum Status {
    Open,
    TheSampleWasTakenButTheLaboratoryHasNotYetConfirmedThatItArrivedThere,
}

fn main() {}
