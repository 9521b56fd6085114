//! Filters on the records of several models: the language of [`filter_from_json`], with names of joined
//! models' fields.

use serde_json::{Map, Value as Json};

use super::names::Names;
use super::place::{Place, array, object};
use crate::error::Result;
use crate::expr::filter_from_json;
use crate::report::Condition;

impl Names<'_> {
    /// Reads a filter.
    pub(super) fn condition(&self, at: Place<'_>, json: &Json) -> Result<Condition> {
        combined(at, json, &|at, name, json| self.leaf(at, name, json))
    }

    fn leaf(&self, at: Place<'_>, name: &str, json: &Json) -> Result<Condition> {
        let (source, rest) = self.split(name);
        // Behind a source a name is that of a field, whatever it is called.
        let field = if matches!(rest, "and" | "or" | "not") { format!("self.{rest}") } else { rest.to_owned() };
        let filter = Json::Object(Map::from_iter([(field, json.clone())]));
        let filter = at.of(filter_from_json(source.model, &filter))?;
        Ok(Condition::Of(source.clone(), filter))
    }
}

/// Reads one entry of a filter, by its name.
pub(super) type Leaf<'a> = dyn Fn(Place<'_>, &str, &Json) -> Result<Condition> + 'a;

/// Reads an object of conditions, all of which hold, with `and`, `or` and `not`.
pub(super) fn combined(at: Place<'_>, json: &Json, leaf: &Leaf<'_>) -> Result<Condition> {
    let entries = object(at, json, "a filter is an object such as {\"field\": value}")?;
    entries.iter().try_fold(Condition::Always, |all, (name, json)| {
        let at = at.word(name);
        let condition = match name.as_str() {
            "and" => Condition::And(several(at, json, leaf)?),
            "or" => Condition::Or(several(at, json, leaf)?),
            "not" => Condition::Not(Box::new(combined(at, json, leaf)?)),
            name => leaf(at, name, json)?,
        };
        Ok(all.and(condition))
    })
}

fn several(at: Place<'_>, json: &Json, leaf: &Leaf<'_>) -> Result<Vec<Condition>> {
    let filters = array(at, json, "it takes an array of filters")?;
    filters.iter().enumerate().map(|(i, json)| combined(at.item(i), json, leaf)).collect()
}
