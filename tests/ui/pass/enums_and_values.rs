//! Enums and embedded values in each of their forms.
#![deny(missing_docs, unused, unreachable_pub)]

use sqh_runtime::Value;
use sqh_runtime::prelude::*;
use sqh_runtime::types::{EnumStorage, RecordStorage, Shape};

/// Stored as text, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, PlatformEnum)]
pub enum Plain {
    /// One.
    One,
    /// Another, with a number that is Rust's alone.
    OneMore = 7,
}

/// The same, said.
#[derive(Debug, Clone, Copy, PartialEq, PlatformEnum)]
#[platform_enum(text, rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Loud {
    /// One.
    OneMore,
}

/// An enum of PostgreSQL's.
#[derive(Debug, Clone, Copy, PartialEq, PlatformEnum)]
#[platform_enum(native)]
pub enum Native {
    /// A keyword.
    r#Final,
}

/// A newtype is stored as what it holds.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
pub struct Code(pub String);

/// Also with a type parameter.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
pub struct Tagged<T>(T);

/// A range of anything.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(json)]
pub struct Range<T: PartialOrd>
where
    T: Clone,
{
    /// From.
    #[field(rename = "from", max_len = 5, renamed_from = "start", sql_type = "text")]
    pub low: T,
    /// To.
    #[field(column = "upper")]
    pub high: Option<T>,
    /// Not stored.
    #[field(skip)]
    pub seen: bool,
    /// How often.
    #[field(default = 3)]
    pub times: i32,
}

/// Flattened.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
#[platform_value(flatten)]
pub struct Outer {
    /// A value in a value.
    pub inner: Inner,
    /// A JSON document in it.
    pub range: Range<i32>,
    /// A code.
    pub code: Option<Code>,
}

/// Flattened by default.
#[derive(Debug, Clone, PartialEq, PlatformValue)]
pub struct Inner {
    /// Some values.
    pub values: Option<Vec<Plain>>,
    /// One of them.
    pub plain: Tagged<Plain>,
}

/// A table of them.
#[derive(Debug, Clone, PartialEq, PlatformModel)]
#[model(group = "lab")]
#[storage(postgres)]
pub struct Holder {
    /// The key.
    #[field(primary_key)]
    pub id: Code,
    /// A nested value.
    pub outer: Option<Outer>,
    /// Enums in each form.
    pub plain: BTreeSet<Plain>,
    /// Loud.
    pub loud: Loud,
    /// Native.
    pub native: Option<Native>,
}

fn main() {
    let Shape::Enum(loud) = Loud::DEF.shape else { panic!("an enum") };
    assert_eq!((loud.name, loud.storage, loud.variants[0].name), ("Loud", EnumStorage::Text, "ONE-MORE"));
    assert_eq!(loud.variants[0].doc, "One.");
    let Shape::Enum(native) = Native::DEF.shape else { panic!("an enum") };
    assert_eq!((native.storage, native.variants[0].name), (EnumStorage::Native, "Final"));
    assert_eq!(Plain::OneMore.into_value().expect("a name"), Value::Text("OneMore".to_owned()));
    let error = Plain::from_value(Value::Text("Two".to_owned())).expect_err("no such name");
    assert!(error.to_string().contains("`One`, `OneMore`"), "{error}");
    assert!(Plain::from_value(Value::I64(1)).is_err());

    let Shape::Record(range) = Range::<String>::DEF.shape else { panic!("a record") };
    assert_eq!((range.storage, range.fields.len()), (RecordStorage::Json, 3));
    assert_eq!((range.fields[0].json, range.fields[0].max_len, range.fields[1].column), ("from", Some(5), "upper"));

    let names: Vec<&str> = Holder::def().layout().columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(
        names,
        ["id", "outer_inner_values", "outer_inner_plain", "outer_range", "outer_code", "plain", "loud", "native"]
    );
    let outer = Outer {
        inner: Inner { values: Some(vec![Plain::One]), plain: Tagged(Plain::OneMore) },
        range: Range { low: 1, high: None, seen: false, times: 2 },
        code: None,
    };
    for outer in [Some(outer), None] {
        let holder = Holder {
            id: Code("a".to_owned()),
            outer,
            plain: BTreeSet::from([Plain::One]),
            loud: Loud::OneMore,
            native: Some(Native::Final),
        };
        let row = sqh_runtime::row::to_row(holder.clone()).expect("it can be held");
        assert_eq!(row.len(), names.len());
        assert_eq!(sqh_runtime::row::from_row::<Holder>(row).expect("it was written"), holder);
    }
    let _ = Outer::INNER.then(Inner::PLAIN);
}
