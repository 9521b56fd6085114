//! [`PlatformGroupRecordService`]: records, typed and by name.
//!
//! Every method makes an [`Op`](crate::op::Op) and sends it down the one path; the same methods inside a
//! [`Transaction`] take the same path and end in the transaction.

mod access;
mod conflict;
mod dynamic;
mod loading;
mod page;
mod postgres;
mod records;
mod servers;
mod sql;
mod statement;
mod tenants;
mod transaction;
mod views;

use std::sync::Arc;

use futures::future::BoxFuture;
use sqh_model::Result;

pub use self::conflict::Conflict;
pub use self::dynamic::DynamicQuery;
pub use self::page::{DynamicPage, Page};
pub use self::postgres::{DynamicSearch, Found, PostgresQueryService};
pub use self::servers::ServerService;
pub use self::statement::Statement;
pub use self::tenants::{ServerTenants, TenantService};
pub use self::transaction::{InTransaction, Transaction};
use crate::engine::{Direct, Engine};
pub use crate::op::{JoinPlan, JoinStep, JoinStrategy, JoinedSource};
use crate::op::{Operation, Reply};
use crate::scope::{Cx, Scope};

/// Records of every registered model, routed by its storage to the right database of the right
/// tenant.
///
/// Get one from [`Platform::records`](crate::Platform::records). A clone is cheap.
#[derive(Debug, Clone)]
pub struct PlatformGroupRecordService<P = Routed> {
    engine: Arc<Engine>,
    path: P,
}

/// Operations stand on their own: each is routed and kept by itself.
#[derive(Debug, Clone, Copy)]
pub struct Routed;

/// Where a service's operations end. Implemented by [`Routed`] and [`InTransaction`] only.
pub trait Path: sealed::Sealed + Send + Sync {
    #[doc(hidden)]
    fn run<'a>(&'a self, run: sealed::Run<'a>) -> BoxFuture<'a, Result<Reply>>;
}

mod sealed {
    use super::{Engine, Operation, Scope};

    pub trait Sealed {}
    impl Sealed for super::Routed {}
    impl Sealed for super::InTransaction {}

    /// One operation on its way.
    pub struct Run<'a> {
        pub(crate) engine: &'a Engine,
        pub(crate) scope: &'a Scope,
        pub(crate) operation: Operation,
    }
}

impl Path for Routed {
    fn run<'a>(&'a self, run: sealed::Run<'a>) -> BoxFuture<'a, Result<Reply>> {
        Box::pin(async move {
            let backend = run.engine.backend(run.operation.model);
            run.engine.run(run.scope, run.operation, &Direct(&**backend)).await
        })
    }
}

impl PlatformGroupRecordService {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        Self { engine, path: Routed }
    }
}

impl<P: Path> PlatformGroupRecordService<P> {
    async fn run<S>(&self, cx: &Cx<S>, operation: Operation) -> Result<Reply> {
        self.path.run(sealed::Run { engine: &self.engine, scope: cx.scope(), operation }).await
    }
}
