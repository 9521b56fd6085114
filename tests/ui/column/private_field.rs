mod lab {
    use sqh_runtime::prelude::*;

    #[derive(PlatformModel)]
    #[model(group = "lab")]
    #[storage(postgres)]
    pub struct Result {
        #[field(primary_key)]
        pub id: Uuid,
        note: String,
    }
}

fn main() {
    let _ = lab::Result::NOTE;
}
