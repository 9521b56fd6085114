//! Streams read no more of the server than is asked for: the rest waits there.

use futures::TryStreamExt as _;
use sqh_model::expr::Query;
use sqh_model::report::{from, record};
use sqlx::{Connection as _, PgConnection, Row as _};

use super::support::Place;
use crate::op::Op;
use crate::prelude::*;

/// Much text.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Ream {
    /// The key.
    #[field(primary_key)]
    pub id: i64,
    /// The text.
    pub text: String,
}

/// What the server says of the connection that reads: whether it runs a statement, and what it waits for.
async fn reading(server: &mut PgConnection) -> Option<(bool, String)> {
    let sql = "SELECT state = 'active', coalesce(wait_event, '') FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%FROM%ream%'
                   AND query NOT LIKE '%count(%'";
    let row = sqlx::query(sql).fetch_optional(server).await.unwrap()?;
    Some((row.get(0), row.get(1)))
}

#[tokio::test]
async fn the_server_waits_for_whoever_reads_slowly() {
    let place = Place::with_connections(&models![Ream], 1).await;
    place.sql("INSERT INTO ream SELECT n, repeat('x', 100000) FROM generate_series(1, 1500) n").await;
    let mut server = PgConnection::connect(place.database.url()).await.unwrap();
    let report = || from::<Ream>().select(record::<Ream>()).into_parts().unwrap().0;
    let ops: [fn(Box<sqh_model::report::Report>) -> Op; 2] = [|_| Op::Stream(Query::default()), Op::StreamReport];
    for op in ops {
        let mut stream = place.run::<Ream>(op(Box::new(report()))).await.unwrap().into_stream().unwrap();
        stream.try_next().await.unwrap().unwrap();
        // Of 150 MB next to nothing is here: were they read, the statement would be at its end.
        while let Some((is_active, waits_for)) = reading(&mut server).await {
            assert!(is_active, "all of it was read");
            if waits_for == "ClientWrite" {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(stream);
        while reading(&mut server).await.is_some() {
            tokio::task::yield_now().await;
        }
        assert_eq!(place.count::<Ream>().await, 1500);
    }
}
