//! TerminusDB: its models compile and render; their records cannot be reached by this version.
//!
//! [`client`] speaks to a server; nothing above it does yet.

#[allow(dead_code, unused_imports, unreachable_pub, reason = "the backend that calls it comes next")]
mod client;
#[allow(dead_code, unused_imports, unreachable_pub, reason = "the backend that calls it comes next")]
mod server;

use futures::future::BoxFuture;
use sqh_model::{Error, Result};

#[allow(unused_imports, reason = "the client reads it")]
pub(crate) use self::server::TerminusDbServer;
use super::{Backend, Capabilities};
use crate::engine::Scoped;
use crate::op::Reply;

/// Stands where the TerminusDB backend will be: it can do nothing and says so, which the path
/// tells a caller before anything is asked of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unavailable;

impl Backend for Unavailable {
    fn execute(&self, _: Scoped) -> BoxFuture<'_, Result<Reply>> {
        Box::pin(async { Err(Error::unsupported("records of TerminusDB models cannot be reached by this version")) })
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::NONE
    }
}
