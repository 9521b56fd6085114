//! Three models: a station, its visits with a native enum, and its readings, a partition a month.

use sqh_model::schema::{
    FieldDef, IndexColumn, IndexDef, IndexMethod, LayoutCell, ModelDef, Partitioning, Reference, StorageConfig,
};
use sqh_model::types::{EnumDef, EnumStorage, TypeDef, VariantDef, names, scalar};

const TEXT: TypeDef = TypeDef::scalar(&scalar::TEXT);

const KEY: FieldDef = FieldDef {
    name: "id",
    column: "id",
    json: "id",
    ty: TypeDef::scalar(&scalar::UUID),
    primary_key: true,
    ..FieldDef::PLAIN
};

const fn field(name: &'static str, ty: TypeDef) -> FieldDef {
    FieldDef { name, column: name, json: name, ty, ..FieldDef::PLAIN }
}

const fn model(
    name: &'static str,
    table: &'static str,
    fields: &'static [FieldDef],
    layout: &'static LayoutCell,
) -> ModelDef {
    ModelDef {
        name,
        rust_path: name,
        group: "field",
        table,
        storage: StorageConfig::postgres(),
        fields,
        layout,
        ..ModelDef::PLAIN
    }
}

pub(super) static STATION: ModelDef = ModelDef {
    indexes: &[IndexDef {
        columns: &[IndexColumn { field: "name", descending: false }],
        using: IndexMethod::Gin,
        ops: Some("gin_trgm_ops"),
        ..IndexDef::PLAIN
    }],
    ..model("AppStation", "app_station", &STATION_FIELDS, &STATION_LAYOUT)
};
static STATION_LAYOUT: LayoutCell = LayoutCell::new();
static STATION_FIELDS: [FieldDef; 2] =
    [FieldDef { name: "code", column: "code", json: "code", ty: TEXT, ..KEY }, field("name", TEXT)];

pub(super) static VISIT: ModelDef = model("AppVisit", "app_visit", &VISIT_FIELDS, &VISIT_LAYOUT);
static VISIT_LAYOUT: LayoutCell = LayoutCell::new();
static VISIT_FIELDS: [FieldDef; 3] = [
    KEY,
    FieldDef {
        references: Some(Reference { model: || &STATION, column: None, on_delete: None }),
        ..field("station", TEXT)
    },
    field("purpose", names::def(&PURPOSE)),
];
static PURPOSE: EnumDef = EnumDef {
    name: "VisitPurpose",
    doc: "",
    storage: EnumStorage::Native,
    variants: &[VariantDef { name: "repair", doc: "" }, VariantDef { name: "sample", doc: "" }],
};

pub(super) static READING: ModelDef = ModelDef {
    storage: StorageConfig {
        partition_by: Some("read_at"),
        partitioning: Partitioning { premake: 2, ..Partitioning::MONTHLY },
        ..StorageConfig::postgres()
    },
    ..model("AppReading", "app_reading", &READING_FIELDS, &READING_LAYOUT)
};
static READING_LAYOUT: LayoutCell = LayoutCell::new();
static READING_FIELDS: [FieldDef; 2] = [KEY, field("read_at", TypeDef::scalar(&scalar::INSTANT))];

/// Needs an extension that may not be there.
pub(super) static SITE: ModelDef = ModelDef { ..model("AppSite", "app_site", &SITE_FIELDS, &SITE_LAYOUT) };
static SITE_LAYOUT: LayoutCell = LayoutCell::new();
static SITE_FIELDS: [FieldDef; 2] = [KEY, field("place", TypeDef::scalar(&scalar::POINT))];
