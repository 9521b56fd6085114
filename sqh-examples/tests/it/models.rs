//! The models of the example, as the platform sees them.

use sqh_examples::models::{AppLabResult, AppMeasurement, models};
use sqh_runtime::prelude::*;
use sqh_runtime::schema::Registry;

#[test]
fn every_model_is_registered_in_its_group() {
    let registry = Registry::new(models()).unwrap();
    let groups = [
        (
            "water-quality",
            "AppWaterQualityStation AppStationSite AppParameter AppRegulatoryThreshold AppWatershed AppMeasurement AppTenantSampleAnnotation",
        ),
        ("lab", "AppLabResult"),
        ("crm", "AppCrmAccount AppCrmContact AppCrmOpportunity"),
    ];
    for (group, names) in groups {
        let found = registry.models().iter().filter(|model| model.group == group).map(|model| model.name);
        assert_eq!(found.collect::<Vec<_>>().join(" "), names);
    }
}

#[test]
fn shared_data_is_shared_and_a_tenants_is_its_own() {
    for model in models() {
        let own = ["AppTenantSampleAnnotation", "AppLabResult"].contains(&model.name) || model.group == "crm";
        assert_eq!(model.storage.shared, !own, "{}", model.name);
        assert_eq!(model.is_postgres(), model.group != "crm", "{}", model.name);
        assert!(!model.doc.is_empty(), "{}", model.name);
        assert!(model.fields.iter().all(|field| !field.doc.is_empty()), "{}", model.name);
    }
}

#[test]
fn measurements_and_results_are_partitioned_by_month() {
    for (model, key) in [(AppMeasurement::def(), 3), (AppLabResult::def(), 2)] {
        assert!(model.storage.high_volume && model.storage.partition_by.is_some());
        assert_eq!(model.layout().physical_key().len(), key, "{}", model.name);
    }
}
