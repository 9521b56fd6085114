//! The catalog's roles and members.

use std::collections::{BTreeMap, BTreeSet};

use sqh_model::{Error, Result};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgConnection, Row as _};

use super::error::{of_admin, sqlstate};
use crate::scope::Grants;
use crate::tenancy::{Member, RoleRecord, unknown_tenant};

/// What a user holds in a tenant, or outside of tenants.
pub(crate) async fn grants(
    connection: &mut PgConnection,
    user_id: &str,
    tenant: Option<&str>,
) -> Result<Option<Grants>> {
    let query = "SELECT m.team_id, m.roles, m.attributes, ARRAY(SELECT DISTINCT p.permission \
                 FROM sqh.role_permissions p WHERE p.role = ANY (m.roles)) AS permissions \
                 FROM sqh.members m WHERE m.user_id = $1 AND m.tenant IS NOT DISTINCT FROM $2";
    let query = sqlx::query(query).bind(user_id).bind(tenant);
    let row = query.fetch_optional(connection).await.map_err(of_admin)?;
    row.map(|row| {
        Ok(Grants {
            team_id: row.try_get("team_id").map_err(of_admin)?,
            roles: texts(&row, "roles")?,
            permissions: texts(&row, "permissions")?,
            attributes: attributes(&row)?,
        })
    })
    .transpose()
}

/// Makes a role, unless it is there.
pub(crate) async fn add_role(connection: &mut PgConnection, role: &str) -> Result<()> {
    let query = "INSERT INTO sqh.roles (name) VALUES ($1) ON CONFLICT (name) DO NOTHING";
    sqlx::query(query).bind(role).execute(connection).await.map_err(of_admin)?;
    Ok(())
}

/// Takes every permission from a role.
pub(crate) async fn clear_role(connection: &mut PgConnection, role: &str) -> Result<()> {
    let query = "DELETE FROM sqh.role_permissions WHERE role = $1";
    sqlx::query(query).bind(role).execute(connection).await.map_err(of_admin)?;
    Ok(())
}

/// Gives a role a permission, unless it has it.
pub(crate) async fn grant(connection: &mut PgConnection, role: &str, permission: &str) -> Result<()> {
    let query = "INSERT INTO sqh.role_permissions (role, permission) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    match sqlx::query(query).bind(role).bind(permission).execute(connection).await {
        Err(error) if sqlstate(&error).as_deref() == Some("23503") => Err(unknown_role(role).with_source(error)),
        done => done.map(drop).map_err(of_admin),
    }
}

/// Takes a permission from a role; whether it had it.
pub(crate) async fn revoke(connection: &mut PgConnection, role: &str, permission: &str) -> Result<bool> {
    let query = sqlx::query("DELETE FROM sqh.role_permissions WHERE role = $1 AND permission = $2");
    let done = query.bind(role).bind(permission).execute(connection).await.map_err(of_admin)?;
    Ok(done.rows_affected() > 0)
}

/// Takes a role from all who have it, and removes it; whether there was one.
pub(crate) async fn remove_role(connection: &mut PgConnection, role: &str) -> Result<bool> {
    let query = "UPDATE sqh.members SET roles = array_remove(roles, $1) WHERE $1 = ANY (roles)";
    sqlx::query(query).bind(role).execute(&mut *connection).await.map_err(of_admin)?;
    let query = sqlx::query("DELETE FROM sqh.roles WHERE name = $1").bind(role);
    Ok(query.execute(connection).await.map_err(of_admin)?.rows_affected() > 0)
}

/// Makes a member, or stores anew what there is of it. Its roles stay until the transaction ends.
pub(crate) async fn put_member(connection: &mut PgConnection, member: &Member) -> Result<()> {
    let roles: Vec<&str> = member.roles.iter().map(String::as_str).collect();
    let query = "SELECT name FROM sqh.roles WHERE name = ANY ($1) FOR KEY SHARE";
    let known: Vec<String> =
        sqlx::query_scalar(query).bind(&roles).fetch_all(&mut *connection).await.map_err(of_admin)?;
    if let Some(role) = member.roles.iter().find(|role| !known.contains(role)) {
        return Err(unknown_role(role));
    }
    let query = "INSERT INTO sqh.members (user_id, tenant, team_id, roles, attributes) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (user_id, tenant) DO UPDATE SET team_id = EXCLUDED.team_id, roles = EXCLUDED.roles, \
                 attributes = EXCLUDED.attributes";
    let query = sqlx::query(query).bind(&member.user_id).bind(&member.tenant).bind(&member.team_id);
    match query.bind(&roles).bind(Json(&member.attributes)).execute(connection).await {
        Err(error) if sqlstate(&error).as_deref() == Some("23503") => {
            Err(unknown_tenant(member.tenant.as_deref().unwrap_or_default()).with_source(error))
        }
        done => done.map(drop).map_err(of_admin),
    }
}

/// Removes a member; whether there was one.
pub(crate) async fn remove_member(connection: &mut PgConnection, user_id: &str, tenant: Option<&str>) -> Result<bool> {
    let query = sqlx::query("DELETE FROM sqh.members WHERE user_id = $1 AND tenant IS NOT DISTINCT FROM $2");
    let done = query.bind(user_id).bind(tenant).execute(connection).await.map_err(of_admin)?;
    Ok(done.rows_affected() > 0)
}

/// Every role by name.
pub(crate) async fn roles(connection: &mut PgConnection) -> Result<Vec<RoleRecord>> {
    let query = "SELECT r.name, ARRAY(SELECT p.permission FROM sqh.role_permissions p WHERE p.role = r.name) \
                 AS permissions FROM sqh.roles r ORDER BY r.name";
    let rows = sqlx::query(query).fetch_all(connection).await.map_err(of_admin)?;
    rows.iter()
        .map(|row| {
            let name = row.try_get("name").map_err(of_admin)?;
            Ok(RoleRecord { name, permissions: texts(row, "permissions")? })
        })
        .collect()
}

/// The members of a tenant, or those of the platform, by user.
pub(crate) async fn members(connection: &mut PgConnection, tenant: Option<&str>) -> Result<Vec<Member>> {
    let query = "SELECT user_id, tenant, team_id, roles, attributes FROM sqh.members \
                 WHERE tenant IS NOT DISTINCT FROM $1 ORDER BY user_id";
    let rows = sqlx::query(query).bind(tenant).fetch_all(connection).await.map_err(of_admin)?;
    rows.iter()
        .map(|row| {
            Ok(Member {
                user_id: row.try_get("user_id").map_err(of_admin)?,
                tenant: row.try_get("tenant").map_err(of_admin)?,
                team_id: row.try_get("team_id").map_err(of_admin)?,
                roles: texts(row, "roles")?,
                attributes: attributes(row)?,
            })
        })
        .collect()
}

fn unknown_role(role: &str) -> Error {
    Error::not_found(format!("there is no role {role:?}: `define_role` makes one"))
}

fn texts(row: &PgRow, column: &str) -> Result<BTreeSet<String>> {
    Ok(row.try_get::<Vec<String>, _>(column).map_err(of_admin)?.into_iter().collect())
}

fn attributes(row: &PgRow) -> Result<BTreeMap<String, serde_json::Value>> {
    row.try_get::<Json<_>, _>("attributes").map(|json| json.0).map_err(of_admin)
}
