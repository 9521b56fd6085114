//! [`Page`]: some records and the way to the next ones.

use sqh_model::expr::{Cursor, Query};
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result, Row};

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

/// A query for one record more than the page holds, to know whether there is a next page.
pub(super) fn page_query(mut query: Query, size: u32, after: Option<&str>) -> Result<Query> {
    if size == 0 {
        return Err(Error::invalid("a page holds at least one record"));
    }
    query.limit = Some(u64::from(size) + 1);
    query.after = after.map(Cursor::parse).transpose()?;
    Ok(query)
}

/// Cuts the surplus record off, and says where the next page starts.
pub(super) fn cut(def: &'static ModelDef, query: &Query, size: u32, rows: &mut Vec<Row>) -> Result<Option<String>> {
    let size = size as usize;
    if rows.len() <= size {
        return Ok(None);
    }
    rows.truncate(size);
    let Some(last) = rows.last() else {
        return Ok(None);
    };
    let order = query.total_order(def)?;
    let columns = def.layout().columns();
    let fields = order.iter().map(|(position, _)| columns[*position].path.clone()).collect();
    let values = order.iter().map(|(position, _)| last[*position].clone()).collect();
    Cursor::new(fields, values).encode(def).map(Some)
}
