//! What a table is, read from `pg_catalog`: the other side of what a model says of it
//! ([`sqh_model::render::ddl::expected`]), for [`sqh_model::render::ddl::diff`].
//!
//! Start with [`read_table`]. Everything is read by oid, so that no `search_path` has a say.

use sqh_model::render::ddl::{
    CheckShape, ColumnShape, EnumShape, ForeignKeyShape, IndexColumnShape, IndexShape, KeyShape, PartitioningShape,
    PolicyShape, RowSecurityShape, TableShape,
};
use sqh_model::schema::OnDelete;
use sqh_model::{Error, ErrorKind, Result};
use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;
use sqlx::{PgConnection, Row as _};

/// The table of this name in this schema, without its partitions; `None` if there is none.
///
/// # Errors
/// `Conflict` if the name is that of something else, such as a view; `Unavailable` or `Internal` if
/// the catalog cannot be read.
pub async fn read_table(conn: &mut PgConnection, schema: &str, table: &str) -> Result<Option<TableShape>> {
    read(conn, schema, table, &TABLES).await.map_err(|source| failed(source, schema, table))?.transpose()
}

/// The materialised view of this name in this schema; `None` if there is none.
///
/// # Errors
/// As [`read_table`].
pub async fn read_view(conn: &mut PgConnection, schema: &str, view: &str) -> Result<Option<TableShape>> {
    read(conn, schema, view, &VIEWS).await.map_err(|source| failed(source, schema, view))?.transpose()
}

/// What is looked for: kinds of relations, and what they are called.
struct Wanted {
    kinds: &'static [&'static str],
    name: &'static str,
}

const TABLES: Wanted = Wanted { kinds: &["r", "p"], name: "table" };
const VIEWS: Wanted = Wanted { kinds: &["m"], name: "view" };

async fn read(
    conn: &mut PgConnection,
    schema: &str,
    table: &str,
    wanted: &Wanted,
) -> sqlx::Result<Option<Result<TableShape>>> {
    let found = sqlx::query(RELATION).bind(schema).bind(table).persistent(false).fetch_optional(&mut *conn).await?;
    let Some(relation) = found else {
        return Ok(None);
    };
    if !wanted.kinds.contains(&relation.try_get("kind")?) {
        let name = wanted.name;
        let message = format!("`{schema}.{table}` exists and is no {name}: rename it, or give the model another table");
        return Ok(Some(Err(Error::conflict(message))));
    }
    let oid: Oid = relation.try_get("oid")?;
    let mut shape = TableShape {
        name: table.to_owned(),
        comment: relation.try_get("comment")?,
        settings: settings(&relation.try_get::<Vec<String>, _>("options")?),
        ..TableShape::default()
    };
    shape.columns = rows(conn, COLUMNS, oid).await?.iter().map(column).collect::<sqlx::Result<_>>()?;
    for row in rows(conn, CONSTRAINTS, oid).await? {
        constraint(&mut shape, &row)?;
    }
    shape.indexes = rows(conn, INDEXES, oid).await?.iter().map(index).collect::<sqlx::Result<_>>()?;
    shape.enums = rows(conn, ENUMS, oid)
        .await?
        .iter()
        .map(|row| Ok(EnumShape { name: row.try_get("name")?, values: row.try_get("labels")? }))
        .collect::<sqlx::Result<_>>()?;
    shape.partitioning = rows(conn, PARTITIONING, oid)
        .await?
        .first()
        .map(|row| {
            Ok::<_, sqlx::Error>(PartitioningShape {
                strategy: row.try_get("strategy")?,
                columns: row.try_get("columns")?,
            })
        })
        .transpose()?;
    if relation.try_get("secured")? {
        let policies = rows(conn, POLICIES, oid).await?;
        let policies = policies.iter().map(policy).collect::<sqlx::Result<_>>()?;
        shape.row_security = Some(RowSecurityShape { forced: relation.try_get("forced")?, policies });
    }
    Ok(Some(Ok(shape)))
}

const RELATION: &str = "
SELECT c.oid, c.relkind::text AS kind, obj_description(c.oid, 'pg_class') AS comment,
       coalesce(c.reloptions, '{}') AS options, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I', 'c')";

