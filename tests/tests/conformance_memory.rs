//! The conformance suite on the memory backend.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqh_runtime::backend::memory::MemoryBackend;
use sqh_runtime::backend::{Backend as _, Capabilities};
use sqh_runtime::{Platform, PlatformBuilder};
use sqh_tests::harness::Harness;

sqh_tests::conformance!(crate::harness);

async fn harness() -> Memory {
    Memory
}

struct Memory;

impl Harness for Memory {
    fn platform(&self, builder: PlatformBuilder) -> BoxFuture<'_, Platform> {
        async { builder.build_in_memory().expect("the models of the suite fit together") }.boxed()
    }

    fn capabilities(&self) -> Capabilities {
        MemoryBackend::default().capabilities()
    }
}
