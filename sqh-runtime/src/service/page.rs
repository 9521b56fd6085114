//! [`Page`]: some records and the way to the next ones.

use sqh_model::expr::{Cursor, Query};
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result, Row};

use crate::engine::{CursorKey, Pages};
use crate::scope::Scope;

/// Some records of an order, and the way to the next ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<M> {
    /// The records.
    pub records: Vec<M>,
    /// What to hand to the next call; `None` if there is nothing more.
    pub next: Option<String>,
}

/// A page of records as JSON.
pub type DynamicPage = Page<serde_json::Value>;

/// A page that is asked for.
#[derive(Debug)]
pub(super) struct Paging<'a> {
    key: &'a CursorKey,
    scope: &'a Scope,
    model: &'static ModelDef,
    order: Vec<(usize, bool)>,
    size: u32,
    /// For one record more than the page holds, to know whether there is a next page.
    pub(super) query: Query,
}

impl<'a> Paging<'a> {
    /// # Errors
    /// `Invalid` if the page is empty, or `after` is none that was given out for such pages.
    pub(super) fn new(
        (key, scope): (&'a CursorKey, &'a Scope),
        model: &'static ModelDef,
        mut query: Query,
        size: u32,
        after: Option<&str>,
    ) -> Result<Self> {
        if size == 0 {
            return Err(Error::invalid("a page holds at least one record"));
        }
        if query.nearest.is_some() {
            return Err(Error::invalid("records by nearness have no pages: list them with a limit and an offset"));
        }
        query.limit = Some(u64::from(size) + 1);
        let order = query.total_order(model)?;
        let pages = Pages { scope, model, order: &order };
        let after = after.map(|after| key.verify(pages, after)).transpose()?;
        query.after = after.map(Cursor::parse).transpose()?;
        Ok(Self { key, scope, model, order, size, query })
    }

    /// Cuts the surplus record off, and says where the next page starts.
    ///
    /// # Errors
    /// `Internal` if a value has no JSON form.
    pub(super) fn cut(&self, rows: &mut Vec<Row>) -> Result<Option<String>> {
        let size = self.size as usize;
        if rows.len() <= size {
            return Ok(None);
        }
        rows.truncate(size);
        let Some(last) = rows.last() else {
            return Ok(None);
        };
        let columns = self.model.layout().columns();
        let fields = self.order.iter().map(|(position, _)| columns[*position].path.clone()).collect();
        let values = self.order.iter().map(|(position, _)| last[*position].clone()).collect();
        let cursor = Cursor::new(fields, values).encode(self.model)?;
        let pages = Pages { scope: self.scope, model: self.model, order: &self.order };
        Ok(Some(self.key.sign(pages, &cursor)))
    }
}
