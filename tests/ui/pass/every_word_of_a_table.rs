//! Each word of the grammar that a PostgreSQL model knows, and what it becomes in the definition.
#![deny(missing_docs, unused, unreachable_pub)]

use sqh_runtime::prelude::*;
use sqh_runtime::schema::{
    IndexColumn, IndexMethod, OnDelete, PartitionInterval, Partitioning, Placement, SearchWeight,
};
use sqh_runtime::types::requirement::Mask;
use sqh_runtime::{Result as Outcome, Value};

/// A name that can be masked.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
pub struct Name(String);

impl Mask for Name {
    fn mask() -> Self {
        Name("…".to_owned())
    }
}

/// A visit.
///
/// In two paragraphs.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "field-work", name = "Visit", rename_all = "camelCase", renamed_from = "Trip")]
#[storage(postgres, table = "visits", high_volume, rls, placement = "row")]
#[storage(partition_by = "created_at", partition_interval = "week", partition_premake = 5, retention = "2 years")]
#[index(columns = ["station", "created_at desc"], unique)]
#[index(columns = ["notes"], using = "gin", ops = "gin_trgm_ops", under_rls, name = "visits_notes_fuzzy")]
#[index(columns = ["state asc"], where = "state = 'open'")]
#[index(columns = ["place.house"], using = "hash")]
#[has_many(name = "samples", model = Sample, via = visit_id)]
pub struct AppVisit {
    /// The key.
    #[field(primary_key)]
    pub id: Uuid,
    /// Where.
    #[field(index, column = "station_no", rename = "stationNumber", renamed_from = "site", max_len = 12)]
    pub station: String,
    /// What was seen.
    #[field(search = "A", redact)]
    pub notes: Option<String>,
    /// More of it.
    #[field(search)]
    pub remarks: String,
    /// Who was met.
    #[field(redact = permission("field-work:names"))]
    pub contact: Name,
    /// How it stands.
    #[field(default = "open", check = "state <> ''")]
    pub state: String,
    /// How often.
    #[field(default = 1)]
    pub times: i64,
    /// Exactly how much.
    #[field(sql_type = "numeric(12, 4)", default_sql = "0")]
    pub amount: Decimal,
    /// In capitals.
    #[field(generated = "upper(state)")]
    pub loud: String,
    /// The sample before.
    #[field(references = Sample, on_delete = "set_null")]
    pub before: Option<Uuid>,
    /// Which house.
    pub place: Place,
    /// Whose row.
    #[field(owner)]
    pub owner_id: Uuid,
    /// Whose row, too.
    #[field(team)]
    pub team_id: Option<i64>,
    /// Whose database.
    #[field(tenant)]
    pub tenant: String,
    /// How often it was written.
    #[field(version)]
    pub version: i64,
    /// When it was made.
    #[field(created_at)]
    pub created_at: DateTime<Utc>,
    /// When it was written.
    #[field(updated_at)]
    pub updated_at: DateTime<Utc>,
    /// Not stored.
    #[field(skip)]
    pub cache: Vec<std::collections::HashMap<u8, u8>>,
}

/// A place.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
pub struct Place {
    /// The house.
    pub house: i32,
}

/// A sample.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "field-work", search(language = "english"))]
#[storage(postgres, placement = "row")]
pub struct Sample {
    /// The key.
    #[field(primary_key, default = Uuid::new_v4())]
    pub id: Uuid,
    /// The visit.
    pub visit_id: Uuid,
    /// A code.
    #[field(unique, search = "B")]
    pub code: String,
    /// The code of another.
    #[field(references = Sample.code, on_delete = "cascade")]
    pub copy_of: Option<String>,
    /// The one before.
    #[field(references = Self, on_delete = "restrict")]
    pub before: Option<Link<Self>>,
    /// The parameter, which is shared: a logical reference.
    #[field(references = Parameter)]
    pub parameter: Link<Parameter>,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "field-work")]
#[storage(postgres, shared)]
pub struct Parameter {
    /// The key.
    #[field(primary_key)]
    pub code: String,
    /// A wider one.
    #[field(references = Parameter, on_delete = "no_action")]
    pub wider: Option<String>,
}