// The name of a type outside pg_catalog is written with its schema where the search_path has not
// got it, and in quotes where it is a keyword: the bare name stands for both.
const COLUMNS: &str = "
SELECT a.attname::text AS name, NOT a.attnotnull AS nullable,
       CASE WHEN n.nspname = 'pg_catalog' THEN format_type(a.atttypid, a.atttypmod)
            ELSE e.typname || substr(format_type(a.atttypid, a.atttypmod), length(format_type(e.oid, NULL)) + 1)
       END AS type_name,
       CASE a.attgenerated WHEN '' THEN pg_get_expr(d.adbin, d.adrelid) END AS default_sql,
       CASE a.attgenerated WHEN '' THEN NULL ELSE pg_get_expr(d.adbin, d.adrelid) END AS generated,
       CASE WHEN a.attcollation <> t.typcollation THEN l.collname::text END AS collation,
       col_description(a.attrelid, a.attnum) AS comment
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type e ON e.oid = CASE t.typcategory WHEN 'A' THEN t.typelem ELSE t.oid END
JOIN pg_namespace n ON n.oid = e.typnamespace
LEFT JOIN pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum";

fn column(row: &PgRow) -> sqlx::Result<ColumnShape> {
    Ok(ColumnShape {
        name: row.try_get("name")?,
        type_name: row.try_get("type_name")?,
        nullable: row.try_get("nullable")?,
        default: row.try_get("default_sql")?,
        generated: row.try_get("generated")?,
        collation: row.try_get("collation")?,
        comment: row.try_get("comment")?,
    })
}

// A foreign key to a partitioned table has a row for each partition, below the one that counts.
const CONSTRAINTS: &str = "
SELECT k.conname::text AS name, k.contype::text AS kind, k.confdeltype::text AS on_delete,
       pg_get_expr(k.conbin, k.conrelid) AS expression,
       CASE WHEN f.relnamespace = c.relnamespace THEN f.relname::text
            ELSE f.relnamespace::regnamespace::text || '.' || f.relname END AS target,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(number, place)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place) AS columns,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(number, place)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place) AS target_columns,
       ARRAY(SELECT a.attname::text FROM unnest(k.confdelsetcols) WITH ORDINALITY u(number, place)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place) AS set_null
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_class f ON f.oid = k.confrelid
WHERE k.conrelid = $1 AND k.conparentid = 0 AND k.contype IN ('p', 'u', 'c', 'f')
ORDER BY k.conname";

fn constraint(shape: &mut TableShape, row: &PgRow) -> sqlx::Result<()> {
    let name: String = row.try_get("name")?;
    let columns: Vec<String> = row.try_get("columns")?;
    match row.try_get::<&str, _>("kind")? {
        "p" => shape.primary_key = Some(KeyShape { name, columns }),
        "u" => shape.uniques.push(KeyShape { name, columns }),
        "c" => shape.checks.push(CheckShape { name, expression: row.try_get("expression")? }),
        _ => shape.foreign_keys.push(ForeignKeyShape {
            name,
            columns,
            target: row.try_get("target")?,
            target_columns: row.try_get("target_columns")?,
            on_delete: match row.try_get::<&str, _>("on_delete")? {
                "c" => OnDelete::Cascade,
                "r" => OnDelete::Restrict,
                "n" => OnDelete::SetNull,
                _ => OnDelete::NoAction,
            },
            set_null: row.try_get("set_null")?,
        }),
    }
    Ok(())
}

