//! [`Names`]: what names mean in a report.

use serde_json::Value as Json;

use super::place::{Place, array};
use crate::error::{Error, Result};
use crate::expr::{Ability, Found, find, order_from, part_needed};
use crate::report::{ColumnRef, Report, Scalar, Sort, SourceRef};
use crate::schema::ColumnDef;

/// What names mean in a report: fields of its sources.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) report: &'a Report,
    /// Whose field a name without a source is.
    default: &'a SourceRef,
}

impl<'a> Names<'a> {
    /// Names without a source are fields of the first.
    pub(super) fn of(report: &'a Report) -> Self {
        Self { report, default: &report.sources[0].relation }
    }

    /// Names without a source are fields of the last one, which is just being joined.
    pub(super) fn of_joined(report: &'a Report) -> Self {
        let last = &report.sources[report.sources.len() - 1];
        Self { report, default: &last.relation }
    }

    /// The source that a name begins with, and the rest of it.
    pub(super) fn split<'n>(&self, name: &'n str) -> (&'a SourceRef, &'n str) {
        if let Some((first, rest)) = name.split_once('.') {
            let mut sources = self.report.sources.iter().map(|source| &source.relation);
            if let Some(source) = sources.find(|source| source.to_string() == first) {
                return (source, rest);
            }
        }
        (self.default, name)
    }

    /// The columns that a name means: one, or those of a flattened value.
    pub(super) fn found(&self, at: Place<'_>, name: &str) -> Result<(&'a SourceRef, Found)> {
        let (source, rest) = self.split(name);
        let found = find(source.model, rest).map_err(|error| error.in_model(source.model.name));
        Ok((source, at.of(found)?))
    }

    /// The column that a name means.
    pub(super) fn column(&self, at: Place<'_>, name: &str) -> Result<Scalar> {
        match self.found(at, name)? {
            (source, Found::Column(column)) => Ok(reference(source, column)),
            (source, Found::Flattened(columns)) => at.of(Err(part_needed(name, &columns).in_model(source.model.name))),
        }
    }

    /// An order by fields.
    pub(super) fn sorts(&self, at: Place<'_>, json: &Json) -> Result<Vec<Sort>> {
        self.sorts_by(at, json, |at, name| self.column(at, name))
    }

    /// An order by whatever names mean.
    pub(super) fn sorts_by(
        &self,
        at: Place<'_>,
        json: &Json,
        meant: impl Fn(Place<'_>, &str) -> Result<Scalar>,
    ) -> Result<Vec<Sort>> {
        let entries = match json {
            Json::String(_) => std::slice::from_ref(json),
            json => array(at, json, "an order is an array such as [\"-name\"]")?,
        };
        let sort = |(i, json): (usize, &Json)| {
            let at = at.item(i);
            let (name, descending) = at.of(order_from(json))?;
            let by = meant(at, name)?;
            let ty = at.of(self.report.type_of(&by))?;
            if !Ability::Order.of(&ty) {
                return Err(at.wrong(format!(
                    "an order is by {}, and this is {}",
                    Ability::Order.purpose(),
                    ty.name()
                )));
            }
            Ok(Sort { by, descending })
        };
        entries.iter().enumerate().map(sort).collect()
    }

    /// Makes sure that a value has what is asked of its type.
    pub(super) fn typed(&self, at: Place<'_>, scalar: Scalar) -> Result<Scalar> {
        at.of(self.report.type_of(&scalar).map(|_| scalar))
    }
}

/// A column of a source as a value.
pub(super) fn reference(source: &SourceRef, column: &'static ColumnDef) -> Scalar {
    Scalar::Column(ColumnRef { source: source.clone(), field: column.path.as_str().into() })
}

/// The error of a source that stands in the report already.
pub(super) fn taken(source: &SourceRef) -> Error {
    Error::invalid(format!("`{source}` stands in the report already: give this one another name by `as`"))
}
