//! What a name in a statement stands for.
//!
//! PostgreSQL is sent no name that a caller wrote: each column is resolved here, innermost query first, and
//! written with the alias of its table. So a name is what it was found to be, and nothing else.

use std::collections::BTreeSet;

use sqh_model::expr::lower::quoted;
use sqh_model::schema::ModelDef;
use sqh_model::{Error, Result};
use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use super::{Checker, Relation, Source, refused};

/// The names that a part of a statement knows.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) parent: Option<&'a Scope<'a>>,
    pub(super) ctes: &'a [Cte],
    pub(super) tables: &'a [Table],
}

/// A query with a name.
pub(super) struct Cte {
    pub(super) name: String,
    pub(super) alias: String,
    pub(super) columns: Vec<Output>,
}

/// A column that a query gives.
#[derive(Clone)]
pub(super) struct Output {
    /// Its name as other parts of the statement find it.
    pub(super) name: String,
    /// Its name as it was written.
    pub(super) shown: String,
}

/// Something behind FROM.
pub(super) struct Table {
    /// What it may be called.
    pub(super) names: Vec<String>,
    /// What it is called in what is sent.
    pub(super) alias: String,
    pub(super) columns: Columns,
}

pub(super) enum Columns {
    /// A model's, by the number of the relation.
    Model(usize, &'static ModelDef),
    /// A query's, which are sent as `k1`, `k2`, ….
    Query(Vec<Output>),
}

/// A column that was found.
pub(super) struct Found<'t> {
    table: &'t Table,
    column: usize,
}

impl Scope<'_> {
    /// The innermost query of a name.
    pub(super) fn cte(&self, name: &str) -> Option<&Cte> {
        let own = self.ctes.iter().rev().find(|cte| cte.name == name);
        own.or_else(|| self.parent.and_then(|parent| parent.cte(name)))
    }

    /// The column of a name in the tables of this query alone; `None` if there is none.
    pub(super) fn own(&self, names: &[String]) -> Result<Option<Found<'_>>> {
        if let [table, column @ ..] = names
            && !column.is_empty()
            && let Some(table) = self.tables.iter().find(|known| known.names.contains(table))
        {
            let column = column.join(".");
            let found = table.position(&column);
            return found.map(|column| Some(Found { table, column })).ok_or_else(|| table.missing(&column));
        }
        let column = names.join(".");
        let mut found = self.tables.iter().filter_map(|table| Some(Found { column: table.position(&column)?, table }));
        let first = found.next();
        if found.next().is_some() {
            let why = "several tables have it: write the table before it";
            return Err(refused(format!("the column `{column}`"), why));
        }
        Ok(first)
    }

    /// The column of a name, in the innermost query that has it.
    pub(super) fn column(&self, names: &[String]) -> Result<Found<'_>> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if let Some(found) = here.own(names)? {
                return Ok(found);
            }
            scope = here.parent;
        }
        let name = names.join(".");
        if names.len() == 1 && self.is_table(&name) {
            return Err(refused(format!("the whole record `{name}`"), "name its columns"));
        }
        let known = self.tables.iter().map(|table| format!("`{}`", table.names[0])).collect::<Vec<_>>().join(", ");
        Err(match known.is_empty() {
            true => Error::invalid(format!("there is no column `{name}`: nothing stands behind FROM")),
            false => Error::invalid(format!("there is no column `{name}` in {known}")),
        })
    }

    fn is_table(&self, name: &str) -> bool {
        let own = self.tables.iter().any(|table| table.names.iter().any(|known| known == name));
        own || self.parent.is_some_and(|parent| parent.is_table(name))
    }
}

impl Table {
    fn position(&self, name: &str) -> Option<usize> {
        match &self.columns {
            Columns::Model(_, model) => {
                let columns = model.layout().columns();
                let by_path = columns.iter().position(|column| column.path.eq_ignore_ascii_case(name));
                by_path.or_else(|| columns.iter().position(|column| column.name == name))
            }
            Columns::Query(outputs) => outputs.iter().position(|output| output.name == name),
        }
    }

