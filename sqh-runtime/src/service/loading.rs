//! Related records: one operation for each relation, whatever the number of records.
//!
//! Each of them goes down the one path by itself, in the scope of its own model.

mod dynamic;

use futures::future::BoxFuture;
use serde_json::Value as Json;
use sqh_model::compare::compare;
use sqh_model::expr::{FromLoaded, Loaded, Loading, SelectWith};
use sqh_model::schema::{ModelDef, PlatformModel};
use sqh_model::{Error, Result, Row, Value};

use super::{DynamicQuery, Path, PlatformGroupRecordService, sealed};
use crate::op::{Op, Operation};
use crate::scope::{Cx, RecordScope, Scope};

/// How many records are looked up by one statement. A list of values is one bind of any length, which the
/// server reads whole before it begins.
const PER_STATEMENT: usize = 10_000;

impl<P: Path> PlatformGroupRecordService<P> {
    /// The records that match, and what belongs to each: by `#[has_many]`, whose constants have the
    /// relations' names, or by a reference ([`Column::to`](sqh_model::expr::Column::to)).
    ///
    /// One statement is sent for the records, and one for each relation, whatever the number of records
    /// (from 10,000 different records on, one for each 10,000 of them). Each reads what is stored
    /// when it runs. The rules and masks of each model hold: related records that the principal may not list
    /// are not there. Related shared records are read in [`cx.shared()`](Cx::shared).
    ///
    /// ```
    /// # use sqh_runtime::{Platform, prelude::*};
    /// #[derive(Debug, Clone, PartialEq, PlatformModel)]
    /// #[model(group = "water")]
    /// #[storage(postgres)]
    /// #[has_many(name = "samples", model = AppSample, via = station)]
    /// pub struct AppStation {
    ///     #[field(primary_key)]
    ///     pub code: String,
    /// }
    ///
    /// #[derive(Debug, Clone, PartialEq, PlatformModel)]
    /// #[model(group = "water")]
    /// #[storage(postgres)]
    /// pub struct AppSample {
    ///     #[field(primary_key)]
    ///     pub id: i64,
    ///     #[field(references = AppStation, index)]
    ///     pub station: String,
    ///     pub value: f64,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let platform = Platform::builder().models(models![AppStation, AppSample]).build_in_memory()?;
    /// # let principal = Principal::system("an example");
    /// # platform.tenants().provision(&platform.fleet(&principal).await?, "acme").await?;
    /// # let cx = platform.tenant(&principal, "acme").await?;
    /// # let records = platform.records();
    /// # records.create(&cx, AppStation { code: "A".to_owned() }).await?;
    /// # let sample = |id, value| AppSample { id, station: "A".to_owned(), value };
    /// # records.batch_create(&cx, vec![sample(1, 1.0), sample(2, 3.0), sample(3, 2.0)]).await?;
    /// // The two highest samples of each station.
    /// let highest = AppStation::SAMPLES.order_by(AppSample::VALUE.desc()).limit_per_parent(2);
    /// let stations: Vec<(AppStation, Vec<AppSample>)> =
    ///     records.list_with(&cx, AppStation::select().limit(100).with(highest)).await?;
    /// # assert_eq!(stations[0].1, [sample(2, 3.0), sample(3, 2.0)]);
    ///
    /// // Samples, the station of each, and what else was taken there.
    /// let station = AppSample::STATION.to(AppStation::CODE).with(AppStation::SAMPLES);
    /// for (sample, station) in records.list_with(&cx, AppSample::select().with(station)).await? {
    ///     if let Some((station, others)) = station {
    ///         println!("{}: {}, one of {}", station.code, sample.value, others.len());
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`list`](Self::list), for each model. `Invalid` if a reference leads to a field that is not unique,
    /// and for many records of a high-volume model without `limit_per_parent`; `Denied` if the field that
    /// relates them is masked for the principal.
    pub async fn list_with<M: PlatformModel, T: FromLoaded>(
        &self,
        cx: &Cx<M::Scope>,
        select: SelectWith<M, T>,
    ) -> Result<Vec<T>> {
        let (query, along) = select.into_parts()?;
        let loader = Loader { records: self, own: cx.scope(), shared: cx.scope().shared() };
        loader.check(M::def(), &along)?;
        let rows = loader.rows(M::def(), Op::List(query)).await?;
        loader.load(rows, &along).await?.into_iter().map(T::from_loaded).collect()
    }
}

