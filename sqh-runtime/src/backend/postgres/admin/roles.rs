//! Roles of a server, and what they may do in a database.

use sqh_model::render::ddl::quoted;
use sqh_model::{Error, ErrorKind, Result};
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::{of_admin, sqlstate};

/// The schema of the platform's own tables in every database.
const OWN_SCHEMA: &str = "sqh";

/// What a role may do with records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rights {
    Read,
    Write,
}

/// What a role may do with the tables of a schema; `None` if nothing, but find what is its own there.
const fn on_tables(rights: Option<Rights>) -> Option<&'static str> {
    match rights {
        None => None,
        Some(Rights::Read) => Some("SELECT"),
        Some(Rights::Write) => Some("SELECT, INSERT, UPDATE, DELETE"),
    }
}

/// Who may do what in a database.
#[derive(Debug)]
pub(crate) struct Grants<'a> {
    pub(crate) owner: &'a str,
    pub(crate) migrator: &'a str,
    pub(crate) users: Vec<(&'a str, Rights)>,
}

/// What is wrong about a role that reads or writes records; all false, and no member of any, if nothing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excess {
    pub(crate) superuser: bool,
    pub(crate) bypasses_row_security: bool,
    pub(crate) makes_roles: bool,
    pub(crate) owns: bool,
    /// Those of the roles asked for that it is, or may become.
    pub(crate) member_of: Vec<String>,
}

/// Those of the roles that there are.
pub(crate) async fn existing(connection: &mut PgConnection, names: &[&str]) -> Result<Vec<String>> {
    let query = sqlx::query_scalar("SELECT rolname::text FROM pg_roles WHERE rolname = ANY($1)").bind(names);
    query.fetch_all(connection).await.map_err(of_admin)
}

/// Creates a role that may log in. One that somebody else creates at the same time is as good.
pub(crate) async fn create(connection: &mut PgConnection, name: &str, verifier: Option<&str>) -> Result<bool> {
    let mut sql = format!("CREATE ROLE {} LOGIN", quoted(name));
    if let Some(verifier) = verifier {
        sql.push_str(&format!(" PASSWORD '{verifier}'"));
    }
    match sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await {
        // Told by the check of names, or by the index on them, if the other is done in between.
        Err(error) if matches!(sqlstate(&error).as_deref(), Some("42710" | "23505")) => Ok(false),
        done => done.map(|_| true).map_err(of_roles),
    }
}

/// Sets the password of a role by what the server keeps of it.
pub(crate) async fn set_password(connection: &mut PgConnection, name: &str, verifier: &str) -> Result<()> {
    again(connection, format!("ALTER ROLE {} PASSWORD '{verifier}'", quoted(name))).await
}

/// Makes whoever is connected a member of a role, unless it has the role's rights already.
pub(crate) async fn join(connection: &mut PgConnection, name: &str) -> Result<()> {
    let has = sqlx::query_scalar("SELECT pg_has_role(current_user, $1, 'USAGE')").bind(name);
    match has.fetch_one(&mut *connection).await.map_err(of_admin)? {
        true => Ok(()),
        false => again(connection, format!("GRANT {} TO CURRENT_USER", quoted(name))).await,
    }
}

/// What is wrong about a role that is to be a member of none of the others. `None` if there is no such role.
pub(crate) async fn excess(connection: &mut PgConnection, name: &str, others: &[&str]) -> Result<Option<Excess>> {
    // The owners of what a server has, in whatever database, are in a table of the whole server.
    let query = "SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole, \
                 EXISTS (SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid \
                         AND d.deptype = 'o'), \
                 ARRAY(SELECT o.rolname::text FROM pg_roles o JOIN unnest($2::text[]) WITH ORDINALITY n (name, place) \
                       ON n.name = o.rolname WHERE pg_has_role(r.oid, o.oid, 'MEMBER') ORDER BY n.place) \
                 FROM pg_roles r WHERE r.rolname = $1";
    let query = sqlx::query_as::<_, (bool, bool, bool, bool, Vec<String>)>(query).bind(name).bind(others);
    let found = query.fetch_optional(connection).await.map_err(of_admin)?;
    Ok(found.map(|(superuser, bypasses_row_security, makes_roles, owns, member_of)| Excess {
        superuser,
        bypasses_row_security,
        makes_roles,
        owns,
        member_of,
    }))
}

