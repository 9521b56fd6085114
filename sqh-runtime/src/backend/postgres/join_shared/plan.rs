//! Which side is sent: by what the planners of both databases expect.

use sqh_model::Result;
use sqh_model::report::Reduction;

use super::side::{Side, Sides, Source};
use crate::backend::postgres::explain;
use crate::backend::postgres::statement::Inputs;
use crate::backend::postgres::statement::shipment::{Shipment, keys};
use crate::backend::postgres::statement::target::Target;
use crate::op::JoinStrategy;

/// Below so many rows a side is sent without asking how few of the other one would do.
const FEW: u64 = 1_000;

/// Keys are sent ahead if so many times fewer rows come back for them.
const WORTH: u64 = 2;

/// Which side is sent, and why.
pub(super) struct Decision {
    pub(super) sent: Side,
    pub(super) why: String,
    /// By which keys of the other side what is sent is reduced.
    pub(super) reductions: Vec<Reduction>,
    /// What is expected of each source.
    pub(super) expected: Vec<Expected>,
}

/// What the planner expects of a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Expected {
    /// How many rows match the conditions on it.
    pub(super) rows: u64,
    /// How many of them have a partner on the other side.
    pub(super) sent: u64,
}

impl Decision {
    pub(super) fn strategy(&self) -> JoinStrategy {
        match self.sent {
            Side::Tenant => JoinStrategy::ShipTenantRows,
            Side::Shared => JoinStrategy::ShipSharedRows,
        }
    }
}

