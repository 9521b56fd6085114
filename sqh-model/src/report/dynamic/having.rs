//! Which groups: conditions on metrics, by the names of the columns.

use serde_json::Value as Json;

use super::condition::combined;
use super::place::{Place, array, truth};
use crate::error::Result;
use crate::expr::{Ability, Comparison};
use crate::report::{Condition, Report, Scalar};
use crate::types::TypeDef;
use crate::types::json_form::from_json;

/// The operators that compare with one value.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("eq", Comparison::Eq),
    ("ne", Comparison::Ne),
    ("lt", Comparison::Lt),
    ("lte", Comparison::Lte),
    ("gt", Comparison::Gt),
    ("gte", Comparison::Gte),
];

const OPERATORS: [&str; 9] = ["eq", "ne", "lt", "lte", "gt", "gte", "in", "between", "is_null"];

/// Reads `having`.
pub(super) fn read(report: &mut Report, at: Place<'_>, json: &Json) -> Result<()> {
    let having = combined(at, json, &|at, name, json| on_metric(report, at, name, json))?;
    report.having = having;
    Ok(())
}

fn on_metric(report: &Report, at: Place<'_>, name: &str, json: &Json) -> Result<Condition> {
    let output = report.outputs.iter().find(|output| output.name == name);
    let metric = match output {
        Some(output) if output.of.has_metric() => &output.of,
        Some(_) => return Err(at.wrong("records are grouped by this: filter them by `filter`")),
        None => {
            let metrics = report.outputs.iter().filter(|output| output.of.has_metric());
            return Err(at.unknown(name, &metrics.map(|output| output.name.as_str()).collect::<Vec<_>>()));
        }
    };
    let compared = Compared { metric, ty: at.of(report.type_of(metric))? };
    match json {
        Json::Null => Ok(Condition::IsNull(metric.clone())),
        Json::Object(operators) => operators.iter().try_fold(Condition::Always, |all, (operator, json)| {
            Ok(all.and(compared.operator(at.word(operator), operator, json)?))
        }),
        json => compared.compare(at, Comparison::Eq, json),
    }
}

/// A metric that is compared, and its type.
struct Compared<'a> {
    metric: &'a Scalar,
    ty: TypeDef,
}

impl Compared<'_> {
    fn operator(&self, at: Place<'_>, operator: &str, json: &Json) -> Result<Condition> {
        if let Some((_, comparison)) = COMPARISONS.iter().find(|(name, _)| *name == operator) {
            return self.compare(at, *comparison, json);
        }
        match operator {
            "in" => {
                let values = array(at, json, "it takes an array")?;
                let equal = |(i, json)| self.compare(at.item(i), Comparison::Eq, json);
                values.iter().enumerate().map(equal).collect::<Result<_>>().map(Condition::Or)
            }
            "between" => match array(at, json, "it takes an array")? {
                [low, high] => {
                    let low = self.compare(at.item(0), Comparison::Gte, low)?;
                    Ok(low.and(self.compare(at.item(1), Comparison::Lte, high)?))
                }
                _ => Err(at.wrong("it takes two values, the lowest and the highest, such as [1, 9]")),
            },
            "is_null" => {
                let is_null = Condition::IsNull(self.metric.clone());
                Ok(if truth(at, json)? { is_null } else { Condition::Not(Box::new(is_null)) })
            }
            other => Err(at.unknown(other, &OPERATORS)),
        }
    }

    fn compare(&self, at: Place<'_>, comparison: Comparison, json: &Json) -> Result<Condition> {
        let ability = if comparison.is_equality() { Ability::Equality } else { Ability::Order };
        if !ability.of(&self.ty) {
            return Err(at.wrong(format!("this is for {}, and the value is {}", ability.purpose(), self.ty.name())));
        }
        if json.is_null() {
            return Err(at.wrong("nothing compares with null: write `null` as the value, or `\"is_null\": true`"));
        }
        let ty = self.ty.required();
        let value = at.of(from_json(&ty, json))?;
        Ok(Condition::Compare(self.metric.clone(), comparison, Scalar::Value(value, ty)))
    }
}
