//! The first stage: may this principal do this?
//!
//! Until policies are declared on models, a model acts as decided for one without any: each verb
//! needs the permission `{group}:{verb}`; shared models are readable by every principal and
//! writable with `shared_reference:write`.

use sqh_model::expr::Filter;
use sqh_model::schema::ModelDef;
use sqh_model::{Error, ErrorKind, Result};

use crate::op::{Operation, Verb};
use crate::scope::Principal;

/// An operation that its principal may do, on the records that it may do it to.
#[derive(Debug)]
pub struct Authorized {
    pub(super) operation: Operation,
    /// Which records the principal may touch.
    pub(super) filter: Filter,
    /// What every record must be once it is written.
    pub(super) check: Filter,
}

/// Makes the only [`Authorized`] operations there are.
///
/// # Errors
/// `Denied`, naming the permission that is missing.
pub(super) fn authorize(principal: &Principal, operation: Operation) -> Result<Authorized> {
    for verb in operation.op.verbs() {
        check(principal, operation.model, *verb)?;
    }
    Ok(Authorized { operation, filter: Filter::Everything, check: Filter::Everything })
}

/// May this principal do this to the model at all?
///
/// # Errors
/// `Denied`, naming the permission that is missing.
pub(super) fn check(principal: &Principal, model: &'static ModelDef, verb: Verb) -> Result<()> {
    if principal.identity().is_none() {
        return Ok(());
    }
    let permission = match (model.storage.shared, verb.is_write()) {
        (true, false) => return Ok(()),
        (true, true) => "shared_reference:write".to_owned(),
        (false, _) => format!("{}:{}", model.group, verb.name()),
    };
    if principal.has_permission(&permission) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Denied, format!("the permission `{permission}` is missing")))
}