/// One of the roles, and a table or view of the database, quoted, that it may change. `None` if there is
/// none.
pub(crate) async fn writable(connection: &mut PgConnection, names: &[&str]) -> Result<Option<(String, String)>> {
    let query = "SELECT r.rolname::text, format('%I.%I', n.nspname, c.relname) \
                 FROM pg_roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE r.rolname = ANY($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
                 AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%' \
                 AND (has_table_privilege(r.oid, c.oid, 'DELETE, TRUNCATE') \
                      OR has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE')) \
                 ORDER BY 1, 2 LIMIT 1";
    sqlx::query_as(query).bind(names).fetch_optional(connection).await.map_err(of_admin)
}

/// Whether a schema of the database is there, the roles have their rights in it, and none of these
/// tables is the owner's.
pub(crate) async fn is_prepared(
    connection: &mut PgConnection,
    schema: &str,
    tables: &[&str],
    grants: &Grants<'_>,
) -> Result<bool> {
    let users: Vec<&str> = grants.users.iter().map(|(user, _)| *user).collect();
    let query = "SELECT has_database_privilege($4, current_database(), 'CREATE') \
                 AND (SELECT count(*) FROM pg_namespace n WHERE n.nspname IN ($1, $2) \
                      AND has_schema_privilege($4, n.oid, 'CREATE') \
                      AND (SELECT coalesce(bool_and(has_schema_privilege(u, n.oid, 'USAGE')), true) FROM unnest($3::text[]) u)) = 2 \
                 AND NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                                 JOIN pg_roles o ON o.oid = c.relowner \
                                 WHERE n.nspname = $1 AND c.relname = ANY($5) AND o.rolname = $6 AND $6 <> $4)";
    let query = sqlx::query_scalar(query).bind(schema).bind(OWN_SCHEMA).bind(users).bind(grants.migrator);
    let query = query.bind(tables).bind(grants.owner);
    query.fetch_one(connection).await.map_err(of_admin)
}

/// Lets the roles into a database, and nobody else, and makes a schema in which the migrator makes
/// tables and the others have their rights. Run by the database's owner under the lock on its schema,
/// and again without harm.
pub(crate) async fn prepare(
    connection: &mut PgConnection,
    name: &str,
    schema: &str,
    grants: &Grants<'_>,
) -> Result<()> {
    let (database, migrator) = (quoted(name), quoted(grants.migrator));
    run(connection, format!("REVOKE ALL ON DATABASE {database} FROM PUBLIC")).await?;
    run(connection, format!("GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {database} TO {migrator}")).await?;
    for (user, _) in &grants.users {
        run(connection, format!("GRANT CONNECT ON DATABASE {database} TO {}", quoted(user))).await?;
    }
    for schema in [OWN_SCHEMA, schema] {
        take_over(connection, schema, grants.migrator).await?;
        for (user, rights) in &grants.users {
            // The platform's own tables are not theirs.
            let rights = Some(*rights).filter(|_| schema != OWN_SCHEMA);
            grant(connection, schema, grants.migrator, user, rights).await?;
        }
    }
    Ok(())
}

/// Makes a schema for the migrator, whose becomes what the owner has made there.
async fn take_over(connection: &mut PgConnection, name: &str, migrator: &str) -> Result<()> {
    let (schema, quoted_migrator) = (quoted(name), quoted(migrator));
    run(connection, format!("CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {quoted_migrator}")).await?;
    run(connection, format!("REVOKE ALL ON SCHEMA {schema} FROM PUBLIC")).await?;
    run(connection, format!("GRANT USAGE, CREATE ON SCHEMA {schema} TO {quoted_migrator}")).await?;
    for statement in ownerships(connection, name, migrator).await? {
        run(connection, statement).await?;
    }
    Ok(())
}

