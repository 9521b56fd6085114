use sqh_runtime::prelude::*;

#[derive(PlatformValue)]
pub struct Address {
    pub city: String,
    #[field(column = "city")]
    pub town: String,
}

fn main() {}
