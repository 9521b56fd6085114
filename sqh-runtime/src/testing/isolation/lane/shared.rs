//! What a tenant does with shared records: it reads them, and tries in vain to change them.

use std::sync::Arc;

use sqh_model::record_json::row_to_json;
use sqh_model::schema::ModelDef;
use sqh_model::{ErrorKind, Result};

use super::super::call::{Answer, Call};
use super::super::commons::Commons;
use super::super::draw::{Draw, MANY};
use super::super::expect::{Expected, key_of};
use super::super::face::Door;
use super::super::judge::name;
use super::super::step::Step;
use super::{Lane, Seen, is_uncertain, judged};
use crate::scope::{Cx, Tenant};

/// A tenant's way to the shared records.
#[derive(Debug)]
pub(in crate::testing::isolation) struct Visit {
    pub(in crate::testing::isolation) commons: Arc<Commons>,
    /// A user of the tenant, who holds nothing.
    pub(in crate::testing::isolation) visitor: Cx<Tenant>,
    /// Draws the keys and the values of the shared records.
    pub(in crate::testing::isolation) draw: Draw,
}

impl Lane {
    /// Does something with shared records.
    pub(super) async fn visit(&mut self) -> Seen {
        let Some(mut visit) = self.visit.take() else { return Ok(()) };
        self.operations += 1;
        self.visits += 1;
        let at = visit.draw.rng.usize(0..visit.commons.faces.len());
        let seen = match self.draw.number(10) {
            0..2 => self.curate(&visit.commons, at).await,
            2..4 => self.intrude(&mut visit, at).await,
            4 => self.intrude_by_name(&mut visit, at).await,
            _ => self.consult(&mut visit, at).await,
        };
        self.visit = Some(visit);
        seen
    }

