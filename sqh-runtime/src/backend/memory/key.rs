//! [`Key`]: the values of a key or of a unique constraint, in the one order of values.

use std::cmp::Ordering;

use sqh_model::Value;
use sqh_model::compare::compare;

/// Values that are ordered as PostgreSQL orders them; a shorter key comes before the longer ones
/// that start with it.
#[derive(Debug, Clone)]
pub(super) struct Key(pub(super) Vec<Value>);

impl Key {
    /// The values of a row at some positions.
    pub(super) fn of(row: &[Value], positions: &[usize]) -> Self {
        Self(positions.iter().map(|position| row[*position].clone()).collect())
    }

    /// [`Key::of`], unless one of the values is null: nulls are equal to nothing.
    pub(super) fn without_null(row: &[Value], positions: &[usize]) -> Option<Self> {
        positions.iter().all(|position| !row[*position].is_null()).then(|| Self::of(row, positions))
    }

    pub(super) fn starts_with(&self, other: &Self) -> bool {
        self.0.len() >= other.0.len() && other.0.iter().zip(&self.0).all(|(a, b)| compare(a, b).is_eq())
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let different = self.0.iter().zip(&other.0).map(|(a, b)| compare(a, b)).find(|order| order.is_ne());
        different.unwrap_or_else(|| self.0.len().cmp(&other.0.len()))
    }
}
impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Key {}
