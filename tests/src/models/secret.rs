//! What not everybody may see.

use sqh_runtime::prelude::*;
use sqh_runtime::types::requirement::Mask;
use sqh_runtime::types::{TypeDef, family};
use sqh_runtime::{Result, Value};

/// A person with fields that are masked.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "hr", search(language = "simple"))]
#[storage(postgres)]
#[index(columns = ["name"], using = "gin", ops = "gin_trgm_ops")]
pub struct Person {
    /// The key.
    #[field(primary_key)]
    pub id: i32,
    /// Seen by all.
    pub name: String,
    /// Seen with `hr:Person.salary:read`.
    #[field(redact)]
    pub salary: Option<i32>,
    /// Seen with `hr:badges`.
    #[field(redact = permission("hr:badges"), search)]
    pub badge: Badge,
}

/// The number of a badge, of which the end may be seen by all.
#[derive(Debug, Clone, PartialEq)]
pub struct Badge(pub String);

impl FieldType for Badge {
    type Family = family::Text;
    const DEF: TypeDef = String::DEF;

    fn into_value(self) -> Result<Value> {
        self.0.into_value()
    }

    fn from_value(value: Value) -> Result<Self> {
        String::from_value(value).map(Badge)
    }
}

impl Mask for Badge {
    fn mask() -> Self {
        Self("***".to_owned())
    }
}
