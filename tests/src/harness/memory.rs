//! The memory backend under test.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqh_runtime::backend::memory::MemoryBackend;
use sqh_runtime::backend::{Backend as _, Capabilities};
use sqh_runtime::{Platform, PlatformBuilder};

use super::Harness;

/// Records in memory.
#[derive(Debug)]
pub struct Memory;

impl Harness for Memory {
    fn platform(&self, builder: PlatformBuilder) -> BoxFuture<'_, Platform> {
        async { builder.build_in_memory().expect("the models of the suite fit together") }.boxed()
    }

    fn capabilities(&self) -> Capabilities {
        MemoryBackend::default().capabilities()
    }
}