    fn missing(&self, column: &str) -> Error {
        let table = &self.names[0];
        let known: Vec<&str> = match &self.columns {
            Columns::Model(_, model) => model.layout().columns().iter().map(|column| column.path.as_str()).collect(),
            Columns::Query(outputs) => outputs.iter().map(|output| output.shown.as_str()).collect(),
        };
        let error = Error::invalid(format!(
            "there is no column `{column}` in `{table}`: its columns are `{}`",
            known.join("`, `")
        ));
        match &self.columns {
            Columns::Model(_, model) => error.in_model(model.name),
            Columns::Query(_) => error,
        }
    }

    /// All its columns, as `*` names them.
    pub(super) fn all(&self) -> Vec<(Found<'_>, Output)> {
        let output = |name: &str| Output { name: name.to_lowercase(), shown: name.to_owned() };
        let outputs: Vec<Output> = match &self.columns {
            Columns::Model(_, model) => model.layout().columns().iter().map(|column| output(&column.path)).collect(),
            Columns::Query(outputs) => outputs.clone(),
        };
        outputs.into_iter().enumerate().map(|(column, output)| (Found { table: self, column }, output)).collect()
    }
}

impl Checker<'_> {
    /// A column as it is sent. It is noted as read of its table, and unless it is merely shown as asked.
    pub(super) fn read(&mut self, found: &Found<'_>, is_shown: bool) -> String {
        let alias = &found.table.alias;
        match &found.table.columns {
            Columns::Model(relation, model) => {
                let relation = &mut self.relations[*relation];
                relation.columns.insert(found.column);
                if !is_shown {
                    self.sources[relation.source].asked.insert(found.column);
                }
                format!("{alias}.{}", quoted(&model.layout().columns()[found.column].name))
            }
            Columns::Query(_) => format!("{alias}.k{}", found.column + 1),
        }
    }

    /// The model that a name stands for.
    ///
    /// # Errors
    /// `Invalid` if there is none, or if there are several.
    pub(super) fn model(&self, name: &Ident) -> Result<&'static ModelDef> {
        let folded = fold(name)?;
        let models = || self.registry.models().iter().copied();
        let found: Vec<_> = models().filter(|model| model.name == name.value || model.table == folded).collect();
        match found[..] {
            [model] => Ok(model),
            [] => {
                let known = models().map(|model| model.name).collect::<Vec<_>>().join("`, `");
                let why = format!("there is no such model: the models are `{known}`");
                Err(refused(format!("the table `{}`", name.value), why))
            }
            _ => {
                let groups = found.iter().map(|model| model.group).collect::<Vec<_>>().join("`, `");
                let why = format!("the groups `{groups}` have such a model: write the name of its table");
                Err(refused(format!("the table `{}`", name.value), why))
            }
        }
    }

    /// A new relation of a model's records; its number.
    pub(super) fn relation(&mut self, model: &'static ModelDef, alias: String) -> usize {
        let source = self.sources.iter().position(|source| source.model == model).unwrap_or_else(|| {
            self.sources.push(Source { model, asked: BTreeSet::new() });
            self.sources.len() - 1
        });
        self.relations.push(Relation { source, alias, columns: BTreeSet::new() });
        self.relations.len() - 1
    }
}

/// A name as PostgreSQL compares it: in lower case, unless it is in quotes.
pub(super) fn fold(name: &Ident) -> Result<String> {
    match name.quote_style {
        None => Ok(name.value.to_lowercase()),
        Some('"') => Ok(name.value.clone()),
        Some(quote) => Err(refused(format!("the name `{}`", name.value), format!("{quote} is no quote of a name"))),
    }
}

/// The only part of a name.
pub(super) fn single(name: &ObjectName) -> Result<&Ident> {
    match &name.0[..] {
        [ObjectNamePart::Identifier(ident)] => Ok(ident),
        _ => Err(refused(format!("the name `{name}`"), "models and functions are named without a schema")),
    }
}
