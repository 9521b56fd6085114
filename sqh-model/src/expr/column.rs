//! [`Column`]: a field of a model with its Rust type.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use sea_query::{DynIden, Iden};

use super::filter::{Comparison, Filter, Predicate};
use super::operand::Operand;
use super::query::{Order, OrderBy};
use crate::schema::PlatformModel;
use crate::types::family::{Comparable, Document, Many, Nullable, Ordered, Textual};
use crate::types::{FieldType, RecordDef, RecordStorage, Shape, TypeDef};
use crate::value::Value;

/// How deep embedded values may nest.
const MAX_DEPTH: usize = 6;

/// The path of Rust names to a field: one name, or more inside embedded values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Path {
    names: [&'static str; MAX_DEPTH],
    len: usize,
}

impl Path {
    pub(super) const fn new(name: &'static str) -> Self {
        let mut names = [""; MAX_DEPTH];
        names[0] = name;
        Self { names, len: 1 }
    }

    const fn then(mut self, inner: Self) -> Self {
        let mut i = 0;
        while i < inner.len {
            assert!(self.len < MAX_DEPTH, "embedded values nest at most six deep");
            self.names[self.len] = inner.names[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    /// The names from the outside in.
    pub fn names(&self) -> &[&'static str] {
        &self.names[..self.len]
    }

    /// The names joined by dots.
    pub fn joined(&self) -> Cow<'static, str> {
        match self.names() {
            [name] => Cow::Borrowed(name),
            names => Cow::Owned(names.join(".")),
        }
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.joined())
    }
}

/// A field of the model `M` (or of the embedded value `M`) with the Rust type `T`.
///
/// Made by the derive: the field `value` of `AppLabResult` is `AppLabResult::VALUE`. A wrong type,
/// a column of another model and an operator that the type does not have do not compile. It is a
/// sea-query identifier too, for statements written by hand.
pub struct Column<M, T> {
    path: Path,
    #[allow(clippy::type_complexity, reason = "a phantom that is Send and Sync whatever M and T are")]
    marker: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Column<M, T> {
    /// The column of the field with this Rust name. Used by generated code.
    #[doc(hidden)]
    pub const fn new(name: &'static str) -> Self {
        Self { path: Path::new(name), marker: PhantomData }
    }

    /// A field of the embedded value in this column: `AppSite::ADDRESS.then(Address::CITY)`.
    pub const fn then<U>(self, inner: Column<T, U>) -> Column<M, U> {
        Column { path: self.path.then(inner.path), marker: PhantomData }
    }

    /// The Rust name of the outermost field. Used by generated code.
    #[doc(hidden)]
    pub const fn field_name(&self) -> &'static str {
        self.path.names[0]
    }

    /// The path of Rust names to the field.
    pub const fn path(&self) -> Path {
        self.path
    }

    fn field(&self) -> Cow<'static, str> {
        self.path.joined()
    }
}

impl<M, T: FieldType> Column<M, T> {
    fn compare(self, comparison: Comparison, value: impl Operand<T>) -> Predicate<M> {
        Predicate::from_value(value.into_operand().into_value(), |value| Filter::Compare {
            field: self.field(),
            comparison,
            value,
        })
    }

    /// Equal to a value; for an optional column, `None` finds nothing: see [`Column::is_null`].
    pub fn eq(self, value: impl Operand<T>) -> Predicate<M>
    where
        T::Family: Comparable,
    {
        self.compare(Comparison::Eq, value)
    }

    /// Not equal to a value. A null is neither equal nor unequal.
    pub fn ne(self, value: impl Operand<T>) -> Predicate<M>
    where
        T::Family: Comparable,
    {
        self.compare(Comparison::Ne, value)
    }

    /// Less than a value.
    pub fn lt(self, value: impl Operand<T>) -> Predicate<M>
    where
        T::Family: Ordered,
    {
        self.compare(Comparison::Lt, value)
    }

