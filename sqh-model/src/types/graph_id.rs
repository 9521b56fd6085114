//! [`Id`]: the identity of a graph record.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use sea_query::ColumnType;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::json;

use super::{FieldType, ScalarDef, TypeDef, describe, family, text};
use crate::error::Result;
use crate::schema::PlatformModel;
use crate::value::{Value, ValueKind};

/// A graph record's identity: an IRI without its base, such as `AppCrmAccount/acme-123`.
pub const ID: ScalarDef = ScalarDef {
    name: "id",
    kind: ValueKind::Text,
    column_type: || ColumnType::Text,
    via_text: false,
    xsd: "xsd:string",
    json_schema: || json!({"type": "string"}),
    to_json: text::write,
    from_json: text::read,
    to_document: text::write,
    from_document: text::read,
};

/// The identity of a record of the graph model `M`: an IRI without its base,
/// `AppCrmAccount/acme-123`.
pub struct Id<M> {
    iri: String,
    model: PhantomData<fn() -> M>,
}

impl<M: PlatformModel> Id<M> {
    /// A new random identity, `{Model}/{32 hexadecimal digits}`. It is made by the client, so that
    /// a create that is sent twice is seen to be the same one.
    pub fn random() -> Self {
        Self::from_key(&::uuid::Uuid::new_v4().simple().to_string())
    }

    /// The identity whose part behind the slash is `key`.
    pub fn from_key(key: &str) -> Self {
        Self::from_iri(format!("{}/{key}", M::def().name))
    }
}

impl<M> Id<M> {
    /// The identity with this IRI, base left out.
    pub fn from_iri(iri: impl Into<String>) -> Self {
        Self { iri: iri.into(), model: PhantomData }
    }

    /// The IRI without its base.
    pub fn as_str(&self) -> &str {
        &self.iri
    }

    /// The part behind the slash.
    pub fn key(&self) -> &str {
        self.iri.split_once('/').map_or(self.iri.as_str(), |(_, key)| key)
    }
}

impl<M: PlatformModel> FieldType for Id<M> {
    type Family = family::Id;
    const DEF: TypeDef = TypeDef::scalar(&ID);

    fn into_value(self) -> Result<Value> {
        Ok(Value::Text(self.iri))
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Text(iri) => Ok(Self::from_iri(iri)),
            other => Err(Self::DEF.mismatch(describe(&other))),
        }
    }
}

// By hand: the derived ones would ask the same of `M`.
impl<M> Clone for Id<M> {
    fn clone(&self) -> Self {
        Self::from_iri(self.iri.clone())
    }
}
impl<M> PartialEq for Id<M> {
    fn eq(&self, other: &Self) -> bool {
        self.iri == other.iri
    }
}
impl<M> Eq for Id<M> {}
impl<M> PartialOrd for Id<M> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<M> Ord for Id<M> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.iri.cmp(&other.iri)
    }
}
impl<M> Hash for Id<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iri.hash(state);
    }
}
impl<M> fmt::Debug for Id<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({:?})", self.iri)
    }
}
impl<M> fmt::Display for Id<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iri)
    }
}
impl<M> Serialize for Id<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.iri)
    }
}
impl<'de, M> Deserialize<'de> for Id<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from_iri)
    }
}
