//! A join whose rows come in no order, piece by piece: a page of the tenant's rows is sent at a time.
//!
//! What is asked of a row and of the shared records that belong to it depends on no other row, so the join of
//! all rows is what the joins of the pages are together. Between two pages no connection is held.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::StreamExt as _;
use sqh_model::expr::Filter;
use sqh_model::{Error, Result, Row, Value};

use super::Ready;
use super::side::{Home, Side, Sides};
use crate::backend::postgres::Inner;
use crate::backend::postgres::session::Repeat;
use crate::backend::postgres::statement::Inputs;
use crate::backend::postgres::statement::shipment::{Page, Shipment};
use crate::backend::postgres::statement::target::Target;
use crate::engine::{Joined, Route};
use crate::op::{RowStream, SharedJoin};

/// How many rows the first page has.
const FIRST: u64 = 1_000;

/// How many a page has at most.
const MOST: u64 = 10_000;

/// About how many rows are to come of a page: there may be many shared records for one of the tenant's.
const WANTED: u64 = 10_000;

/// A join that is read piece by piece.
pub(super) struct Pages {
    backend: Arc<Inner>,
    join: SharedJoin,
    route: Route,
    filter: Filter,
    joined: Vec<Joined>,
    /// The key of the last row that was sent.
    after: Option<Vec<Value>>,
    size: u64,
    is_last: bool,
    rows: VecDeque<Row>,
}

impl Pages {
    /// # Errors
    /// `Invalid` if rows depend on each other; `Unsupported` if the tenant's records are not the first and only ones.
    pub(super) fn new(backend: &Arc<Inner>, join: &SharedJoin, home: Home<'_>, joined: &[Joined]) -> Result<Self> {
        if !join.report.is_row_by_row() {
            let message = "a stream has no groups, windows, orders and limits, which need all rows: use `join_shared`";
            return Err(Error::invalid(message));
        }
        if join.home() != 0 || joined.iter().any(|joined| !joined.model().storage.shared) {
            let message = "a stream begins with the tenant's records, and joins shared ones to them: use `join_shared`";
            return Err(Error::unsupported(message));
        }
        Ok(Self {
            backend: Arc::clone(backend),
            join: SharedJoin { report: join.report.clone(), ..*join },
            route: home.route.clone(),
            filter: home.filter.clone(),
            joined: joined.to_vec(),
            after: None,
            size: FIRST,
            is_last: false,
            rows: VecDeque::new(),
        })
    }

    pub(super) fn into_rows(self) -> RowStream {
        let next = |mut pages: Self| async move {
            while pages.rows.is_empty() && !pages.is_last {
                pages.turn().await?;
            }
            Ok(pages.rows.pop_front().map(|row| (row, pages)))
        };
        futures::stream::try_unfold(self, next).boxed()
    }

    /// Sends the next page.
    async fn turn(&mut self) -> Result<()> {
        let home = Home { route: &self.route, filter: &self.filter };
        let sides = Sides::of(&self.backend, &self.join, home, &self.joined)?;
        let (shipment, last) = sides.page(self.after.as_deref(), self.size).await?;
        let sent = shipment.rows() as u64;
        self.is_last = sent < self.size;
        if sent == 0 {
            return Ok(());
        }
        let mut shipments: Vec<Option<Shipment>> = self.joined.iter().map(|_| None).collect();
        shipments.insert(0, Some(shipment));
        let ready = Ready { report: self.join.report.clone(), sent: shipments, at: Side::Shared };
        self.rows = sides.finish(&ready).await?.into();
        self.size = (sent * WANTED / (self.rows.len() as u64).max(1)).clamp(1, MOST);
        self.after = last;
        Ok(())
    }
}

impl Sides<'_> {
    /// The tenant's rows behind a key, and the key of the last of them.
    async fn page(&self, after: Option<&[Value]>, size: u64) -> Result<(Shipment, Option<Vec<Value>>)> {
        let source = &self.sources[0];
        let mut lease = self.lease(Side::Tenant).await?;
        let mut open = self.open(&mut lease, Side::Tenant).await?;
        let work = async {
            let (target, owner) = Target::of(source.def, source.route, &self.backend.tenants)?;
            let mut shipment = Shipment::new(source.def, &source.part.columns)?;
            let page = Page { after, size };
            let statement = shipment.paging(&target, &source.part.filter, source.scope, &page)?;
            let inputs = Inputs { owner: owner.as_ref(), ..Inputs::default() };
            let (keys, mut last) = (source.def.layout().physical_key().len(), None);
            open.session
                .each(&statement, inputs, Repeat::IfLost, |row| {
                    last = Some(statement.reply.decode(row)?);
                    shipment.push_behind(row, keys)
                })
                .await?;
            Ok((shipment, last))
        };
        let done = work.await;
        open.end(done).await
    }
}
