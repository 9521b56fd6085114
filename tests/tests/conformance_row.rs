//! The conformance suite on PostgreSQL with the rows of all tenants in the same tables.

use sqh_runtime::schema::Placement;
use sqh_tests::harness::postgres::Postgres;

sqh_tests::conformance!(crate::harness);

async fn harness() -> Postgres {
    Postgres::placed(Placement::Row).await
}
