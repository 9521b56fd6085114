//! The isolation test: many tenants at work at the same time, and nobody sees anything of another.
//!
//! Random operations on your own models go by every path of the API, over few connections, with
//! callers who go away on the way, and whatever else you let loose on them. Each record holds its
//! tenant's canary, a word that stands in no other tenant's record, and half of the keys are the same
//! in every tenant. Of each tenant the test knows what its records must be. So it finds
//!
//! - a canary of another tenant in a record, in an error's message or in a plan;
//! - a record that the tenant has not written, or no longer has;
//! - a number that is not that of its own records;
//! - a refusal for a record that is not its own, such as a duplicate key;
//! - a write that was lost, or came back.
//!
//! ```
//! use sqh_runtime::Platform;
//! use sqh_runtime::prelude::*;
//! use sqh_runtime::testing::isolation::Isolation;
//!
//! /// A sample of a tenant.
//! #[derive(Debug, Clone, PartialEq, PlatformModel)]
//! #[model(group = "lab")]
//! #[storage(postgres)]
//! pub struct AppSample {
//!     #[field(primary_key)]
//!     pub id: i64,
//!     #[field(search)]
//!     pub notes: String,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<()> {
//! // Or `.postgres(url).max_connections(4).build().await?`, and `platform.init().await?`.
//! let platform = Platform::builder().models(models![AppSample]).build_in_memory()?;
//! let report = Isolation::new(&platform).model::<AppSample>().tenants(4).operations(2_000).run().await?;
//! println!("{report}");
//! # Ok(())
//! # }
//! ```
//!
//! With [`Isolation::unrest`] it also ends the server's backends, closes connections, alters tables and
//! suspends tenants meanwhile; [`Isolation::placed`] puts the tenants into several placements.
//!
//! Several callers of a tenant are at work at the same time now and then ([`Isolation::callers`]), and
//! [`Isolation::shared_model`] adds models that all tenants read and none may write.
//!
//! The tenants are dropped in the end, whatever came of it, unless [`Isolation::keep`] is asked for.
//!
//! A failure says the seed, the tenant and its last operations. The same seed draws the same
//! operations; how they meet is up to the scheduler and the server.
//!
//! Records are drawn from the model's definition. A model whose hooks or types want more than that
//! is added by [`Isolation::model_with`].

mod ask;
mod call;
mod clean;
mod commons;
mod draw;
mod drop_after;
mod expect;
mod face;
mod judge;
mod lane;
mod marks;
mod named;
mod paths;
mod populate;
mod report;
mod step;
#[cfg(test)]
mod tests;
mod unrest;
mod untyped;
mod which;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use fastrand::Rng;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use sqh_model::schema::{PlatformModel, WritableModel};
use sqh_model::{Error, Result};

use self::clean::Made;
pub use self::draw::Draw;
use self::face::{Face, Typed, of_shared};
use self::lane::{Lane, Violation};
pub use self::paths::{PATHS, Path, Walked, Walks};
pub use self::report::Report;
pub use self::unrest::Disturbances;
use self::unrest::Unrest;
use crate::platform::Platform;
use crate::scope::{Cx, Principal, Shared, Tenant};
use crate::tenancy::TenantOptions;

/// How many operations a tenant does before all of them are looked at.
const ROUND: u64 = 250;

/// Random operations of many tenants; see the [module](self).
#[must_use = "call `run`"]
pub struct Isolation {
    platform: Platform,
    faces: Vec<Arc<dyn Face>>,
    shared: Vec<Arc<dyn Face>>,
    tenants: usize,
    callers: u32,
    keep: bool,
    operations: u64,
    seed: Option<u64>,
    dropped: u32,
    unrest: u32,
    placed: Vec<TenantOptions>,
}

impl Isolation {
    /// A test of a platform. It makes tenants of its own and touches no others.
    pub fn new(platform: &Platform) -> Self {
        Self {
            platform: platform.clone(),
            faces: Vec::new(),
            shared: Vec::new(),
            tenants: 8,
            callers: 3,
            keep: false,
            operations: 10_000,
            seed: None,
            dropped: 4,
            unrest: 0,
            placed: Vec::new(),
        }
    }

    /// Adds a model of tenants.
    pub fn model<M: PlatformModel<Scope = Tenant, Writes = Tenant>>(self) -> Self {
        self.face(Typed::<M> { scope: Clone::clone, make: None, shared: None })
    }

    /// Adds a model whose records you draw yourself, but for their keys.
    pub fn model_with<M: PlatformModel<Scope = Tenant, Writes = Tenant>>(
        self,
        make: impl Fn(&mut Draw) -> M + Send + Sync + 'static,
    ) -> Self {
        self.face(Typed::<M> { scope: Clone::clone, make: Some(Arc::new(make)), shared: None })
    }

    /// Adds a model of shared records. The test makes some of its own, and deletes them in the end; it
    /// asks nothing of those that are there.
    pub fn shared_model<M: PlatformModel<Scope = Shared, Writes = Shared>>(mut self) -> Self {
        self.shared.push(Arc::new(Typed::<M> { scope: Cx::shared, make: None, shared: Some(of_shared::<M>) }));
        self
    }

    /// How many callers of one tenant there are at the same time, at most. 3 if it is not said.
    pub fn callers(self, callers: u32) -> Self {
        Self { callers, ..self }
    }

    /// Whether the tenants stay, so that they can be looked at; [`Report::tenants`], or the message of
    /// the failure, has their slugs. They go if it is not said.
    pub fn keep(self, keep: bool) -> Self {
        Self { keep, ..self }
    }

    /// How many tenants. 8 if it is not said.
    pub fn tenants(self, tenants: usize) -> Self {
        Self { tenants, ..self }
    }

