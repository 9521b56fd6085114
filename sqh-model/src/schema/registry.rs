//! [`Registry`]: the models that a platform knows.

use std::collections::HashSet;

use super::ModelDef;
use super::verify::verify;
use crate::error::{Error, ErrorKind, Result};
use crate::near;

/// The models of a platform, checked against each other.
///
/// Models are registered by name, across crates; an unregistered one is an error that says so.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    models: Vec<&'static ModelDef>,
    // Addresses of `models`: a look-up on each call's path.
    known: HashSet<usize>,
}

impl Registry {
    /// The models in the order given.
    ///
    /// # Errors
    /// `Invalid` with every finding at once: two models of one name or one table, an identifier
    /// that PostgreSQL would cut, a reference to a model that is not registered.
    pub fn new(models: impl IntoIterator<Item = &'static ModelDef>) -> Result<Self> {
        let mut registry = Self::default();
        for model in models {
            if !registry.models.contains(&model) {
                registry.known.insert(address(model));
                registry.models.push(model);
            }
        }
        let findings = verify(&registry.models);
        if findings.is_empty() {
            return Ok(registry);
        }
        Err(Error::invalid(findings.join("\n")).context("while registering models"))
    }

    /// All models, in the order they were given.
    pub fn models(&self) -> &[&'static ModelDef] {
        &self.models
    }

    /// The model of a group with this name.
    ///
    /// # Errors
    /// `NotFound`, which names the groups or the models of the group.
    pub fn find(&self, group: &str, name: &str) -> Result<&'static ModelDef> {
        if let Some(model) = self.models.iter().find(|model| model.group == group && model.name == name) {
            return Ok(model);
        }
        let mut known: Vec<&str> =
            self.models.iter().filter(|model| model.group == group).map(|model| model.name).collect();
        let message = if known.is_empty() {
            known = self.models.iter().map(|model| model.group).collect();
            known.sort_unstable();
            known.dedup();
            let hint = near::hint(group, known.iter().copied());
            format!("there is no group `{group}`{hint}: the groups are `{}`", known.join("`, `"))
        } else {
            let hint = near::hint(name, known.iter().copied());
            format!("there is no model `{name}`{hint} in the group `{group}`: its models are `{}`", known.join("`, `"))
        };
        Err(Error::new(ErrorKind::NotFound, message))
    }

    /// Makes sure that a typed call's model is registered.
    ///
    /// # Errors
    /// `NotFound`, which says how to register it.
    pub fn check_registered(&self, def: &'static ModelDef) -> Result<()> {
        let known = self.known.contains(&address(def)) || self.models.contains(&def);
        if known {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::NotFound,
            format!("the model is not registered: add `{}` to `models![…]` where the platform is built", def.rust_path),
        )
        .in_model(def.name))
    }
}

fn address(def: &'static ModelDef) -> usize {
    std::ptr::from_ref(def).addr()
}

/// The definitions of some models: `models![AppLabResult, crm::AppCrmAccount]`.
#[macro_export]
macro_rules! models {
    ($($model:ty),* $(,)?) => {
        [$(<$model as $crate::schema::PlatformModel>::def()),*]
    };
}