    /// Less than or equal to a value.
    pub fn lte(self, value: impl Operand<T>) -> Predicate<M>
    where
        T::Family: Ordered,
    {
        self.compare(Comparison::Lte, value)
    }

    /// Greater than a value.
    pub fn gt(self, value: impl Operand<T>) -> Predicate<M>
    where
        T::Family: Ordered,
    {
        self.compare(Comparison::Gt, value)
    }

    /// Greater than or equal to a value.
    pub fn gte(self, value: impl Operand<T>) -> Predicate<M>
    where
        T::Family: Ordered,
    {
        self.compare(Comparison::Gte, value)
    }

    /// From `low` to `high`, both included.
    pub fn between(self, low: impl Operand<T>, high: impl Operand<T>) -> Predicate<M>
    where
        T::Family: Ordered,
    {
        self.compare(Comparison::Gte, low).and(self.compare(Comparison::Lte, high))
    }

    /// Equal to one of the values. Any number of them is sent as one array.
    pub fn is_in<V: Operand<T>>(self, values: impl IntoIterator<Item = V>) -> Predicate<M>
    where
        T::Family: Comparable,
    {
        let values = values.into_iter().map(|value| value.into_operand().into_value()).collect::<Result<_, _>>();
        Predicate::from_result(values.map(|values| Filter::In { field: self.field(), values }))
    }

    /// Null.
    pub fn is_null(self) -> Predicate<M>
    where
        T::Family: Nullable,
    {
        Predicate::from_filter(is_null(self.field(), &T::DEF))
    }

    /// Not null.
    pub fn is_not_null(self) -> Predicate<M>
    where
        T::Family: Nullable,
    {
        !self.is_null()
    }

    /// Matches a pattern in which `%` stands for any text and `_` for any character; `\` escapes.
    pub fn like(self, pattern: impl Into<String>) -> Predicate<M>
    where
        T::Family: Textual,
    {
        Predicate::from_filter(Filter::Like { field: self.field(), pattern: pattern.into(), case_sensitive: true })
    }

    /// [`Column::like`] without regard to case.
    pub fn ilike(self, pattern: impl Into<String>) -> Predicate<M>
    where
        T::Family: Textual,
    {
        Predicate::from_filter(Filter::Like { field: self.field(), pattern: pattern.into(), case_sensitive: false })
    }

    /// A part of it matches a regular expression, as PostgreSQL reads them: `AppStation::NAME.regex("^Pl")`.
    /// There are no back references, and no looking ahead or behind; `\d`, `\w` and their like hold ASCII only.
    pub fn regex(self, pattern: impl Into<String>) -> Predicate<M>
    where
        T::Family: Textual,
    {
        Predicate::from_filter(Filter::Regex { field: self.field(), pattern: pattern.into(), case_sensitive: true })
    }

    /// [`Column::regex`] without regard to case.
    pub fn iregex(self, pattern: impl Into<String>) -> Predicate<M>
    where
        T::Family: Textual,
    {
        Predicate::from_filter(Filter::Regex { field: self.field(), pattern: pattern.into(), case_sensitive: false })
    }

    /// Starts with a text, taken literally.
    pub fn starts_with(self, prefix: &str) -> Predicate<M>
    where
        T::Family: Textual,
    {
        self.like(super::filter::escape_like(prefix) + "%")
    }

    /// Holds an element.
    pub fn contains(self, element: impl Operand<<T::Family as Many>::Element>) -> Predicate<M>
    where
        T::Family: Many,
    {
        self.contains_all([element])
    }

    /// Holds all the elements.
    pub fn contains_all<V: Operand<<T::Family as Many>::Element>>(
        self,
        elements: impl IntoIterator<Item = V>,
    ) -> Predicate<M>
    where
        T::Family: Many,
    {
        let values = element_values::<T, V>(elements);
        Predicate::from_result(values.map(|values| Filter::ContainsAll { field: self.field(), values }))
    }

