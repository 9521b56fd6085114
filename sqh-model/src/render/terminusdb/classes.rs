//! Which classes a schema has: those of the models, and of all that their fields refer to.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::schema::{FieldDef, ModelDef, stored_fields};
use crate::types::{EnumDef, RecordDef, Shape, TypeDef};

/// What a class is made from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Class {
    Model(&'static ModelDef),
    Record(&'static RecordDef),
    Enum(&'static EnumDef),
}

/// The classes by their names, which is the order of the schema.
pub(super) type Classes = BTreeMap<&'static str, Class>;

impl Class {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Model(model) => model.name,
            Self::Record(record) => record.name,
            Self::Enum(def) => def.name,
        }
    }

    /// The fields of the class's own, without the inherited ones.
    pub(super) fn own_fields(&self) -> impl Iterator<Item = &'static FieldDef> {
        self.fields().iter().filter(|field| field.parent.is_none())
    }

    fn fields(&self) -> &'static [FieldDef] {
        match self {
            Self::Model(model) => model.fields,
            Self::Record(record) => record.fields,
            Self::Enum(_) => &[],
        }
    }

    // The field types of a generic record differ, but its name does not.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Model(a), Self::Model(b)) => a == b,
            (Self::Record(a), Self::Record(b)) => {
                let shape = |fields: &'static [FieldDef]| {
                    fields.iter().map(|field| (field.column, field.ty.name())).collect::<Vec<_>>()
                };
                shape(a.fields) == shape(b.fields)
            }
            (Self::Enum(a), Self::Enum(b)) => {
                a.variants.iter().map(|variant| variant.name).eq(b.variants.iter().map(|variant| variant.name))
            }
            _ => false,
        }
    }

    fn described(&self) -> String {
        match self {
            Self::Model(model) => format!("the model `{}`", model.rust_path),
            Self::Record(record) => format!("the embedded value `{}`", record.name),
            Self::Enum(def) => format!("the enum `{}`", def.name),
        }
    }
}

/// The classes of `models` and of all that they refer to.
///
/// # Errors
/// `Invalid` if two different ones have one name.
pub(super) fn of(models: impl Iterator<Item = &'static ModelDef>) -> Result<Classes> {
    let mut classes = Classes::new();
    let mut waiting: Vec<Class> = models.map(Class::Model).collect();
    while let Some(class) = waiting.pop() {
        match classes.get(class.name()) {
            Some(known) if known.is(&class) => continue,
            Some(known) => {
                return Err(Error::invalid(format!(
                    "{} and {} are both the class `{}`: rename one of them",
                    known.described(),
                    class.described(),
                    class.name()
                )));
            }
            None => classes.insert(class.name(), class),
        };
        waiting.extend(class.fields().iter().filter_map(|field| field.parent).map(|parent| Class::Model(parent())));
        waiting.extend(stored_fields(class.fields()).filter_map(|field| referred(&field.ty)));
    }
    Ok(classes)
}

/// The class that values of a type are of; a base type has none.
pub(super) fn referred(ty: &TypeDef) -> Option<Class> {
    match ty.shape {
        Shape::Scalar(_) | Shape::Parent => None,
        Shape::Enum(def) => Some(Class::Enum(def)),
        Shape::Record(record) => Some(Class::Record(record)),
        Shape::Subdocument(model) => Some(Class::Model(model())),
        Shape::Collection(_, element) => referred(element),
        // The key of a table's row is a value like any other here.
        Shape::Link(link) => Some((link.target)()).filter(|target| !target.is_postgres()).map(Class::Model),
    }
}
