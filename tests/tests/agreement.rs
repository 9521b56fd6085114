//! Random operations on memory and on PostgreSQL give the same replies.

use sqh_runtime::schema::Placement;
use sqh_tests::agreement;
use sqh_tests::harness::memory::Memory;
use sqh_tests::harness::postgres::Postgres;

#[test]
fn memory_and_postgres_agree() {
    agree(Postgres::shared());
}

#[test]
fn memory_and_rows_of_many_tenants_agree() {
    agree(Postgres::placed(Placement::Row));
}

fn agree(postgres: impl Future<Output = Postgres>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    let postgres = runtime.block_on(postgres);
    agreement::check(&Memory, &postgres, &runtime);
}
