use sqh_runtime::tenancy::TenantRecord;

pub fn run() -> TenantRecord {
    TenantRecord {}
}

fn main() {}
