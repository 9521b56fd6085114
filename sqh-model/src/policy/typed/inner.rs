//! [`Inner`]: a part of an embedded value, checked by its table.

use super::message::{unknown_part, unknown_variant};
use crate::error::Result;
use crate::policy::condition::Term;
use crate::types::{FieldType, RecordStorage, Shape, TypeDef};
use crate::value::{Value, ValueKind};

/// A part of an embedded value in a rule. Its functions are those of [`Field`](super::Field); what does
/// not fit is a panic while the compiler evaluates them, which it reports at the word.
#[derive(Debug, Clone, Copy)]
pub struct Inner(TypeDef);

impl Inner {
    /// A value of this type.
    pub const fn new(ty: TypeDef) -> Self {
        Self(ty)
    }

    /// A part of an embedded value.
    #[track_caller]
    pub const fn of(ty: TypeDef, name: &'static str) -> Self {
        let Shape::Record(record) = ty.shape else {
            panic!("this field is no embedded value, and has no parts");
        };
        if matches!(record.storage, RecordStorage::Json) {
            panic!("this embedded value is stored as JSON: only a flattened one has columns to compare");
        }
        let mut i = 0;
        while i < record.fields.len() {
            if equal(record.fields[i].name, name) {
                return Self(record.fields[i].ty);
            }
            i += 1;
        }
        unknown_part(record, name)
    }

    /// The type's row of the mapping.
    pub const fn def(self) -> TypeDef {
        self.0
    }

    /// The elements of a collection.
    #[track_caller]
    pub const fn element(self) -> Self {
        match self.0.shape {
            Shape::Collection(_, element) => Self(*element),
            _ => panic!("this field is no list and no set, and contains nothing"),
        }
    }

    /// A string.
    #[track_caller]
    pub const fn text(self, text: &'static str) -> Term {
        match self.0.shape {
            Shape::Enum(def) => {
                let mut i = 0;
                while i < def.variants.len() {
                    if equal(def.variants[i].name, text) {
                        return Term::Text(text);
                    }
                    i += 1;
                }
                unknown_variant(def, text)
            }
            Shape::Scalar(scalar) if matches!(scalar.kind, ValueKind::Uuid) => match uuid::Uuid::try_parse(text) {
                Ok(_) => Term::Text(text),
                Err(_) => panic!("this is no uuid: write it like \"0190163d-8694-739b-aea5-966c26f8ad91\""),
            },
            Shape::Scalar(scalar) if is_text(scalar.kind) => Term::Text(text),
            Shape::Link(_) => Term::Text(text),
            _ => panic!("this field does not compare with a string: write a value of its type"),
        }
    }

    /// A whole number.
    #[track_caller]
    pub const fn integer(self, digits: &'static str) -> Term {
        match self.0.shape {
            Shape::Scalar(scalar) if matches!(scalar.kind, ValueKind::I16) => match i16::from_str_radix(digits, 10) {
                Ok(_) => Term::Number(digits),
                Err(_) => panic!("the field is an `i16`, which holds numbers from -32768 to 32767"),
            },
            Shape::Scalar(scalar) if matches!(scalar.kind, ValueKind::I32) => match i32::from_str_radix(digits, 10) {
                Ok(_) => Term::Number(digits),
                Err(_) => panic!("the field is an `i32`, which holds numbers from -2147483648 to 2147483647"),
            },
            Shape::Scalar(scalar) if matches!(scalar.kind, ValueKind::I64) => match i64::from_str_radix(digits, 10) {
                Ok(_) => Term::Number(digits),
                Err(_) => panic!("the field is an `i64`, and this number is beyond it"),
            },
            Shape::Link(_) => Term::Number(digits),
            _ => self.fraction(digits),
        }
    }

    /// A number with a fraction.
    #[track_caller]
    pub const fn fraction(self, digits: &'static str) -> Term {
        match self.0.shape {
            Shape::Scalar(scalar) if matches!(scalar.kind, ValueKind::F32 | ValueKind::F64 | ValueKind::Decimal) => {
                Term::Number(digits)
            }
            _ => panic!("this field does not compare with this number: write a value of its type"),
        }
    }

    /// `true` or `false`.
    #[track_caller]
    pub const fn flag(self, value: bool) -> Term {
        match self.0.shape {
            Shape::Scalar(scalar) if matches!(scalar.kind, ValueKind::Bool) => Term::Bool(value),
            _ => panic!("this field is neither `true` nor `false`: compare it with a value of its type"),
        }
    }

    /// A value that Rust names, and the function that makes it.
    #[track_caller]
    pub const fn value<V: FieldType>(self, value: V, make: fn() -> Result<Value>) -> Term {
        std::mem::forget(value);
        let alike = match (self.0.shape, V::DEF.shape) {
            (Shape::Enum(own), Shape::Enum(other)) => equal(own.name, other.name),
            (Shape::Scalar(own), Shape::Scalar(other)) => equal(own.name, other.name),
            _ => false,
        };
        assert!(alike, "the field is not of this value's type");
        Term::Value(make)
    }

    /// `user.attribute`
    #[track_caller]
    pub const fn attribute(self, name: &'static str) -> Term {
        match self.0.shape {
            Shape::Enum(_) | Shape::Link(_) => Term::Attribute(name),
            Shape::Scalar(scalar)
                if !matches!(scalar.kind, ValueKind::Json | ValueKind::Bytes | ValueKind::Geometry) =>
            {
                Term::Attribute(name)
            }
            _ => panic!(
                "this field does not compare with an attribute of the user, which is a text, a number or a boolean"
            ),
        }
    }

    /// A list that is `user.attribute`.
    #[track_caller]
    pub const fn listed(self, name: &'static str) -> &'static str {
        self.attribute(name);
        name
    }

    /// The field's path, if it may be null: a part may be if the whole is absent.
    pub const fn null(self, path: &'static str) -> &'static str {
        path
    }
}

const fn is_text(kind: ValueKind) -> bool {
    matches!(kind, ValueKind::Text | ValueKind::Instant | ValueKind::DateTime | ValueKind::Date | ValueKind::Time)
}

pub(super) const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}