impl<P: Path> PlatformGroupRecordService<P> {
    /// [`list_with`](Self::list_with) by names. `with` is an array: a `#[has_many]` by its name, a reference by its
    /// field's, or an object of the name and what is meant of it:
    /// `["station", {"samples": {"order": ["-value"], "limit_per_parent": 2, "with": ["method"]}}]`.
    ///
    /// Each of the replies is an object with the `record`, and `with` each relation by its name: an array, or for a
    /// reference one such object or null.
    ///
    /// # Errors
    /// `Invalid`, saying where: ``in `with.1.samples`: …``; and as [`list_with`](Self::list_with).
    pub async fn list_with_dyn<S: RecordScope>(
        &self,
        cx: &Cx<S>,
        group: &str,
        model: &str,
        query: &DynamicQuery,
        with: &Json,
    ) -> Result<Vec<Json>> {
        let def = self.engine.registry.find(group, model)?;
        let (query, named) = (query.resolve(def)?, dynamic::read(def, with)?);
        let loader = Loader { records: self, own: cx.scope(), shared: cx.scope().shared() };
        loader.check(def, &named.loading)?;
        let rows = loader.rows(def, Op::List(query)).await?;
        named.to_json(def, &loader.load(rows, &named.loading).await?)
    }
}

struct Loader<'a, P> {
    records: &'a PlatformGroupRecordService<P>,
    own: &'a Scope,
    /// Where shared records are reached from a tenant's scope.
    shared: Option<Scope>,
}

impl<P: Path> Loader<'_, P> {
    /// Records are found by what their relations' fields hold: a mask is no such thing.
    fn check(&self, model: &'static ModelDef, along: &[Loading]) -> Result<()> {
        along.iter().try_for_each(|loading| {
            self.records.engine.check_visible(self.scope_of(model), model, loading.from)?;
            self.check(loading.model, &loading.along)
        })
    }

    /// Rows with what belongs to them.
    fn load<'b>(&'b self, rows: Vec<Row>, along: &'b [Loading]) -> BoxFuture<'b, Result<Vec<Loaded>>> {
        Box::pin(async move {
            let mut records: Vec<Loaded> = rows.into_iter().map(|row| Loaded { row, along: Vec::new() }).collect();
            for loading in along {
                let keys = Keys::of(records.iter().map(|record| &record.row[loading.from]));
                let mut rows = Vec::new();
                for values in keys.chunks() {
                    let op = Op::Related { query: loading.query.clone(), column: loading.to, values: values.to_vec() };
                    rows.extend(self.rows(loading.model, op).await?);
                }
                let found = self.load(rows, &loading.along).await?;
                hand_out(&keys, loading, found, &mut records)?;
            }
            Ok(records)
        })
    }

    async fn rows(&self, model: &'static ModelDef, op: Op) -> Result<Vec<Row>> {
        let (engine, scope) = (&*self.records.engine, self.scope_of(model));
        let operation = Operation { model, op };
        self.records.path.run(sealed::Run { engine, scope, operation }).await?.into_rows()
    }

    fn scope_of(&self, model: &'static ModelDef) -> &Scope {
        self.shared.as_ref().filter(|_| model.storage.shared).unwrap_or(self.own)
    }
}

/// The values by which records are found: in order, each of them once, and no null.
struct Keys(Vec<Value>);

impl Keys {
    fn of<'a>(values: impl Iterator<Item = &'a Value>) -> Self {
        let mut keys: Vec<Value> = values.filter(|value| !value.is_null()).cloned().collect();
        keys.sort_unstable_by(compare);
        keys.dedup_by(|a, b| compare(a, b).is_eq());
        Self(keys)
    }

    /// At least one, so that what the principal may not list is refused whatever there is.
    fn chunks(&self) -> impl Iterator<Item = &[Value]> {
        let none = self.0.is_empty().then_some(&[][..]);
        self.0.chunks(PER_STATEMENT).chain(none)
    }

    fn position(&self, value: &Value) -> Option<usize> {
        self.0.binary_search_by(|key| compare(key, value)).ok()
    }
}

/// Gives each record what was found of its value. What belongs to several is cloned for all but the last.
fn hand_out(keys: &Keys, loading: &Loading, found: Vec<Loaded>, records: &mut [Loaded]) -> Result<()> {
    let mut groups: Vec<(usize, Vec<Loaded>)> = keys.0.iter().map(|_| (0, Vec::new())).collect();
    for record in found {
        let at = keys.position(&record.row[loading.to]).ok_or_else(|| unlike(loading))?;
        groups[at].1.push(record);
    }
    let places: Vec<Option<usize>> = records.iter().map(|record| keys.position(&record.row[loading.from])).collect();
    places.iter().flatten().for_each(|at| groups[*at].0 += 1);
    for (record, at) in records.iter_mut().zip(places) {
        record.along.push(at.map_or_else(Vec::new, |at| {
            let (left, group) = &mut groups[at];
            *left -= 1;
            if *left == 0 { std::mem::take(group) } else { group.clone() }
        }));
    }
    Ok(())
}

/// A type of the server's own, such as `citext`, holds values equal that are not.
fn unlike(loading: &Loading) -> Error {
    let column = &loading.model.layout().columns()[loading.to];
    let message = "the server holds values of this field equal that differ, and so none of them says whose it is";
    Error::unsupported(message).in_field(&column.path).in_model(loading.model.name)
}
