//! Random operations on memory and on PostgreSQL give the same replies.

use sqh_tests::agreement;
use sqh_tests::harness::memory::Memory;
use sqh_tests::harness::postgres::Postgres;

#[test]
fn memory_and_postgres_agree() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    let postgres = runtime.block_on(Postgres::shared());
    agreement::check(&Memory, &postgres, &runtime);
}
