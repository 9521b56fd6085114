use sqh_runtime::prelude::*;

#[derive(PlatformValue)]
pub struct Nothing {
    #[field(skip)]
    pub cache: Option<String>,
}

fn main() {}
