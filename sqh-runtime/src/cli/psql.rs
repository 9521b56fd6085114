//! `tenant psql`: psql where a tenant's records are, logged in as the platform itself is.

use std::process::Command;

use sqh_model::schema::Placement;
use sqh_model::{Error, ErrorKind, Result};

use super::output::{Answer, Failure, warn};
use crate::Platform;
use crate::tenancy::{Role, Server, TenantRecord, login_variables};

/// Becomes psql.
pub(super) async fn open(platform: &Platform, tenant: &TenantRecord, args: &[String]) -> Result<Answer, Failure> {
    let databases = platform.manager().ok_or_else(|| Error::unsupported("a platform in memory has no server"))?;
    let server = databases.catalog().server(tenant.server()).await?;
    databases.store().identify(&server, Role::Application).await?;
    if tenant.placement() == Placement::Row {
        warn("the tables hold rows of other tenants too: only those with row security show this tenant's alone");
    }
    let mut psql = Command::new("psql");
    psql.args(args);
    for (name, value) in environment(&server, tenant)? {
        match value {
            Some(value) => psql.env(name, value),
            None => psql.env_remove(name),
        };
    }
    let status = psql.status().map_err(|error| {
        Error::new(ErrorKind::Unavailable, "psql cannot be started: install PostgreSQL's client").with_source(error)
    })?;
    Ok(Answer::text("").unless(!status.success()))
}

/// What psql finds in its environment, where other users of the machine do not see the password; and what
/// it must not find there. It goes to the server itself: behind a pooler the session would be another's
/// after each transaction.
fn environment(server: &Server, tenant: &TenantRecord) -> Result<Vec<(&'static str, Option<String>)>> {
    let login = server.direct_options(tenant.database(), Role::Application)?;
    let mut variables = login_variables(&login);
    let of_url = login.get_options().map(|options| format!("{options} ")).unwrap_or_default();
    variables.push(("PGOPTIONS", Some(of_url + &session_options(tenant))));
    variables.push(("PGAPPNAME", Some("sqh tenant psql".to_owned())));
    Ok(variables)
}

/// The schema and the tenant's key, for each session of psql.
fn session_options(tenant: &TenantRecord) -> String {
    let key = tenant.key().replace('\\', "\\\\");
    format!("-c search_path={} -c {}={key}", tenant.schema(), sqh_model::render::ddl::TENANT_SETTING)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::tenancy::{DEFAULT_SERVER, NewTenant, Slug};

    fn tenant() -> TenantRecord {
        let slug = Slug::new("acme").unwrap();
        TenantRecord::in_memory(NewTenant::new(&slug, "acme", DEFAULT_SERVER, Placement::Database), 1)
    }

    #[track_caller]
    fn check(server: Server, expected: &[(&str, Option<&str>)]) {
        let given: BTreeMap<_, _> = environment(&server, &tenant()).unwrap().into_iter().collect();
        for (name, value) in expected {
            assert_eq!(given.get(name).map(Option::as_deref), Some(*value), "{name}");
        }
    }

    #[test]
    fn psql_logs_in_as_the_platform_does() {
        let url = "postgres://app:hush@db:6543/app?sslmode=verify-full&sslrootcert=/ca.pem&sslcert=/c.pem\
                   &sslkey=/k.pem&options=-c%20work_mem%3D1MB";
        let server = Server::new("postgres://owner@db/app").unwrap().role_url(Role::Application, url).unwrap();
        let options = "-c work_mem=1MB -c search_path=public -c sqh.tenant=acme";
        check(
            server,
            &[
                ("PGHOST", Some("db")),
                ("PGHOSTADDR", None),
                ("PGPORT", Some("6543")),
                ("PGUSER", Some("app")),
                ("PGPASSWORD", Some("hush")),
                ("PGDATABASE", Some("sqh_tenant_acme")),
                ("PGSSLMODE", Some("verify-full")),
                ("PGSSLROOTCERT", Some("/ca.pem")),
                ("PGSSLCERT", Some("/c.pem")),
                ("PGSSLKEY", Some("/k.pem")),
                ("PGOPTIONS", Some(options)),
                // It would win over the rest.
                ("PGSERVICE", None),
            ],
        );
    }

    #[test]
    fn psql_finds_a_socket_and_goes_past_a_pooler() {
        let socket = "postgres://app:hu%2Fsh@%2Frun%2Fpg:6543/app";
        let server = |url| Server::new("postgres://owner@db/app").unwrap().role_url(Role::Application, url).unwrap();
        let on_socket = [("PGHOST", Some("/run/pg")), ("PGPORT", Some("6543")), ("PGPASSWORD", Some("hu/sh"))];
        check(server(socket), &on_socket);
        let pooled = |url, direct: &str| server(url).pooled(direct).unwrap();
        check(
            pooled("postgres://app@pooler:6432", "postgres://db:5433?sslmode=require"),
            &[
                ("PGHOST", Some("db")),
                ("PGPORT", Some("5433")),
                ("PGUSER", Some("app")),
                ("PGSSLMODE", Some("require")),
            ],
        );
        check(pooled("postgres://app@pooler:6432", "postgres://%2Frun%2Fpg:5433"), &[("PGHOST", Some("/run/pg"))]);
        check(
            pooled(socket, "postgres://db:5433?sslrootcert=/ca.pem"),
            &[("PGHOST", Some("db")), ("PGPASSWORD", Some("hu/sh")), ("PGSSLROOTCERT", Some("/ca.pem"))],
        );
    }
}