fn main() -> Outcome<()> {
    let def = AppVisit::def();
    assert_eq!((def.name, def.group, def.table), ("Visit", "field-work", "visits"));
    assert_eq!((def.renamed_from, def.search_language), (Some("Trip"), None));
    assert_eq!(Sample::def().search_language, Some("english"));
    assert_eq!(def.doc, "A visit.\n\nIn two paragraphs.");
    assert_eq!(
        def.storage,
        StorageConfig {
            table_name: Some("visits"),
            high_volume: true,
            rls: true,
            placement: Some(Placement::Row),
            partition_by: Some("created_at"),
            partitioning: Partitioning { interval: PartitionInterval::Week, premake: 5, retention: Some("2 years") },
            ..StorageConfig::postgres()
        }
    );

    let [by_station, fuzzy, open, hash] = def.indexes else { panic!("four indexes") };
    let columns = [
        IndexColumn { field: "station", descending: false },
        IndexColumn { field: "created_at", descending: true },
    ];
    assert_eq!((by_station.columns, by_station.unique, by_station.using), (&columns[..], true, IndexMethod::Btree));
    assert_eq!((fuzzy.name, fuzzy.using, fuzzy.ops), (Some("visits_notes_fuzzy"), IndexMethod::Gin, Some("gin_trgm_ops")));
    assert!(fuzzy.under_rls && !fuzzy.unique);
    assert_eq!((open.predicate, open.columns[0].descending), (Some("state = 'open'"), false));
    assert_eq!((hash.using, hash.columns[0].field), (IndexMethod::Hash, "place.house"));

    let [samples] = def.has_many else { panic!("one relation") };
    assert_eq!((samples.name, (samples.model)().name, samples.via), ("samples", "Sample", "visit_id"));

    let field = |name: &str| def.field(name).expect("a stored field");
    let station = field("station");
    assert_eq!((station.column, station.json, station.max_len), ("station_no", "stationNumber", Some(12)));
    assert_eq!((station.index, station.renamed_from, station.doc), (true, Some("site"), "Where."));
    assert_eq!(field("owner_id").json, "ownerId");
    assert_eq!((field("notes").search, field("remarks").search), (Some(SearchWeight::A), Some(SearchWeight::D)));
    let (notes, contact) = (field("notes").redact.expect("redacted"), field("contact").redact.expect("redacted"));
    assert_eq!((notes.permission, (notes.mask)()?), (None, Value::Null));
    assert_eq!((contact.permission, (contact.mask)()?), (Some("field-work:names"), Value::Text("…".to_owned())));
    assert_eq!(field("state").default.map(|default| default()).transpose()?, Some(Value::Text("open".to_owned())));
    assert_eq!(field("times").default.map(|default| default()).transpose()?, Some(Value::I64(1)));
    assert_eq!(field("state").check, Some("state <> ''"));
    assert_eq!((field("amount").sql_type, field("amount").default_sql), (Some("numeric(12, 4)"), Some("0")));
    assert_eq!(field("loud").generated, Some("upper(state)"));
    let before = field("before").references.expect("a reference");
    assert_eq!(((before.model)().name, before.column, before.on_delete), ("Sample", None, Some(OnDelete::SetNull)));
    assert!(field("owner_id").owner && field("team_id").team && field("tenant").tenant && field("version").version);
    assert!(field("created_at").created_at && field("updated_at").updated_at && field("id").primary_key);
    assert!(def.field("cache").is_none());

    let sample = |name: &str| Sample::def().field(name).expect("a stored field");
    assert!(sample("code").unique && sample("id").default.is_some());
    let copy = sample("copy_of").references.expect("a reference");
    assert_eq!((copy.column, copy.on_delete), (Some("code"), Some(OnDelete::Cascade)));
    assert_eq!(sample("before").references.expect("a reference").on_delete, Some(OnDelete::Restrict));
    assert_eq!(sample("parameter").references.expect("a reference").on_delete, None);
    assert!(Parameter::def().storage.shared);
    let wider = Parameter::def().field("wider").expect("a stored field").references.expect("a reference");
    assert_eq!(wider.on_delete, Some(OnDelete::NoAction));
    Ok(())
}
