//! The PostgreSQL of the feature `oliphaunt`, on a machine without another.

use sqh_dev_postgres::{ErrorKind, Server, Source};

use crate::support::{Place, one};

#[tokio::test]
async fn it_runs_or_says_why_not() {
    let place = Place::new("built-in");
    let config = place.config().search_path("").well_known::<String>([]);
    let server = match Server::start_with(config).await {
        Ok(server) => server,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::NotFound);
            let message = error.to_string();
            for part in ["(oliphaunt) needs glibc 2.38", "`GLIBC_2.", "install it with `"] {
                assert!(message.contains(part), "{part} in {message}");
            }
            return;
        }
    };
    assert_eq!(*server.source(), Source::Oliphaunt);
    assert!(server.describe().ends_with("from the crate oliphaunt"), "{}", server.describe());

    let database = server.test_database("built_in").await.unwrap();
    let missing = server.missing_extensions(&["postgis", "pg_trgm", "postgres_fdw"]).await.unwrap();
    assert_eq!(missing, ["postgres_fdw"]);
    let query = "SELECT current_setting('server_version_num')::int8";
    assert_eq!(one(database.url(), query).await.unwrap(), i64::from(server.version()));
    crate::support::run(database.url(), "CREATE EXTENSION pg_trgm; CREATE EXTENSION postgis").await;
    // PROJ finds its data, and GEOS its code.
    let query = "SELECT ST_X(ST_Transform(ST_SetSRID(ST_MakePoint(-90, 35), 4326), 3857))::int8";
    assert_eq!(one(database.url(), query).await.unwrap(), -10_018_754);
}
