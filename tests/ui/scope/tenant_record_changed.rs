use sqh_runtime::tenancy::TenantRecord;

pub fn run(mut tenant: TenantRecord) -> TenantRecord {
    tenant.slug = "another".into();
    tenant
}

fn main() {}
