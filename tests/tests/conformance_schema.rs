//! The conformance suite on PostgreSQL with a schema for each tenant.

use sqh_runtime::schema::Placement;
use sqh_tests::harness::postgres::Postgres;

sqh_tests::conformance!(crate::harness);

async fn harness() -> Postgres {
    Postgres::placed(Placement::Schema).await
}
