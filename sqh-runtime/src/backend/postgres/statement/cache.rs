//! Rendered statements by key, kept: the hot path renders nothing.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use sqh_model::Result;
use sqh_model::expr::Filter;
use sqh_model::expr::lower::Relation;

use super::Statement;
use super::keyed::{Shape, render};

/// More than a platform of some hundred models needs; it bounds what many schemas take.
const CAPACITY: usize = 16_384;

/// Rendered statements by schema, model and shape.
#[derive(Default)]
pub(in crate::backend::postgres) struct Cache(RwLock<HashMap<Key, Arc<Statement>>>);

#[derive(PartialEq, Eq, Hash)]
struct Key {
    schema: Arc<str>,
    // A definition is a static: its place tells it from every other.
    model: usize,
    shape: Shape,
}

impl Cache {
    /// The statement of a shape. With a filter it is rendered anew, since filters differ by caller.
    ///
    /// # Errors
    /// `Invalid` if the filter does not fit the model.
    pub(in crate::backend::postgres) fn keyed(
        &self,
        relation: &Relation<'_>,
        schema: &Arc<str>,
        shape: Shape,
        filter: &Filter,
    ) -> Result<Arc<Statement>> {
        if *filter != Filter::Everything {
            return render(relation, &shape, filter).map(Arc::new);
        }
        let key = Key { schema: Arc::clone(schema), model: std::ptr::from_ref(relation.def).addr(), shape };
        if let Some(statement) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(statement));
        }
        let statement = Arc::new(render(relation, &key.shape, filter)?);
        let mut statements = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if statements.len() >= CAPACITY {
            statements.clear();
        }
        statements.insert(key, Arc::clone(&statement));
        Ok(statement)
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.read().unwrap_or_else(PoisonError::into_inner).len();
        f.debug_struct("Cache").field("statements", &count).finish()
    }
}