/// Gives a role its rights in a schema, on the tables that there are and on those to come.
async fn grant(
    connection: &mut PgConnection,
    name: &str,
    migrator: &str,
    user: &str,
    rights: Option<Rights>,
) -> Result<()> {
    let (schema, quoted_user) = (quoted(name), quoted(user));
    run(connection, format!("GRANT USAGE ON SCHEMA {schema} TO {quoted_user}")).await?;
    let Some(rights) = on_tables(rights) else { return Ok(()) };
    let to_come = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {schema} GRANT", quoted(migrator));
    run(connection, format!("{to_come} {rights} ON TABLES TO {quoted_user}")).await?;
    run(connection, format!("{to_come} USAGE ON SEQUENCES TO {quoted_user}")).await?;
    run(connection, format!("{to_come} EXECUTE ON FUNCTIONS TO {quoted_user}")).await?;
    for relation in relations(connection, name, migrator, user).await? {
        run(connection, format!("GRANT {rights} ON {relation} TO {}", quoted(user))).await?;
    }
    Ok(())
}

/// The statements that give the migrator what whoever is connected owns in a schema. What belongs to an
/// extension stays.
async fn ownerships(connection: &mut PgConnection, schema: &str, migrator: &str) -> Result<Vec<String>> {
    let query = "SELECT format('ALTER %s %I.%I OWNER TO %I', \
                          CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' \
                                         WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname, $2) \
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'S') \
                 AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND current_user <> $2 \
                 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass \
                                 AND d.objid = c.oid AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i'))) \
                 UNION ALL \
                 SELECT format('ALTER TYPE %I.%I OWNER TO %I', n.nspname, t.typname, $2) \
                 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
                 WHERE n.nspname = $1 AND t.typtype = 'e' \
                 AND t.typowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND current_user <> $2 \
                 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass \
                                 AND d.objid = t.oid AND d.deptype = 'e') \
                 UNION ALL \
                 SELECT format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, $2) \
                 FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1 \
                 AND p.proowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND current_user <> $2 \
                 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass \
                                 AND d.objid = p.oid AND d.deptype = 'e') \
                 UNION ALL \
                 SELECT format('ALTER SCHEMA %I OWNER TO %I', n.nspname, $2) FROM pg_namespace n \
                 WHERE n.nspname = $1 AND n.nspname <> 'public' AND current_user <> $2 \
                 AND n.nspowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)";
    let query = sqlx::query_scalar(query).bind(schema).bind(migrator);
    query.fetch_all(connection).await.map_err(of_admin)
}

/// The tables and views of a schema that are the migrator's, quoted. Of the table of tenants a user keeps
/// what was left of its rights.
async fn relations(connection: &mut PgConnection, schema: &str, migrator: &str, user: &str) -> Result<Vec<String>> {
    let query = "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c \
                 JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm') \
                 AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = $2) \
                 AND NOT (n.nspname = 'public' AND c.relname = 'tenants' AND EXISTS (SELECT FROM aclexplode(c.relacl) a \
                          JOIN pg_roles u ON u.oid = a.grantee WHERE u.rolname = $3))";
    let query = sqlx::query_scalar(query).bind(schema).bind(migrator).bind(user);
    query.fetch_all(connection).await.map_err(of_admin)
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop).map_err(of_roles)
}

/// Runs a statement on roles, which are the whole server's: another database's lock does not keep
/// others away, and PostgreSQL refuses the later one of two.
async fn again(connection: &mut PgConnection, sql: String) -> Result<()> {
    const TRIES: usize = 20;
    for _ in 1..TRIES {
        match sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut *connection).await {
            Err(error) if is_concurrent(&error) => {}
            done => return done.map(drop).map_err(of_roles),
        }
    }
    run(connection, sql).await
}

/// "tuple concurrently updated" has no code of its own; a membership that is there has.
fn is_concurrent(error: &sqlx::Error) -> bool {
    matches!(sqlstate(error).as_deref(), Some("XX000" | "23505"))
}

/// Says what to do for whoever may not make roles.
fn of_roles(error: sqlx::Error) -> Error {
    let denied = sqlstate(&error).as_deref() == Some("42501");
    let typed = of_admin(error);
    if !denied {
        return typed;
    }
    let message = format!(
        "{}: give the user of the server's URL the right by `ALTER ROLE … CREATEROLE`, or make the roles yourself \
         and give each a URL of its own",
        typed.message()
    );
    Error::new(ErrorKind::Denied, message).with_source(typed)
}
