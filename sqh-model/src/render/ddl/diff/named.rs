//! How things that have names differ: constraints, indexes, enums, policies.

use super::super::expression::same;
use super::super::shape::{
    CheckShape, EnumShape, ForeignKeyShape, IndexColumnShape, IndexShape, KeyShape, PolicyShape,
};
use super::{DifferenceKind as Kind, Out};
use crate::schema::OnDelete;

/// Missing, changed and added things of one kind.
pub(super) fn named<T: Named>(out: &mut Out, expected: &[T], actual: &[T]) {
    let what = T::WHAT;
    for wanted in expected {
        let name = wanted.name();
        let model = wanted.text();
        match actual.iter().find(|found| found.name() == name) {
            Some(found) if wanted.is_same(found) => {}
            Some(found) => {
                out.push(T::KIND, name, format!("{what} `{name}` is `{}`, the model says `{model}`", found.text()));
            }
            None => out.push(T::KIND, name, format!("{what} `{name}` is missing: the model says `{model}`")),
        }
    }
    for extra in actual.iter().filter(|found| expected.iter().all(|wanted| wanted.name() != found.name())) {
        out.push_extra(T::KIND, extra.name(), format!("{what} `{}` is not in the model", extra.name()));
    }
}

/// A thing with a name, and how it reads in a message.
pub(super) trait Named {
    const KIND: Kind;
    const WHAT: &str;
    fn name(&self) -> &str;
    fn text(&self) -> String;
    /// Whether the one that is there does what this one says.
    fn is_same(&self, found: &Self) -> bool;
}

/// A unique constraint; the primary key has no need of its name.
impl Named for KeyShape {
    const KIND: Kind = Kind::Unique;
    const WHAT: &str = "the unique constraint";

    fn name(&self) -> &str {
        &self.name
    }

    fn text(&self) -> String {
        self.columns.join(", ")
    }

    fn is_same(&self, found: &Self) -> bool {
        self == found
    }
}

impl Named for CheckShape {
    const KIND: Kind = Kind::Check;
    const WHAT: &str = "the check";

    fn name(&self) -> &str {
        &self.name
    }

    fn text(&self) -> String {
        self.expression.clone()
    }

    fn is_same(&self, found: &Self) -> bool {
        same(&self.expression, &found.expression)
    }
}

impl Named for ForeignKeyShape {
    const KIND: Kind = Kind::ForeignKey;
    const WHAT: &str = "the foreign key";

    fn name(&self) -> &str {
        &self.name
    }

    fn text(&self) -> String {
        let on_delete = match self.on_delete {
            OnDelete::NoAction => String::new(),
            OnDelete::Cascade => " on delete cascade".to_owned(),
            OnDelete::Restrict => " on delete restrict".to_owned(),
            OnDelete::SetNull => format!(" on delete set null ({})", self.set_null.join(", ")),
        };
        format!("({}) to {} ({}){on_delete}", self.columns.join(", "), self.target, self.target_columns.join(", "))
    }

    fn is_same(&self, found: &Self) -> bool {
        self == found
    }
}

impl Named for IndexShape {
    const KIND: Kind = Kind::Index;
    const WHAT: &str = "the index";

    fn name(&self) -> &str {
        &self.name
    }

    fn text(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(column_text).collect();
        let unique = if self.unique { "unique " } else { "" };
        let predicate = self.predicate.as_ref().map(|predicate| format!(" where {predicate}")).unwrap_or_default();
        format!("{unique}{} ({}){predicate}", self.method, columns.join(", "))
    }

    fn is_same(&self, found: &Self) -> bool {
        let predicates = match (&self.predicate, &found.predicate) {
            (Some(a), Some(b)) => same(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        let mut columns = self.columns.iter().zip(&found.columns);
        predicates
            && self.columns.len() == found.columns.len()
            && columns.all(|(wanted, found)| same_column(wanted, found))
            && (&self.method, self.unique, &self.settings) == (&found.method, found.unique, &found.settings)
    }
}

impl Named for EnumShape {
    const KIND: Kind = Kind::Enum;
    const WHAT: &str = "the enum";

    fn name(&self) -> &str {
        &self.name
    }

    fn text(&self) -> String {
        self.values.join(", ")
    }

    fn is_same(&self, found: &Self) -> bool {
        self == found
    }
}

impl Named for PolicyShape {
    const KIND: Kind = Kind::RowSecurity;
    const WHAT: &str = "the policy";

    fn name(&self) -> &str {
        &self.name
    }

    fn text(&self) -> String {
        self.using.clone()
    }

    fn is_same(&self, found: &Self) -> bool {
        same(&self.using, &found.using) && same(&self.with_check, &found.with_check)
    }
}

/// A storage parameter.
impl Named for (String, String) {
    const KIND: Kind = Kind::Setting;
    const WHAT: &str = "the storage parameter";

    fn name(&self) -> &str {
        &self.0
    }

    fn text(&self) -> String {
        self.1.clone()
    }

    fn is_same(&self, found: &Self) -> bool {
        self == found
    }
}

fn column_text(column: &IndexColumnShape) -> String {
    let class = column.operator_class.as_ref().filter(|_| !column.is_default_class);
    let class = class.map(|class| format!(" {class}")).unwrap_or_default();
    format!("{}{class}{}", column.name, if column.descending { " desc" } else { "" })
}

fn same_column(expected: &IndexColumnShape, found: &IndexColumnShape) -> bool {
    let same_class = match &expected.operator_class {
        Some(class) => found.operator_class.as_ref() == Some(class),
        None => found.is_default_class,
    };
    let same_name = match expected.is_expression && found.is_expression {
        true => same(&expected.name, &found.name),
        false => expected.name == found.name,
    };
    same_class && same_name && expected.descending == found.descending
}
