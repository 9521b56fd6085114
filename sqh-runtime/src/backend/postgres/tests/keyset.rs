//! Pages far behind the first: they read on in the index, whatever the planner thinks of the place.

use sqh_model::Value;
use sqh_model::expr::{Cursor, Query};

use super::support::Place;
use crate::op::Op;
use crate::prelude::*;

/// A level. All are of one gauge, as in many tables all are of one kind.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres, partition_by = "at")]
pub struct Level {
    /// Where.
    #[field(primary_key)]
    pub gauge: String,
    /// When.
    #[field(primary_key)]
    pub at: DateTime<Utc>,
    /// How high.
    pub height: f64,
}

#[tokio::test]
async fn a_page_behind_the_one_value_of_the_first_column_is_not_sorted() {
    let place = Place::new(&[Level::def()]).await;
    let day = |day: u32| format!("timestamptz '2020-01-01 00:00Z' + {day} * interval '1 day'");
    for part in 0..30 {
        let (from, to) = (day(part * 10), day(part * 10 + 10));
        let create = format!(
            "DO $$ BEGIN EXECUTE format('CREATE TABLE level_{part} PARTITION OF level FOR VALUES FROM (%L) TO (%L)', \
             {from}, {to}); END $$"
        );
        place.sql(&create).await;
    }
    place
        .sql(
            "INSERT INTO level SELECT 'weir', timestamptz '2020-01-01 00:00Z' + n * interval '1 minute' * 14, n \
             FROM generate_series(0, 29999) n",
        )
        .await;
    place.sql("VACUUM ANALYZE level").await;
    let at = "2020-01-31T00:04:00Z".parse::<DateTime<Utc>>().unwrap();
    let after = Cursor::new(vec!["gauge".into(), "at".into()], vec![Value::Text("weir".into()), Value::Instant(at)]);
    let query = Query { after: Some(after), limit: Some(2), ..Query::default() };
    let plan = place.run::<Level>(Op::Explain(Box::new(Op::List(query.clone())))).await.unwrap().into_plan().unwrap();
    let plan = plan.to_string();
    assert!(plan.contains("Merge Append") && !plan.contains("Sort  ("), "{plan}");
    // What stands at the place itself is not behind it.
    let rows = place.run::<Level>(Op::List(query)).await.unwrap().into_rows().unwrap();
    let heights: Vec<_> = rows.iter().map(|row| row[2].clone()).collect();
    assert_eq!(heights, [Value::F64(3087.0), Value::F64(3088.0)]);
}
