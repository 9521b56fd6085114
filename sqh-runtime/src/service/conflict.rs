//! [`Conflict`]: which unique constraint decides an upsert.

use std::marker::PhantomData;

use sqh_model::expr::Columns;
use sqh_model::schema::{ModelDef, PlatformModel};
use sqh_model::{Error, Result};

/// The unique constraint by which an upsert tells a new record from a known one.
///
/// ```
/// # use sqh_runtime::{Platform, prelude::*};
/// # #[derive(Debug, Clone, PartialEq, PlatformModel)]
/// # #[model(group = "water")]
/// # #[storage(postgres)]
/// # struct AppStation {
/// #     #[field(primary_key)]
/// #     id: i64,
/// #     #[field(unique)]
/// #     code: String,
/// #     depth: Option<f64>,
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let platform = Platform::builder().models(models![AppStation]).build_in_memory()?;
/// # let principal = Principal::system("an example");
/// # platform.tenants().provision(&platform.fleet(&principal).await?, "acme").await?;
/// # let cx = platform.tenant(&principal, "acme").await?;
/// # let records = platform.records();
/// # let station = AppStation { id: 1, code: "A".to_owned(), depth: Some(2.5) };
/// records.upsert(&cx, station.clone(), Conflict::key()).await?;
/// let deeper = AppStation { depth: Some(3.0), ..station };
/// let stored = records.upsert(&cx, deeper, Conflict::on((AppStation::CODE,))).await?;
/// assert_eq!(stored.depth, Some(3.0));
/// assert_eq!(records.count(&cx, AppStation::select()).await?, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Conflict<M> {
    fields: Option<Vec<String>>,
    model: PhantomData<fn() -> M>,
}

impl<M: PlatformModel> Conflict<M> {
    /// By the primary key. On a partitioned model that is the full key, partition column included.
    pub fn key() -> Self {
        Self { fields: None, model: PhantomData }
    }

    /// By the unique constraint or unique index on exactly these columns.
    pub fn on(columns: impl Columns<M>) -> Self {
        Self { fields: Some(columns.paths()), model: PhantomData }
    }

    /// The positions of the constraint's columns.
    ///
    /// # Errors
    /// `Invalid` if no constraint of the model has these columns.
    pub(super) fn positions(&self) -> Result<Vec<usize>> {
        let def = M::def();
        let layout = def.layout();
        let Some(fields) = &self.fields else {
            return Ok(layout.physical_key());
        };
        let mut wanted: Vec<usize> = fields.iter().filter_map(|field| layout.position(field)).collect();
        wanted.sort_unstable();
        let known = constraints(def);
        if known.iter().any(|constraint| {
            let mut sorted = constraint.clone();
            sorted.sort_unstable();
            sorted == wanted
        }) {
            return Ok(wanted);
        }
        let known = known.iter().map(|constraint| names(def, constraint)).collect::<Vec<_>>().join(", ");
        Err(Error::invalid(format!("no unique constraint is on ({}): the constraints are {known}", fields.join(", ")))
            .in_model(def.name))
    }
}

// Partial unique indexes do not count: they decide only for some records.
fn constraints(def: &'static ModelDef) -> Vec<Vec<usize>> {
    let layout = def.layout();
    let unique_fields = (0..layout.columns().len()).filter(|i| layout.columns()[*i].field.unique).map(|i| vec![i]);
    let unique_indexes = def
        .indexes
        .iter()
        .filter(|index| index.unique && index.predicate.is_none())
        .map(|index| index.columns.iter().filter_map(|column| layout.position(column.field)).collect());
    std::iter::once(layout.physical_key()).chain(unique_fields).chain(unique_indexes).collect()
}

fn names(def: &'static ModelDef, positions: &[usize]) -> String {
    let columns = def.layout().columns();
    let names = positions.iter().map(|position| columns[*position].path.as_str()).collect::<Vec<_>>();
    format!("({})", names.join(", "))
}
