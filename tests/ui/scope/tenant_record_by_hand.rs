use sqh_runtime::tenancy::TenantRecord;

pub fn run(other: TenantRecord) -> TenantRecord {
    TenantRecord { ..other }
}

fn main() {}
