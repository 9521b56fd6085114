//! The conformance suite on PostgreSQL.

use sqh_tests::harness::postgres::Postgres;

sqh_tests::conformance!(crate::harness);

async fn harness() -> Postgres {
    Postgres::shared().await
}
