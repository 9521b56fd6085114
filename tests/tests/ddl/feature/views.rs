//! Materialised views: groups of the records of one tenant, whatever else is in the tables.

use sqh_runtime::prelude::*;
use sqh_runtime::report::{
    Definition, any_of, avg, case, coalesce, constant, count, first, from, joined, listed, month, percentile, sum,
};

use crate::Feature;

pub(crate) fn feature() -> Feature {
    Feature { name: "views", models: models![AppMonth, AppStatus, AppNorth, AppSample, AppSite, AppRiver].into() }
}

#[derive(PlatformModel)]
#[model(group = "water")]
#[storage(postgres, partition_by = "taken_at")]
struct AppSample {
    #[field(primary_key)]
    id: i64,
    site: Link<AppSite>,
    parameter: Option<String>,
    value: f64,
    amount: Decimal,
    status: Status,
    taken_at: DateTime<Utc>,
}

#[derive(PlatformModel)]
#[model(group = "water")]
#[storage(postgres)]
struct AppSite {
    #[field(primary_key)]
    code: String,
    name: Option<String>,
}

#[derive(PlatformModel)]
#[model(group = "water")]
#[storage(postgres, shared)]
struct AppRiver {
    #[field(primary_key)]
    code: String,
    latitude: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, PlatformEnum)]
#[platform_enum(native)]
enum Status {
    Draft,
    Valid,
}

/// What a month was like.
#[derive(PlatformView)]
#[model(group = "water")]
#[platform_view(source = AppSample, definition = months)]
#[index(columns = ["samples desc"])]
struct AppMonth {
    /// The site's name.
    #[field(primary_key)]
    site: String,
    #[field(primary_key)]
    parameter: String,
    #[field(primary_key)]
    month: DateTime<Utc>,
    samples: i64,
    mean: f64,
    half: Option<f64>,
    #[field(index)]
    amount: Decimal,
    #[field(column = "all_values")]
    values: Vec<f64>,
    valid: i64,
}

fn months() -> impl Definition<AppMonth> {
    from::<AppSample>()
        .inner_join(AppSample::SITE.equals(AppSite::CODE))
        .filter(any_of(AppSample::VALUE.gt(0.5), AppSample::PARAMETER.is_in(["it's", "a\\b"])))
        .aggregate(AppMonthColumns {
            site: coalesce(AppSite::NAME, "nowhere"),
            parameter: coalesce(AppSample::PARAMETER, "none"),
            month: month(AppSample::TAKEN_AT).in_zone("Europe/Berlin"),
            samples: count(),
            mean: avg(AppSample::VALUE),
            half: percentile(AppSample::VALUE, 0.5),
            amount: sum(AppSample::AMOUNT),
            values: listed(AppSample::VALUE, AppSample::TAKEN_AT.asc()),
            valid: count().filter(AppSample::STATUS.eq(Status::Valid)),
        })
        .having(count().gt(1))
}

/// Of which state samples are, of sites that are there.
#[derive(PlatformView)]
#[model(group = "water")]
#[platform_view(source = AppSample, definition = states, table = "states", refresh = "after_write")]
struct AppStatus {
    #[field(primary_key)]
    status: Status,
    #[field(primary_key)]
    is_large: String,
    first_parameter: Option<String>,
    parameters: Option<String>,
}

fn states() -> impl Definition<AppStatus> {
    from::<AppSample>().semi_join(AppSample::SITE.equals(AppSite::CODE)).aggregate(AppStatusColumns {
        status: AppSample::STATUS,
        is_large: case(AppSample::VALUE.gt(10.0), constant("large".to_owned()), constant("small".to_owned())),
        first_parameter: first(AppSample::PARAMETER, AppSample::ID.asc()),
        parameters: joined(AppSample::PARAMETER, ", ", AppSample::ID.asc()),
    })
}

#[derive(PlatformView)]
#[model(group = "water")]
#[platform_view(source = AppRiver, definition = norths)]
struct AppNorth {
    #[field(primary_key)]
    latitude: i64,
    rivers: i64,
}

fn norths() -> impl Definition<AppNorth> {
    from::<AppRiver>().aggregate(AppNorthColumns { latitude: AppRiver::LATITUDE, rivers: count() })
}
