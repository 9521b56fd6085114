//! [`Link`]: a typed reference to a record of a model.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{FieldType, LinkDef, Shape, TypeDef, family};
use crate::error::Result;
use crate::schema::PlatformModel;
use crate::value::Value;

/// A reference to the record of `M` with this key: a foreign key column in PostgreSQL, a class
/// reference in TerminusDB, the key in JSON.
///
/// The model's key must be one field: a composite key is referred to by fields of its own.
pub struct Link<M: PlatformModel>(pub M::Id);

impl<M: PlatformModel<Id: FieldType>> FieldType for Link<M> {
    type Family = family::Link;
    const DEF: TypeDef =
        TypeDef { shape: Shape::Link(&LinkDef { target: M::def, key: <M::Id as FieldType>::DEF }), nullable: false };

    #[inline]
    fn into_value(self) -> Result<Value> {
        self.0.into_value()
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self> {
        M::Id::from_value(value).map(Link)
    }
}

// By hand: the derived ones would ask the same of `M` instead of its key.
impl<M: PlatformModel<Id: Clone>> Clone for Link<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
impl<M: PlatformModel<Id: Copy>> Copy for Link<M> {}
impl<M: PlatformModel<Id: PartialEq>> PartialEq for Link<M> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<M: PlatformModel<Id: Eq>> Eq for Link<M> {}
impl<M: PlatformModel<Id: PartialOrd>> PartialOrd for Link<M> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.0.partial_cmp(&other.0)
    }
}
impl<M: PlatformModel<Id: Ord>> Ord for Link<M> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<M: PlatformModel<Id: Hash>> Hash for Link<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<M: PlatformModel<Id: fmt::Debug>> fmt::Debug for Link<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.0).finish()
    }
}
impl<M: PlatformModel<Id: Serialize>> Serialize for Link<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, M: PlatformModel<Id: Deserialize<'de>>> Deserialize<'de> for Link<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        M::Id::deserialize(deserializer).map(Link)
    }
}
