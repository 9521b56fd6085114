//! The conformance suite on the memory backend.

use sqh_tests::harness::memory::Memory;

sqh_tests::conformance!(crate::harness);

async fn harness() -> Memory {
    Memory
}

/// What only SQL can say is told at the first use, and not passed over.
mod without_sql {
    use sqh_runtime::prelude::*;
    use sqh_tests::harness::{World, refused};
    use sqh_tests::models::{Coupon, Priced, Tagged};

    use super::Memory;

    #[tokio::test]
    async fn a_generated_column_is_unsupported() {
        let World { records, cx, .. } = World::new(&Memory).await;
        let tagged = Tagged { id: 1, tag: "Red".to_owned(), folded: None };
        let error = refused(records.create(&cx, tagged).await, ErrorKind::Unsupported);
        assert_eq!((error.model(), error.field()), (Some("Tagged"), Some("folded")), "{error}");
        refused(records.list(&cx, Tagged::select()).await, ErrorKind::Unsupported);
    }

    #[tokio::test]
    async fn a_partial_unique_index_is_unsupported() {
        let World { records, cx, .. } = World::new(&Memory).await;
        let coupon = Coupon { id: 1, holder: "h".to_owned(), open: true };
        let error = refused(records.create(&cx, coupon).await, ErrorKind::Unsupported);
        assert!(error.message().contains("partial") && error.model() == Some("Coupon"), "{error}");
    }

    #[tokio::test]
    async fn a_default_in_sql_must_be_set() {
        let World { records, cx, .. } = World::new(&Memory).await;
        let insert = Priced::insert().set(Priced::ID, 1).set(Priced::PRICE, 5);
        let error = refused(records.query(&cx, insert).await, ErrorKind::Unsupported);
        assert_eq!(error.field(), Some("currency"), "{error}");
        let record = Priced { id: 1, price: 5, currency: "EUR".to_owned() };
        assert_eq!(records.create(&cx, record.clone()).await.unwrap(), record);
    }
}
