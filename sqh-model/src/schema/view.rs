//! Views: models whose records are computed of those of others.

use super::{ModelDef, PlatformModel, scope};
use crate::error::Result;
use crate::report::Report;

/// A view: a model that is read only, whose records are what a report says of the records of its source.
/// Derive it; do not implement it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a view",
    label = "not a view",
    note = "only what derives `PlatformView` is computed of other records and refreshed"
)]
pub trait PlatformView: PlatformModel<Writes = scope::ReadOnly> {
    /// The model whose records it is computed of, before any that are joined to them.
    type Source: PlatformModel<Scope = <Self as PlatformModel>::Scope>;
}

/// What a view is computed of, as data.
#[derive(Debug, Clone, Copy)]
pub struct ViewDef {
    /// The model whose records it is computed of.
    pub source: fn() -> &'static ModelDef,
    /// What is computed of them.
    pub definition: fn() -> Result<Report>,
    /// When it is computed anew.
    pub refresh: Refresh,
}

/// When a view is computed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refresh {
    /// When somebody asks for it.
    OnDemand,
    /// After a record of its sources was written, too.
    AfterWrite,
}

impl ModelDef {
    /// The models whose records a view is computed of, each once; none of a model that is no view.
    ///
    /// # Errors
    /// As its definition.
    pub fn view_sources(&self) -> Result<Vec<&'static ModelDef>> {
        let Some(view) = self.view else { return Ok(Vec::new()) };
        let mut models: Vec<&'static ModelDef> = Vec::new();
        for source in (view.definition)()?.sources {
            if !models.contains(&source.relation.model) {
                models.push(source.relation.model);
            }
        }
        Ok(models)
    }
}
