//! Views: computed anew when somebody asks, and how fresh they are. They are read as every model is.

use sqh_model::Result;
use sqh_model::schema::PlatformModel;

use super::PlatformGroupRecordService;
use crate::op::{Freshness, Op, Operation};
use crate::scope::{Cx, RecordScope};

impl PlatformGroupRecordService {
    /// Computes a view anew: it then holds what was committed before this was called, and perhaps more. Its
    /// readers are not in the way, and neither are writers. Of many who ask at once, in whatever process, one
    /// computes it for all who asked before it began.
    ///
    /// In row placement this is the view of all tenants of the database.
    ///
    /// ```no_run
    /// # use sqh_runtime::{Platform, scope::Tenant};
    /// use sqh_runtime::prelude::*;
    /// # use sqh_runtime::report::{Definition, count, from};
    /// # #[derive(PlatformModel)]
    /// # #[model(group = "lab")]
    /// # #[storage(postgres)]
    /// # pub struct AppSample {
    /// #     #[field(primary_key)]
    /// #     pub id: i64,
    /// #     pub parameter: String,
    /// # }
    /// # #[derive(PlatformView)]
    /// # #[model(group = "lab")]
    /// # #[platform_view(source = AppSample, definition = definition)]
    /// # pub struct AppParameter {
    /// #     #[field(primary_key)]
    /// #     pub parameter: String,
    /// #     pub n: i64,
    /// # }
    /// # fn definition() -> impl Definition<AppParameter> {
    /// #     from::<AppSample>().aggregate(AppParameterColumns { parameter: AppSample::PARAMETER, n: count() })
    /// # }
    ///
    /// # async fn run(platform: Platform, cx: Cx<Tenant>) -> Result<()> {
    /// let records = platform.records();
    /// let freshness = records.refresh::<AppParameter>(&cx).await?;
    /// println!("as of {}, in {:?}", freshness.as_of, freshness.took);
    /// let frequent = records.list(&cx, AppParameter::select().filter(AppParameter::N.gt(100))).await?;
    /// # let _ = frequent;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `Denied` without the permission `{group}:refresh`; `Invalid` if the model is no view, or what it computes
    /// fails for some record, such as by a division by zero: it then holds what it held before.
    pub async fn refresh<V: PlatformModel>(&self, cx: &Cx<V::Scope>) -> Result<Freshness> {
        self.run(cx, Operation { model: V::def(), op: Op::Refresh }).await?.into_freshness()
    }

    /// When a view was last computed, for whoever may list its records. In row placement it is computed for all
    /// tenants of the database at once.
    ///
    /// # Errors
    /// `Invalid` if the model is no view.
    pub async fn freshness<V: PlatformModel>(&self, cx: &Cx<V::Scope>) -> Result<Freshness> {
        self.run(cx, Operation { model: V::def(), op: Op::Freshness }).await?.into_freshness()
    }

    /// [`refresh`](Self::refresh) by name.
    ///
    /// # Errors
    /// As [`refresh`](Self::refresh).
    pub async fn refresh_dyn<S: RecordScope>(&self, cx: &Cx<S>, group: &str, view: &str) -> Result<Freshness> {
        let model = self.engine.registry.find(group, view)?;
        self.run(cx, Operation { model, op: Op::Refresh }).await?.into_freshness()
    }

    /// [`freshness`](Self::freshness) by name.
    ///
    /// # Errors
    /// As [`freshness`](Self::freshness).
    pub async fn freshness_dyn<S: RecordScope>(&self, cx: &Cx<S>, group: &str, view: &str) -> Result<Freshness> {
        let model = self.engine.registry.find(group, view)?;
        self.run(cx, Operation { model, op: Op::Freshness }).await?.into_freshness()
    }
}
