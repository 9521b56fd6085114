//! Any number of new records, all or none.
use super::run::Work;
use super::session::Session;
use crate::op::{Reply, RowSource};
use sqh_model::Result;

pub(super) async fn create(_: &Work<'_>, _: &mut Session<'_>, _: RowSource, _: bool) -> Result<Reply> {
    Err(sqh_model::Error::unsupported("bulk"))
}
