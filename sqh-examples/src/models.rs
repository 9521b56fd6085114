//! The models of a water-quality platform: three groups, two stores, shared and per tenant.
//!
//! | Group | Models |
//! |---|---|
//! | `water-quality` | shared reference data in PostgreSQL, and what a tenant notes about it |
//! | `lab` | results of a tenant's own laboratory, in PostgreSQL |
//! | `crm` | a tenant's customers, as a graph in TerminusDB |
//!
//! Their documentation becomes the comments of tables and columns, and of the graph's classes.

mod annotation;
mod crm;
mod lab;
mod measurement;
mod parameter;
mod site;
mod station;
mod threshold;

use sqh_runtime::schema::ModelDef;

pub use self::annotation::AppTenantSampleAnnotation;
pub use self::crm::{AppCrmAccount, AppCrmContact, AppCrmOpportunity, Industry, OpportunityStage, PostalAddress};
pub use self::lab::AppLabResult;
pub use self::measurement::{AppMeasurement, INTERPOLATED};
pub use self::parameter::AppParameter;
pub use self::site::{AppStationSite, AppWatershed};
pub use self::station::AppWaterQualityStation;
pub use self::threshold::AppRegulatoryThreshold;

/// Every model of the example, for [`Registry::new`](sqh_runtime::schema::Registry::new) and the
/// command line.
///
/// ```
/// use sqh_runtime::schema::Registry;
///
/// let registry = Registry::new(sqh_examples::models::models()).unwrap();
/// assert!(registry.find("lab", "AppLabResult").is_ok());
/// ```
pub fn models() -> Vec<&'static ModelDef> {
    sqh_runtime::models![
        AppWaterQualityStation,
        AppStationSite,
        AppParameter,
        AppRegulatoryThreshold,
        AppWatershed,
        AppMeasurement,
        AppTenantSampleAnnotation,
        AppLabResult,
        AppCrmAccount,
        AppCrmContact,
        AppCrmOpportunity,
    ]
    .into()
}
