//! [`Statement`]: one step of the DDL, and [`Ddl`]: all of them, in order.

use std::fmt::Write as _;

use crate::schema::ModelDef;

/// A statement and what it makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The kind of thing that it makes.
    pub creates: Creates,
    /// That thing's name, without its schema; a column's comment is named `table.column`.
    pub name: String,
    /// The model that it is for; `None` for what several share.
    pub model: Option<&'static ModelDef>,
    /// The statement. It fails where the thing exists.
    pub sql: String,
    /// The statement in a form that can be applied again without harm.
    pub repeatable_sql: String,
}

/// What a [`Statement`] makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Creates {
    /// A schema.
    Schema,
    /// An extension.
    Extension,
    /// An enum type.
    EnumType,
    /// A table, with its columns, keys and checks.
    Table,
    /// A materialised view, with nothing in it yet.
    View,
    /// A partition.
    Partition,
    /// An index.
    Index,
    /// A constraint on a table that exists.
    Constraint,
    /// A policy of row security, or row security itself.
    RowSecurity,
    /// A comment.
    Comment,
    /// Nothing: it takes a partition away.
    Retirement,
}

impl Statement {
    pub(super) fn new(creates: Creates, name: &str, sql: String, repeatable_sql: String) -> Self {
        Self { creates, name: name.to_owned(), model: None, sql, repeatable_sql }
    }

    /// A statement that can be applied again as it is.
    pub(super) fn repeatable(creates: Creates, name: &str, sql: String) -> Self {
        Self::new(creates, name, sql.clone(), sql)
    }

    /// A statement that PostgreSQL knows no `IF NOT EXISTS` for.
    pub(super) fn unless_exists(creates: Creates, name: &str, sql: String) -> Self {
        let guarded = guarded(&sql, "duplicate_object");
        Self::new(creates, name, sql, guarded)
    }
}

/// A block that ignores one error and no other.
pub(super) fn guarded(sql: &str, condition: &str) -> String {
    let mut tag = "$sqh$".to_owned();
    while sql.contains(&tag) {
        tag.insert(tag.len() - 1, '_');
    }
    format!("DO {tag} BEGIN\n    {sql};\nEXCEPTION WHEN {condition} THEN NULL;\nEND {tag}")
}

/// DDL: statements in an order in which they can be applied, in one transaction or one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ddl {
    /// The statements.
    pub statements: Vec<Statement>,
}

impl Ddl {
    /// A script that can be applied again without harm.
    pub fn to_script(&self) -> String {
        let mut script = String::new();
        let mut model = None;
        for statement in &self.statements {
            if statement.model != model {
                model = statement.model;
                if let Some(model) = model {
                    let whose = if model.storage.shared { "shared by all tenants" } else { "of each tenant" };
                    let _ = writeln!(script, "-- {}, {whose}\n", model.name);
                }
            }
            let _ = writeln!(script, "{};\n", statement.repeatable_sql);
        }
        script.truncate(script.trim_end().len());
        if !script.is_empty() {
            script.push('\n');
        }
        script
    }

    /// The statements that make one kind of thing.
    pub fn of_kind(&self, creates: Creates) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(move |statement| statement.creates == creates)
    }
}
