//! Writers and fences on connections of their own: who waits for whom, and who is refused.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::support::{manager, new_slug, run, texts};

/// A tenant's database with a table to write to.
struct Fenced {
    url: String,
    slug: String,
    epoch: i64,
}

impl Fenced {
    async fn new() -> Self {
        let server = sqh_dev_postgres::shared().await;
        let tenant = manager(&server.admin_url()).provision(new_slug("fence").as_str()).await.unwrap();
        let url = server.url(tenant.database());
        run(&url, "CREATE TABLE written (by text)").await;
        Self { url, slug: tenant.slug().to_owned(), epoch: tenant.epoch() }
    }

    async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }

    /// A write as the path sends it: the check and the write in one transaction.
    fn write(&self, begin: &str, by: &str, epoch: i64) -> String {
        format!("{begin}; SELECT sqh.check_placement('{}', {epoch}); INSERT INTO written VALUES ('{by}')", self.slug)
    }

    fn fence(&self) -> String {
        format!("SELECT sqh.fence('{}', {})", self.slug, self.epoch + 1)
    }

    async fn written(&self) -> Vec<String> {
        texts(&self.url, "SELECT by FROM written ORDER BY 1").await
    }

    /// Until somebody waits for an advisory lock of this database.
    async fn until_somebody_waits(&self) {
        let waiting = "SELECT 'x' FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while texts(&self.url, waiting).await.is_empty() {}
    }
}

async fn sql(connection: &mut PgConnection, sql: &str) -> sqlx::Result<()> {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop)
}

fn code(error: &sqlx::Error) -> String {
    error.as_database_error().unwrap().code().unwrap().into_owned()
}

#[tokio::test]
async fn a_writer_in_flight_is_waited_for_and_a_later_one_is_refused() {
    let fenced = Fenced::new().await;
    let mut writer = fenced.connect().await;
    sql(&mut writer, &fenced.write("BEGIN", "in flight", fenced.epoch)).await.unwrap();
    // Writers share the lock.
    let mut other = fenced.connect().await;
    sql(&mut other, &fenced.write("BEGIN", "beside it", fenced.epoch)).await.unwrap();
    sql(&mut other, "COMMIT").await.unwrap();

    let (mut fence, statement) = (fenced.connect().await, fenced.fence());
    let fence = tokio::spawn(async move { sql(&mut fence, &statement).await });
    fenced.until_somebody_waits().await;
    assert!(!fence.is_finished());
    // It comes behind the fence, and sees what the fence did although its statement began before.
    let (mut late, statement) = (fenced.connect().await, fenced.write("BEGIN", "late", fenced.epoch));
    let late = tokio::spawn(async move { sql(&mut late, &statement).await });

    sql(&mut writer, "COMMIT").await.unwrap();
    fence.await.unwrap().unwrap();
    let error = late.await.unwrap().unwrap_err();
    assert_eq!(code(&error), "SQH01");
    assert!(!error.to_string().contains(&fenced.slug), "{error}");
    assert_eq!(fenced.written().await, ["beside it", "in flight"]);

    let mut current = fenced.connect().await;
    sql(&mut current, &fenced.write("BEGIN", "current", fenced.epoch + 1)).await.unwrap();
    sql(&mut current, "COMMIT").await.unwrap();
    assert_eq!(fenced.written().await, ["beside it", "current", "in flight"]);
}

#[tokio::test]
async fn a_snapshot_from_before_the_fence_is_no_way_around_it() {
    let fenced = Fenced::new().await;
    for level in ["REPEATABLE READ", "SERIALIZABLE"] {
        let mut writer = fenced.connect().await;
        sql(&mut writer, &format!("BEGIN ISOLATION LEVEL {level}; SELECT FROM written")).await.unwrap();
        run(&fenced.url, &fenced.fence()).await;
        let error = sql(&mut writer, &fenced.write("SELECT", "from before", fenced.epoch)).await.unwrap_err();
        // The first fence moves the row away under the snapshot; to the second it has another epoch.
        assert!(["40001", "SQH01"].contains(&code(&error).as_str()), "{error}");
        sql(&mut writer, "ROLLBACK").await.unwrap();
        let epoch = fenced.epoch + 1;
        sql(&mut writer, &fenced.write(&format!("BEGIN ISOLATION LEVEL {level}"), level, epoch)).await.unwrap();
        sql(&mut writer, "COMMIT").await.unwrap();
    }
    assert_eq!(fenced.written().await, ["REPEATABLE READ", "SERIALIZABLE"]);
}

#[tokio::test]
async fn an_epoch_never_goes_back_and_a_stranger_has_none() {
    let fenced = Fenced::new().await;
    run(&fenced.url, &fenced.fence()).await;
    let back = format!("SELECT sqh.fence('{}', {})::text", fenced.slug, fenced.epoch);
    assert_eq!(texts(&fenced.url, &back).await, ["false"]);
    for (tenant, epoch) in [(fenced.slug.as_str(), "NULL"), ("nobody", "1"), ("", "1"), ("x''; --", "1")] {
        let error = sql(&mut fenced.connect().await, &format!("SELECT sqh.check_placement('{tenant}', {epoch})")).await;
        assert_eq!(code(&error.unwrap_err()), "SQH01", "{tenant} {epoch}");
    }
    let current = format!("SELECT sqh.check_placement('{}', {})::text", fenced.slug, fenced.epoch + 1);
    assert_eq!(texts(&fenced.url, &current).await, ["true"]);
}
