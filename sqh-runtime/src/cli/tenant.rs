//! `tenant`: tenants, from the first to the last day.

use std::time::Duration;

use chrono::SecondsFormat;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value as Json, json};
use sqh_model::schema::Placement;

use super::args::PlacementArg;
use super::connect::principal;
use super::output::{Answer, Failure, progress};
use crate::Platform;
use crate::scope::{Cx, Fleet};
use crate::service::TenantService;
use crate::tenancy::{DROP_GRACE, DropConfirmation, TenantFilter, TenantOptions, TenantRecord, TenantStatus};

#[derive(Debug, Subcommand)]
pub(super) enum TenantForm {
    /// Makes a tenant, or completes one whose making was interrupted
    Create(Create),
    /// Lists the tenants
    List(List),
    /// Shows a tenant
    Show(Which),
    /// Stops a tenant: its writers are refused at once, its readers within half a minute
    Suspend(Which),
    /// Brings a tenant back that is suspended, or is to be dropped
    Resume(Which),
    /// Stops a tenant and has it dropped for good after a time of grace; or drops what is due
    Drop(Drop),
    /// Measures the records of a tenant
    Size(Which),
    /// Opens psql where the tenant's records are, as the application's role
    Psql(Psql),
}

#[derive(Debug, Args)]
pub(super) struct Which {
    /// The tenant
    slug: String,
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The tenant, such as acme-labs
    slug: String,
    /// How its records are kept apart [default: database]
    #[arg(long, value_enum, value_name = "PLACEMENT")]
    placement: Option<PlacementArg>,
    /// Where it is [default: the server with the fewest tenants]
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
    /// What the tenant column holds in row placement [default: the slug]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Counts them on each server instead
    #[arg(long, conflicts_with_all = ["server", "status"])]
    by_server: bool,
    /// Those of a server
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
    /// Those of a status
    #[arg(long, value_enum, value_name = "STATUS")]
    status: Option<StatusArg>,
}

#[derive(Debug, Args)]
pub(super) struct Drop {
    /// The tenant
    #[arg(required_unless_present = "purge_due")]
    slug: Option<String>,
    /// The tenant once more, spelt out
    #[arg(long, value_name = "SLUG", required_unless_present = "purge_due")]
    confirm: Option<String>,
    /// How long it can be resumed, such as 12h or 30d
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = time)]
    grace: Duration,
    /// Drops for good all tenants whose time of grace is over
    #[arg(long, conflicts_with_all = ["slug", "confirm"])]
    purge_due: bool,
}

