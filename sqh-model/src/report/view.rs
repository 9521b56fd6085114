//! What a view's definition must be, beyond a report that makes sense.
//!
//! The compiler has seen to the types. What is found here needs all models: whose rules hold, and whether the
//! records of the sources are in one place.

use super::{Grouping, Report};
use crate::error::{Error, Result};
use crate::schema::{ModelDef, StorageBackend};

impl Report {
    /// The report that a view is computed by.
    ///
    /// # Errors
    /// `Invalid` if it is no report of groups that its key tells apart; `Internal` for a model that is no view.
    pub fn of_view(def: &'static ModelDef) -> Result<Self> {
        let view = def.view.ok_or_else(|| Error::internal("the model is no view").in_model(def.name))?;
        let report = (view.definition)().map_err(|error| error.in_model(def.name))?;
        report.check().and_then(|()| report.check_fits(def)).map_err(|error| error.in_model(def.name))?;
        Ok(report)
    }

    fn check_fits(&self, def: &'static ModelDef) -> Result<()> {
        if self.grouping != Some(Grouping::Keys) {
            return Err(Error::invalid(
                "a view holds groups, without subtotals: define it by `from::<…>().aggregate(…)`",
            ));
        }
        if !self.order.is_empty() || self.limit.is_some() || self.offset > 0 {
            return Err(Error::invalid(
                "a view has neither an order nor a limit: leave them out of its definition, and ask for them where it is read",
            ));
        }
        let layout = def.layout();
        let is_same = self.outputs.len() == layout.columns().len() && self.keys().eq(layout.key().iter().copied());
        if is_same {
            return Ok(());
        }
        Err(Error::invalid("the key of a view is what its definition groups by, and each other field is a metric"))
    }
}

/// Every finding about a view, each naming it and what to write instead.
pub(crate) fn findings(def: &'static ModelDef, models: &[&'static ModelDef]) -> Vec<String> {
    let report = match Report::of_view(def) {
        _ if def.view.is_none() => return Vec::new(),
        Ok(report) => report,
        Err(error) => return vec![format!("the view `{}` cannot be computed: {error}", def.rust_path)],
    };
    let mut findings = Vec::new();
    for source in &report.sources {
        let source = source.relation.model;
        let found = CHECKS
            .iter()
            .filter_map(|check| check(def, source, models))
            .map(|what| format!("the view `{}` cannot be computed of `{}`: {what}", def.rust_path, source.rust_path));
        findings.extend(found);
    }
    if def.policies.is_empty() {
        findings.extend(masked(&report).map(|what| format!("the view `{}` {what}", def.rust_path)));
    }
    findings.dedup();
    findings
}

type Check = fn(&ModelDef, &'static ModelDef, &[&'static ModelDef]) -> Option<String>;

const CHECKS: &[Check] = &[
    check_source_is_registered,
    check_source_is_a_table,
    check_source_is_in_the_same_place,
    check_source_has_no_row_security,
    check_rules_are_declared,
];

fn check_source_is_registered(_: &ModelDef, source: &'static ModelDef, models: &[&'static ModelDef]) -> Option<String> {
    (!models.contains(&source)).then(|| "it is not registered: add it to `models![…]`".to_owned())
}

fn check_source_is_a_table(_: &ModelDef, source: &'static ModelDef, _: &[&'static ModelDef]) -> Option<String> {
    if source.view.is_some() {
        return Some("it is a view itself: name the models that it is computed of".to_owned());
    }
    let is_table = source.storage.backend == StorageBackend::Postgres;
    (!is_table).then(|| "it is not kept in PostgreSQL: declare it `#[storage(postgres)]`".to_owned())
}

fn check_source_is_in_the_same_place(
    def: &ModelDef,
    source: &'static ModelDef,
    _: &[&'static ModelDef],
) -> Option<String> {
    if def.storage.shared != source.storage.shared {
        return Some("one of them is shared, and the other belongs to tenants: they are in two databases".to_owned());
    }
    match (def.storage.placement, source.storage.placement) {
        (own, theirs) if own == theirs => None,
        (_, Some(theirs)) => {
            let name = theirs.name();
            Some(format!("it requires the placement {name:?}: write `#[platform_view(…, placement = {name:?})]`"))
        }
        (Some(_), None) => Some("it requires no placement: leave `placement` out of `#[platform_view(…)]`".to_owned()),
        (None, None) => None,
    }
}

fn check_source_has_no_row_security(
    _: &ModelDef,
    source: &'static ModelDef,
    _: &[&'static ModelDef],
) -> Option<String> {
    source.storage.rls.then(|| {
        "row-level security shows the rows of one tenant at a time, and a view is computed of all: leave `rls` out of it"
            .to_owned()
    })
}

// Who may read the view would learn of records that the source's rules keep from them.
fn check_rules_are_declared(def: &ModelDef, source: &'static ModelDef, _: &[&'static ModelDef]) -> Option<String> {
    if !def.policies.is_empty() {
        return None;
    }
    const ADVICE: &str =
        "say on the view who may read what is computed, such as `#[policy(allow(read, list) if role(\"analyst\"))]`";
    if !source.policies.is_empty() {
        return Some(format!(
            "it has rules of its own, which do not hold for what is computed of its records: {ADVICE}"
        ));
    }
    (source.group != def.group)
        .then(|| format!("it is of the group `{}`, whose permissions are others: {ADVICE}", source.group))
}

fn masked(report: &Report) -> Option<String> {
    let mut masked = None;
    // Nothing is said in vain: the report has been checked.
    let _ = report.visit_columns(&mut |source, field, _| {
        let layout = source.model.layout();
        let column = layout.position(field).map(|position| &layout.columns()[position]);
        if let Some(column) = column.filter(|column| column.root.redact.is_some()) {
            masked.get_or_insert_with(|| {
                format!(
                    "is computed of `{}` of `{}`, which is masked: say on the view who may read what is computed, such as \
                     `#[policy(allow(read, list) if permission(\"…\"))]`",
                    column.path, source.model.name
                )
            });
        }
        Ok(())
    });
    masked
}
