//! Who may do what, and why: [`PlatformGroupRecordService::explain_access`] and what goes with it.

use serde_json::Value as Json;
use sqh_model::Result;
use sqh_model::policy::{self, AccessContext, Decision, Verb};
use sqh_model::record_json::key_from_json;
use sqh_model::row::to_row;
use sqh_model::schema::{LookupKey, PlatformModel};

use super::PlatformGroupRecordService;
use crate::scope::{Cx, RecordScope};

impl PlatformGroupRecordService {
    /// Whether somebody may do something to a stored record, and the rule that decides. The caller
    /// needs the permission `access:explain`, because this tells of records that may be hidden from
    /// both.
    ///
    /// `who` is [`Cx::access`] for the caller itself, and for others what
    /// [`build_access_context`](crate::platform::AccessService::build_access_context) gives.
    ///
    /// # Errors
    /// `Denied` without the permission; `NotFound` if no such record is stored.
    pub async fn explain_access<M: PlatformModel>(
        &self,
        cx: &Cx<M::Scope>,
        who: &AccessContext,
        verb: Verb,
        key: impl LookupKey<M>,
    ) -> Result<Decision> {
        let def = M::def();
        let key = key.into_values().map_err(|error| error.in_model(def.name))?;
        let row = self.engine.look(cx.scope(), def, key).await?;
        policy::decide(def, verb, who, &row)
    }

    /// [`explain_access`](Self::explain_access) about a record that need not be stored.
    ///
    /// # Errors
    /// `Denied` without the permission `access:explain`.
    pub async fn explain_access_to<M: PlatformModel>(
        &self,
        cx: &Cx<M::Scope>,
        who: &AccessContext,
        verb: Verb,
        record: M,
    ) -> Result<Decision> {
        self.engine.check_explanation(cx.scope(), M::def())?;
        policy::decide(M::def(), verb, who, &to_row(record)?)
    }

    /// [`explain_access`](Self::explain_access) by name.
    ///
    /// # Errors
    /// As [`explain_access`](Self::explain_access); `Invalid` for a key of another form.
    pub async fn explain_access_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        who: &AccessContext,
        verb: Verb,
        (group, model): (&str, &str),
        key: &Json,
    ) -> Result<Decision> {
        let def = self.engine.registry.find(group, model)?;
        let row = self.engine.look(cx.scope(), def, key_from_json(def, key)?).await?;
        policy::decide(def, verb, who, &row)
    }
}
