//! [`Statement`]: the typed builders as operations.

use sqh_model::expr::{Columns, Delete, Insert, Select, SelectColumns, Update};
use sqh_model::schema::PlatformModel;
use sqh_model::{Error, Result};

use super::records::{decode_all, stored};
use crate::op::{Op, Reply};

/// A typed statement that [`query`](super::PlatformGroupRecordService::query) runs. Implemented by
/// the builders of `M::select()`, `M::insert()`, `M::update()` and `M::delete()`.
pub trait Statement: Send {
    /// The model.
    type Model: PlatformModel;

    /// The scope that it needs: the model's, or that of its writes.
    type Scope;

    /// What it gives.
    type Output;

    #[doc(hidden)]
    fn into_op(self) -> Result<Op>;

    #[doc(hidden)]
    fn output(reply: Reply) -> Result<Self::Output>;
}

impl<M: PlatformModel> Statement for Select<M> {
    type Model = M;
    type Scope = M::Scope;
    type Output = Vec<M>;

    fn into_op(self) -> Result<Op> {
        self.into_query().map(Op::List)
    }

    fn output(reply: Reply) -> Result<Vec<M>> {
        decode_all(reply)
    }
}

impl<M: PlatformModel, C: Columns<M> + Send> Statement for SelectColumns<M, C> {
    type Model = M;
    type Scope = M::Scope;
    type Output = Vec<C::Output>;

    fn into_op(self) -> Result<Op> {
        let (query, paths) = self.into_query()?;
        let layout = M::def().layout();
        let columns = paths
            .iter()
            .map(|path| {
                layout.position(path).ok_or_else(|| {
                    Error::unsupported("a flattened value is no single column: select its fields").in_field(path)
                })
            })
            .collect::<Result<_>>()?;
        Ok(Op::Select { query, columns })
    }

    fn output(reply: Reply) -> Result<Self::Output> {
        reply
            .into_rows()?
            .into_iter()
            .map(|row| C::decode(row).map_err(|error| error.in_model(M::def().name)))
            .collect()
    }
}

impl<M: PlatformModel> Statement for Insert<M> {
    type Model = M;
    type Scope = M::Writes;
    type Output = M;

    fn into_op(self) -> Result<Op> {
        self.into_row().map(Op::Create)
    }

    fn output(reply: Reply) -> Result<M> {
        stored(reply)
    }
}

impl<M: PlatformModel> Statement for Update<M> {
    type Model = M;
    type Scope = M::Writes;
    type Output = u64;

    fn into_op(self) -> Result<Op> {
        self.into_parts().map(|(changes, filter)| Op::UpdateWhere { filter, changes })
    }

    fn output(reply: Reply) -> Result<u64> {
        reply.into_count()
    }
}

impl<M: PlatformModel> Statement for Delete<M> {
    type Model = M;
    type Scope = M::Writes;
    type Output = u64;

    fn into_op(self) -> Result<Op> {
        self.into_filter().map(|filter| Op::DeleteWhere { filter })
    }

    fn output(reply: Reply) -> Result<u64> {
        reply.into_count()
    }
}