impl Sides<'_> {
    /// Decides which side is sent. The planners are asked only if that makes a difference, or if it is to be told.
    pub(super) async fn decide(&self, strategy: JoinStrategy, is_told: bool) -> Result<Decision> {
        let forced = "the caller has said so".to_owned();
        let nothing = || vec![Expected::default(); self.sources.len()];
        match strategy {
            JoinStrategy::ShipTenantRows => {
                self.check_can_send(Side::Tenant)?;
                let expected = if is_told { self.expected().await? } else { nothing() };
                Ok(Decision { sent: Side::Tenant, why: forced, reductions: Vec::new(), expected })
            }
            JoinStrategy::ShipSharedRows => {
                self.check_can_send(Side::Shared)?;
                let mut expected = self.expected().await?;
                let reductions = self.reduce(&mut expected).await?;
                Ok(Decision { sent: Side::Shared, why: forced, reductions, expected })
            }
            JoinStrategy::Auto => self.choose().await,
        }
    }

    async fn choose(&self) -> Result<Decision> {
        let (tenant, shared) = (self.check_can_send(Side::Tenant), self.check_can_send(Side::Shared));
        let mut expected = self.expected().await?;
        let (of_tenant, of_shared) = (self.sum(&expected, Side::Tenant), self.sum(&expected, Side::Shared));
        match (tenant, shared) {
            (Err(error), Err(_)) => Err(error),
            (Ok(()), Err(error)) => {
                let why = format!("the shared rows cannot be sent: {error}");
                Ok(Decision { sent: Side::Tenant, why, reductions: Vec::new(), expected })
            }
            (Err(error), Ok(())) => {
                let why = format!("the tenant's rows cannot be sent: {error}");
                let reductions = self.reduce(&mut expected).await?;
                Ok(Decision { sent: Side::Shared, why, reductions, expected })
            }
            (Ok(()), Ok(())) if of_tenant <= of_shared && of_tenant <= FEW => {
                let why = format!("{of_tenant} rows of the tenant are fewer than {of_shared} shared ones");
                Ok(Decision { sent: Side::Tenant, why, reductions: Vec::new(), expected })
            }
            (Ok(()), Ok(())) => {
                let reductions = self.reduce(&mut expected).await?;
                let of_shared = self.sum(&expected, Side::Shared);
                if of_tenant <= of_shared {
                    let why = format!("{of_tenant} rows of the tenant are fewer than {of_shared} shared ones");
                    return Ok(Decision { sent: Side::Tenant, why, reductions: Vec::new(), expected });
                }
                let keys = if reductions.is_empty() { "" } else { " for the tenant's keys" };
                let why = format!("{of_shared} shared rows{keys} are fewer than {of_tenant} of the tenant");
                Ok(Decision { sent: Side::Shared, why, reductions, expected })
            }
        }
    }

    fn sum(&self, expected: &[Expected], side: Side) -> u64 {
        let of_side = self.sources.iter().zip(expected).filter(|(source, _)| source.side == side);
        of_side.map(|(_, expected)| expected.sent).sum()
    }

    fn check_can_send(&self, side: Side) -> Result<()> {
        self.on(side).try_for_each(|source| Shipment::new(source.def, &source.part.columns).map(drop))
    }

    /// What is expected of each source by itself.
    async fn expected(&self) -> Result<Vec<Expected>> {
        let mut expected = vec![Expected::default(); self.sources.len()];
        for side in [Side::Tenant, Side::Shared] {
            let asked = self.sources.iter().enumerate().filter(|(_, source)| source.side == side);
            let asked: Vec<(usize, Asked)> = asked.map(|(number, _)| (number, Asked::Rows)).collect();
            for ((number, _), rows) in asked.iter().zip(self.ask(side, &asked).await?) {
                expected[*number] = Expected { rows, sent: rows };
            }
        }
        Ok(expected)
    }

    /// Finds the keys of the tenant's by which far fewer shared rows will do, and takes note of how many.
    async fn reduce(&self, expected: &mut [Expected]) -> Result<Vec<Reduction>> {
        let side_of = |source: usize| self.sources[source].side;
        let mut reductions = self.report.reductions()?;
        reductions.retain(|found| side_of(found.of.source) == Side::Shared && side_of(found.by.source) == Side::Tenant);
        if reductions.is_empty() {
            return Ok(reductions);
        }
        let asked = |key: fn(&Reduction) -> sqh_model::report::KeyColumn| -> Vec<(usize, Asked)> {
            reductions.iter().map(|found| (key(found).source, Asked::Keys(key(found).position))).collect()
        };
        let by = self.ask(Side::Tenant, &asked(|found| found.by)).await?;
        let of = self.ask(Side::Shared, &asked(|found| found.of)).await?;
        let mut kept = Vec::new();
        for ((reduction, by), of) in reductions.into_iter().zip(by).zip(of) {
            let expected = &mut expected[reduction.of.source];
            let sent = (expected.sent as f64 * (by as f64 / of.max(1) as f64).min(1.0)).ceil() as u64;
            // The keys are sent too.
            if by as usize <= super::MOST_KEYS && (sent + by).saturating_mul(WORTH) <= expected.sent {
                expected.sent = sent + by;
                kept.push(reduction);
            }
        }
        Ok(kept)
    }

    /// How many rows the planner of a side expects.
    async fn ask(&self, side: Side, asked: &[(usize, Asked)]) -> Result<Vec<u64>> {
        let mut lease = self.lease(side).await?;
        let mut open = self.open(&mut lease, side).await?;
        let work = async {
            let mut answers = Vec::new();
            for (number, asked) in asked {
                let source = &self.sources[*number];
                let (target, owner) = Target::of(source.def, source.route, &self.backend.tenants)?;
                let statement = asked.statement(source, &target)?.estimated();
                let inputs = Inputs { owner: owner.as_ref(), ..Inputs::default() };
                answers.push(explain::rows(&mut open.session, &statement, inputs).await?);
            }
            Ok(answers)
        };
        let done = work.await;
        open.end(done).await
    }
}

/// What the planner is asked about a source.
#[derive(Debug, Clone, Copy)]
enum Asked {
    /// How many rows match.
    Rows,
    /// How many different values of a column they have.
    Keys(usize),
}

impl Asked {
    fn statement(
        self,
        source: &Source<'_>,
        target: &Target<'_>,
    ) -> Result<crate::backend::postgres::statement::Statement> {
        match self {
            Self::Keys(position) => keys(target, position, &source.part.filter, source.scope),
            Self::Rows => {
                // Its columns make no difference; those that can be shown can be sent.
                let columns: Vec<_> = source
                    .part
                    .columns
                    .iter()
                    .map(|column| sqh_model::report::PartColumn { is_asked: false, ..*column })
                    .collect();
                Shipment::new(source.def, &columns)?.reading(target, &source.part.filter, source.scope)
            }
        }
    }
}
