//! Who takes part in a run: the tenants, and what they share.

use std::sync::Arc;

use fastrand::Rng;
use sqh_model::Result;

use super::clean::Made;
use super::commons::Commons;
use super::draw::{Draw, Owner, first_day};
use super::face::Face;
use super::lane::{Lane, Setup, Visit};
use super::marks::Marks;
use super::{Isolation, principal, random};
use crate::scope::{Authenticator, Cx, Identity, Membership, Principal, Tenant};

impl Isolation {
    /// Makes the tenants, and somebody at work in each.
    pub(super) async fn lanes(&self, seed: u64, made: &mut Made) -> Result<Vec<Lane>> {
        let mut rng = Rng::with_seed(seed);
        // The last is that of the shared records.
        let marks = Arc::new(Marks::new(&mut rng, self.tenants + 1));
        let faces: Arc<[Arc<dyn Face>]> = self.faces.clone().into();
        let principal = principal();
        let fleet = self.platform.fleet(&principal).await?;
        let base = first_day(chrono::Utc::now());
        // Tenants of a run before are others, though their canaries are the same.
        let run = random() & 0xffff_ffff;
        let common = marks.of(self.tenants);
        let common =
            Owner { mark: format!("{common}{run:08x}").into(), number: (run % (1 << 20)) as u32, base, is_alone: true };
        let mut lanes = Vec::with_capacity(self.tenants);
        for number in 0..self.tenants {
            let mark = marks.of(number);
            let slug = format!("iso-{mark}-{run:08x}");
            let options = self.placed.get(number % self.placed.len().max(1)).cloned().unwrap_or_default();
            made.tenants.push(slug.clone());
            self.platform.tenants().provision_with(&fleet, &slug, &options).await?;
            let cx = self.platform.tenant(&principal, &slug).await?;
            let visit = self.visit(&cx, &common, made, rng.u64(..)).await?;
            let owner = Owner { mark: Arc::clone(mark), number: number as u32, base, is_alone: false };
            lanes.push(Lane::new(Setup {
                cx,
                platform: self.platform.clone(),
                faces: Arc::clone(&faces),
                draw: Draw::new(rng.u64(..), owner),
                marks: Arc::clone(&marks),
                mark: Arc::clone(mark),
                dropped: self.dropped,
                callers: self.callers,
                visit,
            }));
        }
        Ok(lanes)
    }

    /// A tenant's way to the shared records. The first makes them.
    async fn visit(&self, cx: &Cx<Tenant>, owner: &Owner, made: &mut Made, seed: u64) -> Result<Option<Visit>> {
        if self.shared.is_empty() {
            return Ok(None);
        }
        let commons = match &made.commons {
            Some((commons, _)) => Arc::clone(commons),
            None => {
                let draw = Draw::new(seed, owner.clone());
                let commons =
                    Commons::new(self.shared.clone(), &self.platform, cx, Arc::clone(&owner.mark), draw).await?;
                let commons = Arc::new(commons);
                made.commons = Some((Arc::clone(&commons), cx.clone()));
                commons
            }
        };
        let visitor = Principal::authenticate(&Members, cx.tenant().to_owned()).await?;
        let visitor = self.platform.tenant(&visitor, cx.tenant()).await?;
        Ok(Some(Visit { commons, visitor, draw: Draw::new(seed.wrapping_add(1), owner.clone()) }))
    }
}

/// Lets everybody be a user of the tenant that they name, who holds nothing.
struct Members;

impl Authenticator for Members {
    type Credentials = String;

    async fn authenticate(&self, tenant: String) -> Result<Identity> {
        let tenants = Membership::of([tenant]);
        Ok(Identity { user_id: "the isolation test".to_owned(), tenants, ..Identity::default() })
    }
}
