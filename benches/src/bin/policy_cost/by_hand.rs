//! The same operations written by hand: one statement each, with the conditions that the rules come to,
//! prepared once by sqlx and kept, as one would write them in an application for one tenant.

use sqlx::postgres::PgRow;
use sqlx::{Connection as _, PgConnection, Row as _};

use super::model::{AppNote, note};
use super::{AnyResult, Case};

macro_rules! columns {
    () => {
        "id, title, writer, desk, status, pages, ratio, key, at"
    };
}

macro_rules! conditions {
    () => {
        "id = $2 AND (writer = $3 OR desk = $4) AND writer = $3 AND NOT status = 'locked'"
    };
}

const GET: &str = concat!("SELECT ", columns!(), " FROM app_note WHERE id = $1 AND (writer = $2 OR desk = $3)");
const LIST: &str =
    concat!("SELECT ", columns!(), " FROM app_note WHERE id > $1 AND (writer = $2 OR desk = $3) ORDER BY id LIMIT $4");
const UPDATE: &str = concat!("UPDATE app_note SET pages = $1 WHERE ", conditions!(), " RETURNING ", columns!());
const CHECKED_UPDATE: &str = concat!(
    "UPDATE app_note SET pages = $1 WHERE ",
    conditions!(),
    " AND (SELECT sqh.check_placement($5, $6)) RETURNING ",
    columns!()
);
const CREATE: &str = concat!(
    "INSERT INTO app_note (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ",
    columns!()
);
const CHECKED_CREATE: &str = concat!(
    "INSERT INTO app_note (",
    columns!(),
    ") SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE (SELECT sqh.check_placement($10, $11)) RETURNING ",
    columns!()
);

/// A connection of one's own.
pub(super) struct ByHand {
    connection: PgConnection,
    tenant: String,
    epoch: i64,
}

impl ByHand {
    /// Connects to a tenant's database, and becomes who the platform is there.
    pub(super) async fn connect(url: &str, tenant: &str) -> AnyResult<Self> {
        let mut connection = PgConnection::connect(url).await?;
        sqlx::query("VACUUM ANALYZE").execute(&mut connection).await?;
        let epoch = sqlx::query_scalar("SELECT epoch FROM sqh.placements WHERE tenant = $1").bind(tenant);
        let epoch = epoch.fetch_one(&mut connection).await?;
        sqlx::query("SET SESSION AUTHORIZATION sqh_app").execute(&mut connection).await?;
        Ok(Self { connection, tenant: tenant.to_owned(), epoch })
    }

    /// The processes of the server that work for the platform in this database, if it is one, and for
    /// this connection.
    pub(super) async fn backends(&mut self) -> AnyResult<(Option<u32>, Option<u32>)> {
        let others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'sqh_app' \
                      AND pid <> pg_backend_pid()";
        let others: Vec<i32> = sqlx::query_scalar(others).fetch_all(&mut self.connection).await?;
        let own: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut self.connection).await?;
        let platforms = if let [one] = others[..] { Some(one as u32) } else { None };
        Ok((platforms, Some(own as u32)))
    }

    pub(super) async fn run(&mut self, case: Case, is_checked: bool, calls: i64, first_id: i64) -> AnyResult<()> {
        for i in 0..calls {
            match case {
                Case::Get => assert_eq!(self.get(i * 4).await?.id, i * 4),
                Case::List => assert_eq!(self.list(i).await?.len(), 100),
                Case::Update => drop(self.update(i * 4, i as i32, is_checked).await?),
                Case::UpdateWhere => unreachable!("it is written by a filter only"),
                Case::Create => drop(self.create(AppNote { id: first_id + i, ..note(0) }, is_checked).await?),
            }
        }
        Ok(())
    }

    async fn get(&mut self, id: i64) -> AnyResult<AppNote> {
        let query = sqlx::query(GET).bind(id).bind("ann").bind("east");
        Ok(decoded(&query.fetch_one(&mut self.connection).await?)?)
    }

    async fn list(&mut self, after: i64) -> AnyResult<Vec<AppNote>> {
        let query = sqlx::query(LIST).bind(after).bind("ann").bind("east").bind(100_i64);
        let rows = query.fetch_all(&mut self.connection).await?;
        Ok(rows.iter().map(decoded).collect::<Result<_, _>>()?)
    }

    async fn update(&mut self, id: i64, pages: i32, is_checked: bool) -> AnyResult<AppNote> {
        let query = sqlx::query(if is_checked { CHECKED_UPDATE } else { UPDATE });
        let mut query = query.bind(pages).bind(id).bind("ann").bind("east");
        if is_checked {
            query = query.bind(&self.tenant).bind(self.epoch);
        }
        Ok(decoded(&query.fetch_one(&mut self.connection).await?)?)
    }

    async fn create(&mut self, note: AppNote, is_checked: bool) -> AnyResult<AppNote> {
        let query = sqlx::query(if is_checked { CHECKED_CREATE } else { CREATE });
        let query = query.bind(note.id).bind(note.title).bind(note.writer).bind(note.desk).bind(note.status);
        let mut query = query.bind(note.pages).bind(note.ratio).bind(note.key).bind(note.at);
        if is_checked {
            query = query.bind(&self.tenant).bind(self.epoch);
        }
        Ok(decoded(&query.fetch_one(&mut self.connection).await?)?)
    }
}

fn decoded(row: &PgRow) -> Result<AppNote, sqlx::Error> {
    Ok(AppNote {
        id: row.try_get(0)?,
        title: row.try_get(1)?,
        writer: row.try_get(2)?,
        desk: row.try_get(3)?,
        status: row.try_get(4)?,
        pages: row.try_get(5)?,
        ratio: row.try_get(6)?,
        key: row.try_get(7)?,
        at: row.try_get(8)?,
    })
}
