//! The order of tables: what is referred to comes first.

use super::options::DdlOptions;
use super::reference;
use crate::error::Result;
use crate::schema::ModelDef;

/// Some models and whatever their foreign keys refer to, in an order in which their tables can be
/// made. Models that refer to each other stand in the order they are met.
///
/// # Errors
/// As [`expected`](super::expected).
pub fn with_referenced(models: &[&'static ModelDef], options: &DdlOptions) -> Result<Vec<&'static ModelDef>> {
    let mut order = Order { met: Vec::new(), placed: Vec::new(), options };
    models.iter().try_for_each(|model| order.visit(model, &|_| true))?;
    Ok(order.placed)
}

/// The models themselves, in such an order.
pub(super) fn sorted(models: &[&'static ModelDef], options: &DdlOptions) -> Result<Vec<&'static ModelDef>> {
    let mut order = Order { met: Vec::new(), placed: Vec::new(), options };
    models.iter().try_for_each(|model| order.visit(model, &|target| models.contains(&target)))?;
    Ok(order.placed)
}

struct Order<'a> {
    met: Vec<&'static ModelDef>,
    placed: Vec<&'static ModelDef>,
    options: &'a DdlOptions,
}

impl Order<'_> {
    fn visit(&mut self, model: &'static ModelDef, wanted: &dyn Fn(&'static ModelDef) -> bool) -> Result<()> {
        if self.met.contains(&model) {
            return Ok(());
        }
        self.met.push(model);
        for target in reference::targets(model, self.options)? {
            if wanted(target) {
                self.visit(target, wanted)?;
            }
        }
        self.placed.push(model);
        Ok(())
    }
}
