//! [`Sides`]: the sources of a join of two databases, and the connections to both.

use std::fmt;
use std::sync::Arc;

use sqh_model::expr::Filter;
use sqh_model::report::{Report, SourcePart};
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result};

use crate::backend::postgres::Inner;
use crate::backend::postgres::atomic::Atomic;
use crate::backend::postgres::session::Session;
use crate::backend::postgres::statement::guard;
use crate::backend::postgres::statement::target::Target;
use crate::engine::{Joined, Route};
use crate::op::SharedJoin;
use crate::tenancy::lease::Lease;
use crate::tenancy::{Role, TenantRecord};

/// In which of the two databases something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Tenant,
    Shared,
}

impl Side {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Tenant => Self::Shared,
            Self::Shared => Self::Tenant,
        }
    }

    fn role(self) -> Role {
        match self {
            Self::Tenant => Role::Application,
            Self::Shared => Role::SharedReader,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tenant => "the tenant's database",
            Self::Shared => "the shared database",
        })
    }
}

/// A join of two databases on its way.
pub(super) struct Sides<'a> {
    pub(super) backend: &'a Inner,
    pub(super) report: &'a Report,
    /// The sources in the order of the report.
    pub(super) sources: Vec<Source<'a>>,
    /// In whose name connections are taken.
    tenant: Option<&'a Arc<TenantRecord>>,
}

/// Where the records of the operation's own model are, and which of them the principal may read.
#[derive(Clone, Copy)]
pub(super) struct Home<'a> {
    pub(super) route: &'a Route,
    pub(super) filter: &'a Filter,
}

/// A source of a join, and what the principal may read of it.
pub(super) struct Source<'a> {
    pub(super) name: String,
    pub(super) def: &'static ModelDef,
    pub(super) route: &'a Route,
    pub(super) scope: &'a Filter,
    pub(super) side: Side,
    pub(super) part: SourcePart,
}

/// A side whose records are being read.
pub(super) struct Open<'a> {
    pub(super) session: Session<'a>,
    atomic: Option<Atomic>,
    def: &'static ModelDef,
}

impl<'a> Sides<'a> {
    pub(super) fn of(backend: &'a Inner, join: &'a SharedJoin, home: Home<'a>, joined: &'a [Joined]) -> Result<Self> {
        let mut others = joined.iter();
        let mut sources = Vec::new();
        for (number, source) in join.report.sources.iter().enumerate() {
            let (route, scope) = if number == join.home() {
                (home.route, home.filter)
            } else {
                let joined = others.next().ok_or_else(|| unrouted(source.relation.model))?;
                (joined.route(), joined.filter())
            };
            let def = source.relation.model;
            let side = if def.storage.shared { Side::Shared } else { Side::Tenant };
            let (name, part) = (source.relation.to_string(), join.report.part(number)?);
            sources.push(Source { name, def, route, scope, side, part });
        }
        Ok(Self { backend, report: &join.report, sources, tenant: home.route.tenant() })
    }

    pub(super) fn on(&self, side: Side) -> impl Iterator<Item = &Source<'a>> {
        self.sources.iter().filter(move |source| source.side == side)
    }

    fn first(&self, side: Side) -> Result<&Source<'a>> {
        self.on(side).next().ok_or_else(|| Error::internal(format!("the join reads nothing of {side}")))
    }

    /// A connection to a side, in the name of the tenant.
    pub(super) async fn lease(&self, side: Side) -> Result<Lease> {
        self.backend.lease_by(self.first(side)?.route, side.role(), self.tenant).await
    }

    /// Makes a connection ready for statements on the records of a side.
    pub(super) async fn open<'l>(&self, lease: &'l mut Lease, side: Side) -> Result<Open<'l>> {
        let Source { def, route, .. } = *self.first(side)?;
        let mut session = Session::new(lease, false);
        let mut needs_transaction = session.needs_transaction();
        // Row security reads the tenant from a setting of the transaction.
        for source in self.on(side) {
            needs_transaction |= Target::of(source.def, source.route, &self.backend.tenants)?.0.is_secured();
        }
        let atomic = match needs_transaction {
            true => Some(Atomic::begin(&mut session, def, || guard::begin(route, false)).await?),
            false => None,
        };
        Ok(Open { session, atomic, def })
    }
}

impl Open<'_> {
    /// Ends what was begun.
    pub(super) async fn end<T>(mut self, done: Result<T>) -> Result<T> {
        match self.atomic {
            Some(atomic) => atomic.end(&mut self.session, self.def, done).await,
            None => done,
        }
    }
}

fn unrouted(def: &'static ModelDef) -> Error {
    Error::internal("the model has not been authorised: it fails closed").in_model(def.name)
}