    /// Holds at least one of the elements.
    pub fn overlaps<V: Operand<<T::Family as Many>::Element>>(
        self,
        elements: impl IntoIterator<Item = V>,
    ) -> Predicate<M>
    where
        T::Family: Many,
    {
        let values = element_values::<T, V>(elements);
        Predicate::from_result(values.map(|values| Filter::Overlaps { field: self.field(), values }))
    }

    /// Holds nothing but the elements.
    pub fn contained_by<V: Operand<<T::Family as Many>::Element>>(
        self,
        elements: impl IntoIterator<Item = V>,
    ) -> Predicate<M>
    where
        T::Family: Many,
    {
        let values = element_values::<T, V>(elements);
        Predicate::from_result(values.map(|values| Filter::ContainedBy { field: self.field(), values }))
    }

    /// A JSON document that contains another: `jsonb @> jsonb`.
    pub fn json_contains(self, json: serde_json::Value) -> Predicate<M>
    where
        T::Family: Document,
    {
        Predicate::from_filter(Filter::JsonContains { field: self.field(), json: Box::new(json) })
    }

    /// A JSON object with a key: `jsonb ? text`.
    pub fn json_has_key(self, key: impl Into<String>) -> Predicate<M>
    where
        T::Family: Document,
    {
        Predicate::from_filter(Filter::JsonHasKey { field: self.field(), key: key.into() })
    }

    /// A JSON document whose value at a path of keys equals another: `jsonb #> path = jsonb`.
    pub fn json_path_eq<K: Into<String>>(
        self,
        path: impl IntoIterator<Item = K>,
        json: serde_json::Value,
    ) -> Predicate<M>
    where
        T::Family: Document,
    {
        Predicate::from_filter(Filter::JsonPath {
            field: self.field(),
            path: path.into_iter().map(Into::into).collect(),
            json: Box::new(json),
        })
    }

    /// Smallest first, nulls last.
    pub fn asc(self) -> Order<M>
    where
        T::Family: Ordered,
    {
        Order::new(OrderBy { field: self.field(), descending: false })
    }

    /// Largest first, nulls first.
    pub fn desc(self) -> Order<M>
    where
        T::Family: Ordered,
    {
        Order::new(OrderBy { field: self.field(), descending: true })
    }
}

fn element_values<T: FieldType, V>(elements: impl IntoIterator<Item = V>) -> crate::error::Result<Vec<Value>>
where
    T::Family: Many,
    V: Operand<<T::Family as Many>::Element>,
{
    elements.into_iter().map(|element| element.into_operand().into_value()).collect()
}

/// Null, which for a flattened value is said of each of its columns.
fn is_null(field: Cow<'static, str>, ty: &TypeDef) -> Filter {
    match ty.shape {
        Shape::Record(RecordDef { storage: RecordStorage::Flatten, fields, .. }) => Filter::And(
            fields.iter().map(|inner| is_null(format!("{field}.{}", inner.name).into(), &inner.ty)).collect(),
        ),
        _ => Filter::IsNull { field },
    }
}

impl<M: PlatformModel, T> Column<M, T> {
    /// The physical column's name.
    pub fn name(self) -> &'static str {
        let layout = M::def().layout();
        let path = self.field();
        layout
            .position(&path)
            .map(|position| layout.columns()[position].name.as_str())
            .expect("the derive makes columns of fields only")
    }
}

// An identifier, and not `Into<Expr>`: with sea-query's blanket expression trait `like` on a number
// would compile.
impl<M: PlatformModel, T> From<Column<M, T>> for DynIden {
    fn from(column: Column<M, T>) -> Self {
        Iden::quoted(&column.name()).into_owned().into()
    }
}

impl<M, T> Clone for Column<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<M, T> Copy for Column<M, T> {}
impl<M, T> fmt::Debug for Column<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Column").field(&self.path).finish()
    }
}