// An index of a constraint is the constraint's; one that CREATE INDEX CONCURRENTLY left invalid is
// none at all.
const INDEXES: &str = "
SELECT c.relname::text AS name, m.amname::text AS method, i.indisunique AS is_unique,
       pg_get_expr(i.indpred, i.indrelid) AS predicate, coalesce(c.reloptions, '{}') AS options,
       ARRAY(SELECT coalesce(a.attname::text, pg_get_indexdef(i.indexrelid, n, true))
             FROM generate_series(1, i.indnkeyatts) n
             LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n - 1] AND a.attnum > 0
             ORDER BY n) AS columns,
       ARRAY(SELECT i.indkey[n - 1] = 0 FROM generate_series(1, i.indnkeyatts) n ORDER BY n) AS expressions,
       ARRAY(SELECT i.indoption[n - 1] & 1 = 1 FROM generate_series(1, i.indnkeyatts) n ORDER BY n) AS descending,
       ARRAY(SELECT o.opcname::text
             FROM generate_series(1, i.indnkeyatts) n JOIN pg_opclass o ON o.oid = i.indclass[n - 1]
             ORDER BY n) AS classes,
       ARRAY(SELECT o.opcdefault
             FROM generate_series(1, i.indnkeyatts) n JOIN pg_opclass o ON o.oid = i.indclass[n - 1]
             ORDER BY n) AS defaults
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am m ON m.oid = c.relam
WHERE i.indrelid = $1 AND i.indisvalid
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY c.relname";

fn index(row: &PgRow) -> sqlx::Result<IndexShape> {
    let names: Vec<String> = row.try_get("columns")?;
    let expressions: Vec<bool> = row.try_get("expressions")?;
    let descending: Vec<bool> = row.try_get("descending")?;
    let classes: Vec<String> = row.try_get("classes")?;
    let defaults: Vec<bool> = row.try_get("defaults")?;
    let columns = names.into_iter().zip(expressions).zip(descending).zip(classes.into_iter().zip(defaults));
    let columns = columns.map(|(((name, is_expression), descending), (class, is_default_class))| IndexColumnShape {
        name,
        is_expression,
        descending,
        operator_class: Some(class),
        is_default_class,
    });
    Ok(IndexShape {
        name: row.try_get("name")?,
        method: row.try_get("method")?,
        unique: row.try_get("is_unique")?,
        columns: columns.collect(),
        predicate: row.try_get("predicate")?,
        settings: settings(&row.try_get::<Vec<String>, _>("options")?),
    })
}

const ENUMS: &str = "
SELECT e.typname::text AS name,
       ARRAY(SELECT l.enumlabel::text FROM pg_enum l WHERE l.enumtypid = e.oid ORDER BY l.enumsortorder) AS labels
FROM pg_type e
WHERE e.typtype = 'e' AND e.oid IN (
    SELECT CASE t.typcategory WHEN 'A' THEN t.typelem ELSE t.oid END
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped)
ORDER BY e.typname";

const PARTITIONING: &str = "
SELECT CASE p.partstrat WHEN 'r' THEN 'range' WHEN 'l' THEN 'list' ELSE 'hash' END AS strategy,
       ARRAY(SELECT coalesce(a.attname::text, '(expression)')
             FROM unnest(p.partattrs::int2[]) WITH ORDINALITY u(number, place)
             LEFT JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = u.number AND a.attnum > 0
             ORDER BY u.place) AS columns
FROM pg_partitioned_table p WHERE p.partrelid = $1";

const POLICIES: &str = "
SELECT p.polname::text AS name, coalesce(pg_get_expr(p.polqual, p.polrelid), '') AS seen,
       coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') AS written
FROM pg_policy p WHERE p.polrelid = $1 ORDER BY p.polname";

fn policy(row: &PgRow) -> sqlx::Result<PolicyShape> {
    Ok(PolicyShape { name: row.try_get("name")?, using: row.try_get("seen")?, with_check: row.try_get("written")? })
}

async fn rows(conn: &mut PgConnection, sql: &'static str, table: Oid) -> sqlx::Result<Vec<PgRow>> {
    sqlx::query(sql).bind(table).persistent(false).fetch_all(conn).await
}

/// `name=value`, as `reloptions` keeps them, by name.
fn settings(options: &[String]) -> Vec<(String, String)> {
    let pairs = options.iter().filter_map(|option| option.split_once('='));
    let mut settings: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    settings.sort();
    settings
}

fn failed(source: sqlx::Error, schema: &str, table: &str) -> Error {
    let kind = match source {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => ErrorKind::Unavailable,
        _ => ErrorKind::Internal,
    };
    Error::new(kind, format!("the catalog cannot be read for the table `{schema}.{table}`")).with_source(source)
}
