//! What commands on a server share: a runtime, a platform, and the connections' end.

use sqh_model::schema::Registry;
use sqh_model::{Error, Result};

use super::args::Global;
use super::output::{Answer, Failure};
use crate::Platform;
use crate::scope::Principal;

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
        let platform = builder.build().await?;
        let answer = command(&platform).await;
        if let Some(databases) = platform.databases() {
            databases.store().close_all().await;
        }
        answer
    })
}

/// Who the command line is: the system, for the user of the machine.
#[expect(dead_code, reason = "the commands on tenants and servers ask as it")]
pub(super) fn principal() -> Principal {
    let user = std::env::var("USER").unwrap_or_else(|_| "somebody".to_owned());
    Principal::system(format!("{user} on the command line"))
}