#[derive(Debug, Args)]
pub(super) struct Psql {
    /// The tenant
    slug: String,
    /// What psql is given, after `--`
    #[arg(last = true)]
    args: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StatusArg {
    Provisioning,
    Active,
    Suspended,
    Dropping,
}

impl From<StatusArg> for TenantStatus {
    fn from(status: StatusArg) -> Self {
        match status {
            StatusArg::Provisioning => Self::Provisioning,
            StatusArg::Active => Self::Active,
            StatusArg::Suspended => Self::Suspended,
            StatusArg::Dropping => Self::Dropping,
        }
    }
}

/// Does what was asked for, as the system.
pub(super) async fn run(platform: &Platform, form: TenantForm) -> Result<Answer, Failure> {
    let (tenants, cx) = (platform.tenants(), platform.fleet(&principal()).await?);
    match form {
        TenantForm::Create(create) => {
            let Create { slug, placement, server, key } = create;
            let placement = placement.map(Placement::from);
            let options = TenantOptions { placement, server, key };
            Ok(shown(&*tenants.provision_with(&cx, &slug, &options).await?))
        }
        TenantForm::List(List { by_server: true, .. }) => by_server(&tenants, &cx).await,
        TenantForm::List(List { server, status, .. }) => {
            let filter = TenantFilter { server, status: status.map(TenantStatus::from), ..TenantFilter::default() };
            let found = tenants.list(&cx, &filter).await?;
            let rows = found.iter().map(|tenant| {
                let [slug, server, placement, status] =
                    [tenant.slug(), tenant.server(), tenant.placement().name(), tenant.status().name()];
                [slug, server, placement, status].map(str::to_owned)
            });
            let answer = Answer::table(["TENANT", "SERVER", "PLACEMENT", "STATUS"], rows);
            Ok(answer.or_json(found.iter().map(|tenant| json_of(tenant)).collect()))
        }
        TenantForm::Show(Which { slug }) => Ok(shown(&*tenants.find(&cx, &slug).await?)),
        TenantForm::Suspend(Which { slug }) => Ok(shown(&*tenants.suspend(&cx, &slug).await?)),
        TenantForm::Resume(Which { slug }) => Ok(shown(&*tenants.resume(&cx, &slug).await?)),
        TenantForm::Drop(Drop { slug: Some(slug), confirm: Some(confirm), grace, .. }) => {
            let confirmation = DropConfirmation::new(confirm).grace(grace);
            Ok(shown(&*tenants.drop(&cx, &slug, confirmation).await?))
        }
        TenantForm::Drop(_) => {
            let told = |slug: &str| progress(format_args!("the tenant `{slug}` is dropped for good"));
            let purged = tenants.purge_due_telling(&cx, told).await?;
            let answer = match purged.is_empty() {
                true => Answer::text("nothing is due, nothing was dropped\n"),
                false => Answer::table(["DROPPED"], purged.iter().map(|slug| [slug.clone()])),
            };
            Ok(answer.or_json(json!({ "dropped": purged })))
        }
        TenantForm::Size(Which { slug }) => size(&tenants, &cx, &slug).await,
        TenantForm::Psql(psql) => super::psql::open(platform, &*tenants.find(&cx, &psql.slug).await?, &psql.args).await,
    }
}

async fn by_server(tenants: &TenantService, cx: &Cx<Fleet>) -> Result<Answer, Failure> {
    let servers = tenants.count_by_server(cx).await?;
    let count = |server: &crate::service::ServerTenants, status: TenantStatus| {
        server.by_status.get(status.name()).copied().unwrap_or_default()
    };
    let rows = servers.iter().map(|server| {
        let [active, suspended, dropping] = [TenantStatus::Active, TenantStatus::Suspended, TenantStatus::Dropping]
            .map(|status| count(server, status).to_string());
        [server.server.clone(), server.total().to_string(), active, suspended, dropping]
    });
    let answer = Answer::table(["SERVER", "TENANTS", "ACTIVE", "SUSPENDED", "DROPPING"], rows);
    let json = servers
        .iter()
        .map(|server| json!({ "server": server.server, "tenants": server.total(), "by_status": server.by_status }));
    Ok(answer.or_json(json.collect()))
}

async fn size(tenants: &TenantService, cx: &Cx<Fleet>, slug: &str) -> Result<Answer, Failure> {
    let size = tenants.size(cx, slug).await?;
    let rows = [
        ("database", size.database_bytes),
        ("schema", size.schema_bytes),
        ("rows", size.row_bytes),
        ("all", size.bytes()),
    ];
    let answer = Answer::table(["IN", "BYTES"], rows.map(|(place, bytes)| [place.to_owned(), bytes.to_string()]));
    Ok(answer.or_json(json!({
        "tenant": slug,
        "bytes": size.bytes(),
        "database_bytes": size.database_bytes,
        "schema_bytes": size.schema_bytes,
        "row_bytes": size.row_bytes,
        "rows": size.rows,
    })))
}

fn shown(tenant: &TenantRecord) -> Answer {
    let json = json_of(tenant);
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let fields = json.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let rows: Vec<_> = fields.map(|(name, value)| [name.clone(), text(value)]).collect();
    Answer::table(["TENANT", tenant.slug()], rows).or_json(json)
}

fn json_of(tenant: &TenantRecord) -> Json {
    let time = |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "slug": tenant.slug(),
        "key": tenant.key(),
        "server": tenant.server(),
        "placement": tenant.placement().name(),
        "database": tenant.database(),
        "schema": tenant.schema(),
        "status": tenant.status().name(),
        "epoch": tenant.epoch(),
        "created_at": time(tenant.created_at()),
        "drop_after": tenant.drop_after().map(time),
    })
}

fn time(text: &str) -> Result<Duration, String> {
    let wrong = || {
        format!("`{text}` is no time: write 90s, 30m, 12h or 7d ({} days by default)", DROP_GRACE.as_secs() / 86_400)
    };
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let count: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    count.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit() {
        for (text, seconds) in [("0s", Some(0)), ("90s", Some(90)), ("30m", Some(1_800)), ("7d", Some(604_800))] {
            assert_eq!(time(text).ok(), seconds.map(Duration::from_secs));
        }
        for text in ["", "d", "7", "7w", "-7d", "7é", "99999999999999999999d", "18446744073709551615d"] {
            assert!(time(text).unwrap_err().contains("is no time"), "{text}");
        }
    }
}