    /// About how many operations, of all tenants together. 10,000 if it is not said.
    pub fn operations(self, operations: u64) -> Self {
        Self { operations, ..self }
    }

    /// Draws what this seed leads to. Random if it is not said.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// In how many of a hundred operations the caller goes away on the way. 4 if it is not said.
    pub fn dropped(self, percent: u32) -> Self {
        Self { dropped: percent.min(100), ..self }
    }

    /// Makes the tenants by these options in turn: in several placements, on several servers.
    pub fn placed(self, options: impl IntoIterator<Item = TenantOptions>) -> Self {
        Self { placed: options.into_iter().collect(), ..self }
    }

    /// Disturbs the tenants so often in a thousand operations: backends are ended, idle connections
    /// closed, tables altered and analyzed, partitions made. The server is not for other uses
    /// meanwhile. Never, if it is not said; a platform in memory has nothing to disturb.
    pub fn unrest(self, per_thousand: u32) -> Self {
        Self { unrest: per_thousand.min(1000), ..self }
    }

    fn face<M: WritableModel>(mut self, face: Typed<M>) -> Self {
        self.faces.push(Arc::new(face));
        self
    }

    /// Makes the tenants and lets them work.
    ///
    /// # Errors
    /// `Internal` for whatever of one tenant's was seen by another, or was not what it must be; the
    /// message has the seed and the tenant's last operations. What stands in the way of the test
    /// itself, such as a server that is down.
    pub async fn run(self) -> Result<Report> {
        if self.faces.is_empty() || self.tenants == 0 {
            return Err(Error::invalid("there is nothing to try: add a model and a tenant"));
        }
        let mut made = Made::default();
        let outcome = self.work(&mut made).await;
        if !self.keep {
            made.remove(&self.platform).await;
        }
        outcome
    }

    async fn work(&self, made: &mut Made) -> Result<Report> {
        let seed = self.seed.unwrap_or_else(random);
        let began = Instant::now();
        let mut lanes = self.lanes(seed, made).await?;
        let mut unrest = self.disturber(&lanes, seed).await?;
        let count = Arc::new(AtomicU64::new(0));
        let mut done = 0;
        // The tables are made before anything goes on around them.
        all(&mut lanes, async |lane| lane.settle().await).await.map_err(|violation| failed(seed, 0, &violation))?;
        while done < self.operations {
            let left = (self.operations - done).div_ceil(lanes.len() as u64).min(ROUND);
            let told = |violation: Violation| failed(seed, done, &violation);
            let work = all(&mut lanes, async |lane| lane.run(left, &count).await);
            match &mut unrest {
                None => work.await.map_err(told)?,
                Some(unrest) => tokio::select! {
                    outcome = work => outcome.map_err(told)?,
                    () = unrest.run(&count) => {}
                },
            }
            if let Some(unrest) = &mut unrest {
                unrest.calm().await?;
            }
            all(&mut lanes, async |lane| lane.settle().await).await.map_err(told)?;
            made.settle(&self.platform).await.map_err(told)?;
            done = lanes.iter().map(|lane| lane.operations).sum();
        }
        // A short run has to look for the paths to which few calls lead.
        for path in walks(&lanes).missing() {
            lanes[0].seek(path).await.map_err(|violation| failed(seed, done, &violation))?;
        }
        let disturbances = unrest.map(|unrest| unrest.done).unwrap_or_default();
        Ok(Report {
            seed,
            operations: done,
            crowds: lanes.iter().map(|lane| lane.crowds).sum(),
            visits: lanes.iter().map(|lane| lane.visits).sum(),
            tenants: lanes.iter().map(|lane| lane.slug.clone()).collect(),
            took: began.elapsed(),
            walks: walks(&lanes),
            disturbances,
        })
    }

    async fn disturber(&self, lanes: &[Lane], seed: u64) -> Result<Option<Unrest>> {
        if self.unrest == 0 || self.platform.manager().is_none() {
            return Ok(None);
        }
        let tenants = lanes.iter().map(|lane| (lane.slug.clone(), lane.place())).collect();
        let fleet = self.platform.fleet(&principal()).await?;
        let models = self.faces.iter().map(|face| face.def()).collect();
        let every = u64::from(1000 / self.unrest);
        Unrest::new(&self.platform, fleet, tenants, models, Rng::with_seed(seed), every).map(Some)
    }
}

impl fmt::Debug for Isolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { faces, tenants, operations, seed, .. } = self;
        f.debug_struct("Isolation")
            .field("models", faces)
            .field("tenants", tenants)
            .field("operations", operations)
            .field("seed", seed)
            .finish_non_exhaustive()
    }
}

fn walks(lanes: &[Lane]) -> Walks {
    let mut walks = Walks::default();
    lanes.iter().for_each(|lane| walks.add(&lane.walks));
    walks
}

/// Lets all lanes do something at the same time.
async fn all(
    lanes: &mut [Lane],
    work: impl AsyncFn(&mut Lane) -> std::result::Result<(), Violation>,
) -> std::result::Result<(), Violation> {
    let mut working: FuturesUnordered<_> = lanes.iter_mut().map(|lane| work(lane)).collect();
    while let Some(outcome) = working.next().await {
        outcome?;
    }
    Ok(())
}

fn principal() -> Principal {
    Principal::system("the isolation test")
}

fn random() -> u64 {
    uuid::Uuid::new_v4().as_u64_pair().0
}

fn failed(seed: u64, operations: u64, violation: &Violation) -> Error {
    let Violation { slug, reason, trail } = violation;
    Error::internal(format!(
        "the isolation of tenants is broken (seed {seed}, after about {operations} operations)\n\
         the tenant `{slug}`: {reason}\nits last operations:\n{}",
        trail.join("\n")
    ))
}
