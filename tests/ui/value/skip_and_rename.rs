use sqh_runtime::prelude::*;

#[derive(PlatformValue)]
pub struct Address {
    pub city: String,
    #[field(skip, rename = "c")]
    pub cache: Option<String>,
}

fn main() {}