    /// Reads as a user of the tenant.
    async fn consult(&mut self, visit: &mut Visit, at: usize) -> Seen {
        let commons = Arc::clone(&visit.commons);
        let call = self.draw_shared(&mut visit.draw, &commons, at, |step| step.read())?;
        let outcome = self.ask_shared(&commons, &visit.visitor, at, &call, &mut visit.draw).await?;
        let (expected, def) = (commons.expected(), commons.faces[at].def());
        match outcome {
            Some((way, Ok(answer))) if is_told_in_full(def) => {
                let verdict = consulted(&expected, at, way, &call, answer);
                drop(expected);
                verdict.map_err(|reason| self.violation(format!("of the shared records: {reason}")))
            }
            // The planner's and the rules' answers are for those who may be told.
            Some((way, Err(error)))
                if error.kind() == ErrorKind::Denied && is_told_in_full(def) && !way.starts_with("explain") =>
            {
                Err(self.violation(format!("a tenant may not read shared records: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Tries to change something as a user of the tenant.
    async fn intrude(&mut self, visit: &mut Visit, at: usize) -> Seen {
        let commons = Arc::clone(&visit.commons);
        let call = self.draw_shared(&mut visit.draw, &commons, at, |step| step.write())?;
        match self.ask_shared(&commons, &visit.visitor, at, &call, &mut visit.draw).await? {
            Some((_, Ok(answer))) => Err(self.violation(format!("a tenant has changed shared records: {answer:?}"))),
            Some((_, Err(error))) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Conflict) => {
                Err(self.violation(format!("a tenant may not change shared records, and hears of them: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Tries to change something in the tenant's own scope, which types allow by name only.
    async fn intrude_by_name(&mut self, visit: &mut Visit, at: usize) -> Seen {
        let (commons, def) = (Arc::clone(&visit.commons), visit.commons.faces[at].def());
        let call = self.draw_shared(&mut visit.draw, &commons, at, |step| step.create())?;
        let Call::Create(row) = &call else { return Ok(()) };
        let json = row_to_json(def, row).map_err(|error| self.violation(error.to_string()))?;
        let created = self.platform.records().create_dyn(&self.cx, def.group, def.name, &json).await;
        let created = created.map(|_| Answer::Row(None));
        self.saw(def, "create_dyn", &call, Some(&created), &commons.mark)?;
        match created {
            Ok(_) => Err(self.violation("a shared record was made in a tenant's scope".to_owned())),
            Err(_) => Ok(()),
        }
    }

    /// Changes one of them, as the system.
    async fn curate(&mut self, commons: &Commons, at: usize) -> Seen {
        let Ok(mut writer) = commons.writer() else { return Ok(()) };
        let keys = commons.keys(at);
        if writer.is_unsettled || keys.is_empty() {
            return Ok(());
        }
        let key = keys[writer.draw.rng.usize(0..keys.len())].clone();
        let call = self.draw_shared(&mut writer.draw, commons, at, |step| step.change_of(&key))?;
        // From now on it may be seen.
        commons.expected().unknown(at, &call);
        let cx = self.cx.clone();
        let outcome = self.ask_shared(commons, &cx, at, &call, &mut writer.draw).await?;
        writer.is_unsettled = outcome.as_ref().is_none_or(|(_, outcome)| outcome.as_ref().is_err_and(is_uncertain));
        let verdict = match &outcome {
            Some((way, outcome @ Ok(_))) => commons.expected().clone().judge(at, way, &call, &judged(Some(outcome))),
            _ => Ok(()),
        };
        verdict.map_err(|reason| self.violation(format!("of the shared records: {reason}")))
    }

    fn draw_shared(
        &self,
        draw: &mut Draw,
        commons: &Commons,
        at: usize,
        what: impl FnOnce(&mut Step<'_>) -> Result<Call>,
    ) -> Seen<Call> {
        let expected = commons.expected();
        let call = what(&mut Step { draw, face: &*commons.faces[at], expected: &expected, at });
        drop(expected);
        call.map_err(|error| self.violation(error.to_string()))
    }

    /// Asks in one of the ways that there are, and says in which.
    async fn ask_shared(
        &mut self,
        commons: &Commons,
        cx: &Cx<Tenant>,
        at: usize,
        call: &Call,
        draw: &mut Draw,
    ) -> Seen<Option<(&'static str, Result<Answer>)>> {
        let (face, polls) = (&commons.faces[at], self.polls());
        let way = draw.pick(&face.ways(call));
        self.ask_shared_by(commons, cx, at, (way, call), polls).await
    }

    /// Walks a path that leads to shared records only, if there are any.
    pub(super) async fn seek_shared(&mut self, path: &str) -> Seen {
        let Some(mut visit) = self.visit.take() else { return Ok(()) };
        let commons = Arc::clone(&visit.commons);
        let mut seen = Ok(());
        for _ in 0..super::SOUGHT {
            let at = visit.draw.rng.usize(0..commons.faces.len());
            let call = self.draw_shared(&mut visit.draw, &commons, at, |step| step.read())?;
            if let Some(way) = commons.faces[at].ways(&call).into_iter().find(|way| *way == path) {
                seen = self.ask_shared_by(&commons, &visit.visitor, at, (way, &call), None).await.map(drop);
                break;
            }
        }
        self.visit = Some(visit);
        seen
    }

    async fn ask_shared_by(
        &mut self,
        commons: &Commons,
        cx: &Cx<Tenant>,
        at: usize,
        (way, call): (&'static str, &Call),
        polls: Option<u32>,
    ) -> Seen<Option<(&'static str, Result<Answer>)>> {
        let face = &commons.faces[at];
        let (records, postgres) = (self.platform.records(), self.platform.postgres());
        let asking = face.ask(Door::Platform(&records, &postgres), cx, way, call.clone());
        let outcome = super::drop_after(asking, polls).await;
        self.saw(face.def(), way, call, outcome.as_ref(), &commons.mark)?;
        Ok(outcome.map(|outcome| (way, outcome)))
    }
}

/// Whether everybody sees all of a model's records as they are.
fn is_told_in_full(def: &'static ModelDef) -> bool {
    def.policies.is_empty() && def.fields.iter().all(|field| field.redact.is_none())
}

/// Judges a read, of which the run's own records are known.
fn consulted(expected: &Expected, at: usize, way: &str, call: &Call, answer: Answer) -> Result<(), String> {
    let table = &expected.tables[at];
    let is_ours = |row: &sqh_model::Row| table.slot(&key_of(table.def, row)).may_be_present();
    match (call, answer) {
        (Call::Count(which), Answer::Count(count)) if way != "count_estimate" => {
            let (fewest, _) = table.count(which);
            match count < fewest {
                true => Err(format!("{count} match, and the test has made {fewest} itself")),
                false => Ok(()),
            }
        }
        (Call::Get(key), Answer::Row(row)) if table.slot(&name(key)).may_be_present() => {
            table.read(way, call, &Answer::Row(row))
        }
        (_, Answer::Rows(rows)) if (rows.len() as u64) < MANY => {
            let ours = rows.into_iter().filter(is_ours).collect();
            table.read(way, call, &Answer::Rows(ours))
        }
        _ => Ok(()),
    }
}
