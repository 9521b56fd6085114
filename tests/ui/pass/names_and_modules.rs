//! Raw identifiers, keywords, aliases, shadowed names, modules, visibility, models that refer to each
//! other.
#![deny(missing_docs, unused, unreachable_pub)]
#![allow(dead_code)]

mod station {
    use sqh_runtime::prelude::*;

    /// Refers to a model of another module, which refers back.
    #[derive(Debug, PlatformModel)]
    #[model(group = "water", rename_all = "kebab-case")]
    #[storage(postgres)]
    #[has_many(name = "readings", model = super::reading::Reading, via = station)]
    pub(crate) struct Station {
        #[field(primary_key)]
        pub(crate) code: String,
        #[field(references = crate::reading::Reading)]
        pub(super) last_reading: Option<Uuid>,
        secret: Option<Vec<String>>,
    }

    pub(crate) fn columns() -> usize {
        let _ = Station::SECRET.is_null();
        Station::def().fields.len()
    }
}

mod reading {
    use sqh_runtime::prelude::*;

    type When = DateTime<Utc>;
    type Maybe<T> = Option<T>;

    #[derive(Debug, PlatformModel)]
    #[model(group = "water")]
    #[storage(postgres)]
    pub(crate) struct Reading {
        #[field(primary_key)]
        pub(crate) id: Uuid,
        #[field(references = super::station::Station.code, on_delete = "cascade")]
        pub(crate) station: String,
        #[field(created_at)]
        pub(crate) at: When,
        pub(crate) r#type: Maybe<String>,
        pub(crate) order: Maybe<Vec<i32>>,
        pub(crate) select: Maybe<Vec<Maybe<i32>>>,
    }
}

/// Names of the prelude mean something else here.
mod shadows {
    use sqh_runtime::prelude::{DateTime, Id, PlatformEnum, PlatformModel, PlatformValue, Utc, Uuid};

    struct Result;
    struct Option;
    #[allow(non_camel_case_types)]
    struct Ok;
    struct Some;
    trait Default {}
    struct Column;
    struct FieldType;

    #[derive(PlatformModel)]
    #[model(group = "water")]
    #[storage(postgres, partition_by = "def")]
    struct Private {
        #[field(primary_key)]
        id: Uuid,
        /// Not the function of the trait.
        def: DateTime<Utc>,
        row: i32,
        value: Value,
        kind: Kind,
        #[field(skip)]
        skipped: std::string::String,
    }

    #[derive(PlatformValue)]
    struct Value {
        row: i32,
    }

    #[derive(PlatformEnum)]
    enum Kind {
        Some,
        None,
        Ok,
    }

    #[derive(PlatformModel)]
    #[model(group = "water")]
    struct Graph {
        id: Id<Self>,
    }

    pub(crate) fn find() {
        fn find<M>(_: impl sqh_runtime::schema::LookupKey<M>) {}
        find::<Private>(Uuid::nil());
        find::<Private>((Uuid::nil(), DateTime::<Utc>::UNIX_EPOCH));
        let _ = Private::DEF.lt(DateTime::<Utc>::UNIX_EPOCH);
        let _ = Private::ROW.eq(1);
        let _: &str = <Graph as PlatformModel>::def().name;
    }
}

/// A composite key, one of whose fields is the partition column.
mod composite {
    use sqh_runtime::prelude::*;
    use sqh_runtime::schema::LookupKey;

    #[derive(PlatformModel)]
    #[model(group = "water")]
    #[storage(postgres, shared, partition_by = "at")]
    struct Measurement {
        #[field(primary_key)]
        station: String,
        value: f64,
        #[field(primary_key)]
        at: DateTime<Utc>,
    }

    pub(crate) fn key() {
        fn key<M: PlatformModel<Id = K>, K: LookupKey<M>>() {}
        key::<Measurement, (String, DateTime<Utc>)>();
        assert_eq!(Measurement::def().layout().key(), [0, 2]);
        assert_eq!(Measurement::def().layout().physical_key(), [0, 2]);
    }
}

fn main() {
    use sqh_runtime::prelude::PlatformModel;

    assert_eq!(station::columns(), 3);
    let def = reading::Reading::def();
    let columns: Vec<&str> = def.fields.iter().map(|field| field.column).collect();
    assert_eq!(columns, ["id", "station", "at", "type", "order", "select"]);
    assert_eq!(reading::Reading::TYPE.name(), "type");
    assert_eq!(station::Station::def().field("last_reading").map(|field| field.json), Some("last-reading"));
    assert!(def.rust_path.ends_with("::reading::Reading"));
    shadows::find();
    composite::key();
}
