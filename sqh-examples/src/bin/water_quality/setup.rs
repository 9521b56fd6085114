//! The server, the databases and the tenants.

use sqh_dev_postgres::{Server, Source};
use sqh_examples::models::{AppStationSite, AppWatershed, models};
use sqh_runtime::Platform;
use sqh_runtime::prelude::*;
use sqh_runtime::schema::{ModelDef, SHARED_REFERENCE_DB_NAME};
use sqh_runtime::scope::{Shared, Tenant};
use sqh_runtime::tenancy::CATALOG_DB_NAME;

use crate::Outcome;
use crate::screen::Screen;

/// What every section needs.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) platform: Platform,
    /// The shared reference data.
    pub(crate) shared: Cx<Shared>,
    /// A laboratory in Maryland.
    pub(crate) chesapeake: Cx<Tenant>,
    /// A laboratory in Virginia.
    pub(crate) shenandoah: Cx<Tenant>,
    /// Whether models with geometries can be used.
    pub(crate) has_postgis: bool,
    // Held for its end: it takes the temporary server with it.
    server: Server,
}

/// The models that need PostGIS.
fn spatial() -> [&'static ModelDef; 2] {
    models![AppStationSite, AppWatershed]
}

/// Finds or starts the server, and makes the databases unless they are there.
pub(crate) async fn set_up(screen: &Screen) -> Outcome<Example> {
    screen.title("sqh: a water-quality platform")?;
    let server = Server::start().await?;
    screen.section("Server and databases")?;
    screen.fact("server", server.describe())?;

    let platform = Platform::builder().models(models()).postgres(server.admin_url()).build().await?;
    let report = platform.init().await?;
    screen.fact("catalog", CATALOG_DB_NAME)?;
    screen.fact("shared reference data", SHARED_REFERENCE_DB_NAME)?;

    let principal = Principal::system("the water-quality example");
    let fleet = platform.fleet(&principal).await?;
    let mut tenants = Vec::new();
    for slug in ["chesapeake", "shenandoah"] {
        platform.tenants().provision(&fleet, slug).await?;
        tenants.push(platform.tenant(&principal, slug).await?);
        screen.fact("tenant", format_args!("{slug}, database sqh_tenant_{slug}"))?;
    }
    let postgis = report.missing.iter().find(|extension| extension.name == "postgis");
    if let Some(missing) = postgis {
        let names = spatial().map(|model| model.name).join(" and ");
        screen.fact("skipped", format_args!("{names}: {missing}"))?;
    }
    let has_postgis = postgis.is_none();
    let [chesapeake, shenandoah] = tenants.try_into().map_err(|_| "two tenants were provisioned")?;
    let shared = platform.shared(&principal).await?;
    Ok(Example { platform, shared, chesapeake, shenandoah, has_postgis, server })
}

/// Says what is left for `sqh`, or that nothing is.
pub(crate) fn say_what_stays(screen: &Screen, example: &Example) -> Outcome {
    screen.section("The end")?;
    match example.server.source() {
        Source::DatabaseUrl => {
            screen.line("The databases stay in the server of DATABASE_URL; run this again and it finds its rows.")?
        }
        _ => screen.line("The temporary server goes now, and its rows with it. Set DATABASE_URL to keep them.")?,
    }
    screen.line("`cargo run --release --bin sqh -- schema ddl` prints the DDL of every model.")?;
    Ok(())
}
