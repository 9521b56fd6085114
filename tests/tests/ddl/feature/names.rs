//! Derived names that PostgreSQL would cut, and derived names that are taken.

use sqh_runtime::prelude::*;

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "names", models: models![AppObservation].into() }
}

#[derive(PlatformModel)]
#[model(group = "field-work")]
#[storage(postgres, table = "observations_of_the_long_running_programme_for_upland_streams", partition_by = "day")]
#[index(columns = ["ordinary_hydrological_parameter", "another_hydrological_parameter"])]
#[index(columns = ["ordinary_hydrological_parameter", "another_hydrological_parameter"], using = "gin", ops = "array_ops", name = "parameters")]
#[index(columns = ["day"])]
#[index(columns = ["day"], using = "brin", name = "day_idx")]
struct AppObservation {
    #[field(primary_key)]
    id: i64,
    day: NaiveDate,
    #[field(check = "cardinality(ordinary_hydrological_parameter) > 0")]
    ordinary_hydrological_parameter: Vec<i32>,
    #[field(check = "cardinality(another_hydrological_parameter) > 0")]
    another_hydrological_parameter: Vec<i32>,
}
