//! Records of tenants, shared ones, and twins of the shared ones in the tenants' own databases.

use sqh_runtime::prelude::*;

/// How a sample was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PlatformEnum)]
#[platform_enum(native)]
pub enum Means {
    Grab,
    Auger,
    Pump,
}

/// What a station is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PlatformEnum)]
#[platform_enum(native)]
pub enum Water {
    Stream,
    Lake,
}

/// A tenant's.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "joins")]
#[storage(postgres)]
pub struct Sample {
    #[field(primary_key)]
    pub id: i64,
    pub station: Option<String>,
    pub method: Option<i32>,
    pub means: Means,
    pub value: Option<f64>,
    pub pages: i32,
    pub taken_at: DateTime<Utc>,
    pub tags: Vec<String>,
    pub amount: Decimal,
    pub is_final: bool,
}

macro_rules! twins {
    ($($(#[$meta:meta])* $shared:ident $twin:ident { $($(#[$field_meta:meta])* $field:ident: $ty:ty,)* })*) => { $(
        #[derive(Debug, Clone, PartialEq, PlatformModel)]
        #[model(group = "joins")]
        #[storage(postgres, shared)]
        $(#[$meta])*
        pub struct $shared {
            $($(#[$field_meta])* pub $field: $ty,)*
        }

        #[derive(Debug, Clone, PartialEq, PlatformModel)]
        #[model(group = "joins")]
        #[storage(postgres)]
        $(#[$meta])*
        pub struct $twin {
            $($(#[$field_meta])* pub $field: $ty,)*
        }

        impl From<$shared> for $twin {
            fn from($shared { $($field),* }: $shared) -> Self {
                Self { $($field),* }
            }
        }
    )* };
}

twins! {
    #[index(columns = ["code"])]
    Gauge GaugeTwin {
        #[field(primary_key)]
        id: i64,
        code: String,
        method: Option<i32>,
        basin: Option<String>,
        depth: f64,
        since: Option<NaiveDate>,
        water: Water,
        names: BTreeSet<String>,
        facts: Option<serde_json::Value>,
    }
    Method MethodTwin {
        #[field(primary_key)]
        number: i32,
        label: Option<String>,
        price: Decimal,
        is_current: bool,
    }
}
