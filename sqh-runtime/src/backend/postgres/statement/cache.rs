//! Rendered statements by key, kept: the hot path renders nothing.
//!
//! What a principal may touch differs by its values more than by its shape, and the values are
//! binds: principals under the same rules share a statement, here and in the server.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use sqh_model::Result;
use sqh_model::expr::Filter;
use sqh_model::expr::lower::{Binds, FilterShape};

use super::Statement;
use super::keyed::{Shape, render};
use super::target::Target;
use crate::fast_map::FastMap;

/// More than a platform of some hundred models needs; it bounds what many schemas take.
const CAPACITY: usize = 16_384;

/// Rendered statements by schema, model and shape.
#[derive(Default)]
pub(in crate::backend::postgres) struct Cache(RwLock<FastMap<Key, Arc<Statement>>>);

#[derive(PartialEq, Eq, Hash)]
struct Key {
    schema: Arc<str>,
    // A definition is a static: its place tells it from every other.
    model: usize,
    // The tenant's key is a bind: tenants share a statement.
    is_owned: bool,
    is_guarded: bool,
    shape: Shape,
    // The shape of the filter; `None` if there is none.
    filter: Option<FilterShape>,
}

impl Cache {
    /// The statement of a shape that touches only what the filter lets through, and the filter's
    /// values.
    ///
    /// # Errors
    /// `Invalid` if the filter does not fit the model.
    pub(in crate::backend::postgres) fn keyed(
        &self,
        target: &Target<'_>,
        shape: Shape,
        filter: &Filter,
    ) -> Result<(Arc<Statement>, Binds)> {
        let mut binds = Binds::default();
        let filter_shape = match filter {
            Filter::Everything => None,
            filter => Some(target.relation().shape_of(filter, &mut binds)?),
        };
        let model = std::ptr::from_ref(target.def).addr();
        let (schema, is_owned) = (Arc::clone(target.schema), target.tenant.is_some());
        let key = Key { schema, model, is_owned, is_guarded: target.is_guarded, shape, filter: filter_shape };
        if let Some(statement) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok((Arc::clone(statement), binds));
        }
        let statement = Arc::new(render(target, &key.shape, filter)?);
        let mut statements = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if statements.len() >= CAPACITY {
            statements.clear();
        }
        statements.insert(key, Arc::clone(&statement));
        Ok((statement, binds))
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.read().unwrap_or_else(PoisonError::into_inner).len();
        f.debug_struct("Cache").field("statements", &count).finish()
    }
}
