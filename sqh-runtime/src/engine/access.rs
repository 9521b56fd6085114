//! The first stage: may this principal do this, and to which records?
//!
//! The rules of the model give the answer ([`sqh_model::policy`]). What they say of each verb that an
//! operation stands for becomes a filter on what is touched and a check on what is written, which
//! [`check`] proves before anything is sent wherever it can.

mod check;

use sqh_model::expr::Filter;
use sqh_model::policy::{self, AccessContext, Needs, Verb};
use sqh_model::schema::ModelDef;
use sqh_model::{Error, ErrorKind, Result};

pub(super) use self::check::settle;
use crate::op::{Op, Operation};
use crate::scope::{Access, Scope};

/// The permission to be told what decides about a record, whether or not it may be seen.
pub(crate) const EXPLAIN: &str = "access:explain";

/// An operation that its principal may do, on the records that it may do it to.
#[derive(Debug)]
pub struct Authorized {
    pub(super) operation: Operation,
    /// Which records the principal may touch.
    pub(super) filter: Filter,
    /// What every record must be once it is written.
    pub(super) check: Filter,
    /// Which records of each joined model the principal may read, in the order of [`Op::joined`].
    pub(super) joined: Vec<Filter>,
}

/// Makes the [`Authorized`] operations that principals ask for.
///
/// # Errors
/// `Denied` if there can be no record that the principal may do this to, naming what it would need.
/// What depends on the record is no error here: such a record is as if it were not there.
pub(super) fn authorize(scope: &Scope, operation: Operation) -> Result<Authorized> {
    let (model, op) = (operation.model, &operation.op);
    let (touches, writes) = (op.touches(), op.writes());
    // The planner's estimates are made of everybody's records.
    if matches!(op, Op::Explain(_)) {
        op.joined().into_iter().chain([model]).try_for_each(|model| check_explanation(scope.access_to(model)))?;
    }
    if matches!(op, Op::Refresh) {
        check_refresh(scope.access_to(model), model)?;
    }
    let filter = allowed(scope.access_to(model), model, touches)?;
    let check = allowed(scope.access_to(model), model, writes)?;
    let joined = op
        .joined()
        .into_iter()
        .map(|model| allowed(scope.access_to(model), model, touches).map_err(|error| error.in_model(model.name)));
    let joined = joined.collect::<Result<_>>()?;
    Ok(Authorized { operation, filter, check, joined })
}

fn allowed(access: &Access, model: &'static ModelDef, verbs: &[Verb]) -> Result<Filter> {
    access.context().map_or(Ok(Filter::Everything), |context| filter(context, model, verbs))
}

/// Lets whoever may ask for explanations look at a record, which is not shown to them.
///
/// # Errors
/// `Denied`, naming the permission.
pub(super) fn authorize_explanation(scope: &Scope, operation: Operation) -> Result<Authorized> {
    check_explanation(scope.access_to(operation.model))?;
    let joined = operation.op.joined().iter().map(|_| Filter::Everything).collect();
    Ok(Authorized { operation, filter: Filter::Everything, check: Filter::Everything, joined })
}

/// May the principal have a view computed anew? That costs the server something, tells of no record, and how
/// long it takes depends on everybody's.
fn check_refresh(access: &Access, model: &'static ModelDef) -> Result<()> {
    let permission = format!("{}:refresh", model.group);
    if access.has_permission(&permission) { Ok(()) } else { Err(missing(&permission)) }
}

/// May the principal be told what decides?
///
/// # Errors
/// `Denied`, naming the permission.
pub(super) fn check_explanation(access: &Access) -> Result<()> {
    if access.has_permission(EXPLAIN) {
        return Ok(());
    }
    Err(missing(EXPLAIN))
}

/// May this principal do this to any record of the model at all?
///
/// # Errors
/// `Denied`, naming what it would need.
pub(super) fn check(access: &Access, model: &'static ModelDef, verb: Verb) -> Result<()> {
    match access.context() {
        Some(context) => filter(context, model, &[verb]).map(drop),
        None => Ok(()),
    }
}

/// The records to which a principal may do all of these.
fn filter(access: &AccessContext, model: &'static ModelDef, verbs: &[Verb]) -> Result<Filter> {
    let mut all = Vec::new();
    for verb in verbs {
        let filter = policy::filter(model, *verb, access)?;
        if filter.is_nothing() {
            return Err(denied(access, model, *verb));
        }
        // Models often have one rule for several verbs.
        if filter != Filter::Everything && !all.contains(&filter) {
            all.push(filter);
        }
    }
    Ok(match all.len() {
        0 => Filter::Everything,
        1 => all.remove(0),
        _ => Filter::And(all),
    })
}

fn denied(access: &AccessContext, model: &'static ModelDef, verb: Verb) -> Error {
    let needs = policy::needs(model, verb);
    if let Needs::Permissions(permissions) = &needs
        && let Some(permission) = permissions.iter().find(|permission| !access.has_permission(permission))
    {
        return missing(permission);
    }
    Error::new(ErrorKind::Denied, format!("`{verb}` needs {needs}"))
}

fn missing(permission: &str) -> Error {
    Error::new(ErrorKind::Denied, format!("the permission `{permission}` is missing"))
}
