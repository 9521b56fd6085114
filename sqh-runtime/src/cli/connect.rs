//! What commands on a server share: a runtime, a platform, and the connections' end.

use sqh_model::schema::Registry;
use sqh_model::{Error, Result};

use super::args::Global;
use super::output::{Answer, Failure};
use crate::scope::{Authenticator, Identity, Principal};
use crate::tenancy::{DIRECT_URL, REPLICA_URLS, Role};
use crate::{Platform, PlatformBuilder};

/// Runs a command on a platform of the models, and closes its connections.
pub(super) fn on_platform(
    registry: &Registry,
    global: &Global,
    command: impl AsyncFnOnce(&Platform) -> Result<Answer, Failure>,
) -> Result<Answer, Failure> {
    let url = global.url.as_ref().ok_or_else(|| {
        Failure::Usage(Error::invalid("no server is named: add `--url postgres://…`, or set DATABASE_URL"))
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::internal("no runtime can be made").with_source(error))?;
    runtime.block_on(async {
        let builder = Platform::builder().models(registry.models().iter().copied()).postgres(url.as_str());
        let platform = with_places(Role::MADE.into_iter().fold(builder, with_own_url)).build().await?;
        let answer = command(&platform).await;
        if let Some(databases) = platform.manager() {
            databases.store().close_all().await;
        }
        answer
    })
}

/// The URL of a role's own, if the environment has one.
fn with_own_url(builder: PlatformBuilder, role: Role) -> PlatformBuilder {
    match std::env::var(role.url_variable()) {
        Ok(url) if !url.is_empty() => builder.role_url(role, url),
        _ => builder,
    }
}

/// The other places of the server, if the environment has them.
fn with_places(builder: PlatformBuilder) -> PlatformBuilder {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let builder = variable(REPLICA_URLS).split_whitespace().fold(builder, |builder, url| builder.replica(url));
    match variable(DIRECT_URL) {
        url if !url.is_empty() => builder.behind_pooler(url),
        _ => builder,
    }
}

/// Who the command line is: the system, for the user of the machine.
pub(super) fn principal() -> Principal {
    let user = std::env::var("USER").unwrap_or_else(|_| "somebody".to_owned());
    Principal::system(format!("{user} on the command line"))
}

/// A user of the platform by name. Whoever has the owner's URL may be anybody; what the user may do is
/// what the catalog grants.
pub(super) async fn user(name: &str) -> Result<Principal> {
    Principal::authenticate(&ByName, name.to_owned()).await
}

struct ByName;

impl Authenticator for ByName {
    type Credentials = String;

    async fn authenticate(&self, user_id: String) -> Result<Identity> {
        Ok(Identity { user_id, ..Identity::default() })
    }
}
