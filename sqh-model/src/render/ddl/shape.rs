//! What a table is, as data: [`TableShape`].
//!
//! The renderer writes SQL from it, a reader of `pg_catalog` makes one of what is there, and
//! [`diff`](super::diff) compares the two. Names are bare: the schema is said where SQL is written.
//! Partitions are no part of it, since they come and go with time.

use crate::schema::OnDelete;

/// A table: its columns, its constraints, its indexes and what else the catalog keeps of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableShape {
    /// The table's name.
    pub name: String,
    /// Its comment.
    pub comment: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<ColumnShape>,
    /// The primary key.
    pub primary_key: Option<KeyShape>,
    /// The unique constraints, by name.
    pub uniques: Vec<KeyShape>,
    /// The checks, by name.
    pub checks: Vec<CheckShape>,
    /// The foreign keys, by name.
    pub foreign_keys: Vec<ForeignKeyShape>,
    /// The indexes that are no constraint's, by name.
    pub indexes: Vec<IndexShape>,
    /// How it is partitioned.
    pub partitioning: Option<PartitioningShape>,
    /// Its storage parameters, by name.
    pub settings: Vec<(String, String)>,
    /// Its row security; `None` if it is off.
    pub row_security: Option<RowSecurityShape>,
    /// The enum types that its columns use, by name.
    pub enums: Vec<EnumShape>,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnShape {
    /// Its name.
    pub name: String,
    /// Its type, as `format_type` writes it.
    pub type_name: String,
    /// Whether it takes nulls.
    pub nullable: bool,
    /// Its default, in SQL.
    pub default: Option<String>,
    /// The expression that it is generated from, in SQL.
    pub generated: Option<String>,
    /// How its text is ordered; `None` for the type's own order.
    pub collation: Option<String>,
    /// Its comment.
    pub comment: Option<String>,
}

/// A primary key or a unique constraint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyShape {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<String>,
}

/// A check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckShape {
    /// Its name.
    pub name: String,
    /// What must hold, in SQL.
    pub expression: String,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKeyShape {
    /// Its name.
    pub name: String,
    /// The columns that refer.
    pub columns: Vec<String>,
    /// The table referred to.
    pub target: String,
    /// The columns referred to.
    pub target_columns: Vec<String>,
    /// What happens when the row referred to goes.
    pub on_delete: OnDelete,
    /// The columns that become null; all that refer if empty.
    pub set_null: Vec<String>,
}

/// An index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexShape {
    /// Its name.
    pub name: String,
    /// Its access method, such as `btree`.
    pub method: String,
    /// Whether no two rows may share its columns.
    pub unique: bool,
    /// Its columns, in order.
    pub columns: Vec<IndexColumnShape>,
    /// The condition of a partial index, in SQL.
    pub predicate: Option<String>,
    /// Its storage parameters, by name.
    pub settings: Vec<(String, String)>,
}

/// A column of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexColumnShape {
    /// The column, or an expression.
    pub name: String,
    /// Whether it is an expression, in SQL.
    pub is_expression: bool,
    /// Largest first.
    pub descending: bool,
    /// The operator class; `None` in a model for the type's own.
    pub operator_class: Option<String>,
    /// Whether that is the class that PostgreSQL takes by itself.
    pub is_default_class: bool,
}

/// How a table is partitioned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartitioningShape {
    /// `range`, `list` or `hash`.
    pub strategy: String,
    /// The columns, in order.
    pub columns: Vec<String>,
}

/// A table's row security.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowSecurityShape {
    /// Whether the table's owner obeys it too.
    pub forced: bool,
    /// Its policies, by name.
    pub policies: Vec<PolicyShape>,
}

/// A policy for every command and every role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyShape {
    /// Its name.
    pub name: String,
    /// Which rows are seen, in SQL.
    pub using: String,
    /// Which rows may be written, in SQL.
    pub with_check: String,
}

/// An enum type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnumShape {
    /// Its name.
    pub name: String,
    /// Its values, in order.
    pub values: Vec<String>,
}

impl TableShape {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&ColumnShape> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The enum that a column is of, whether alone or in an array.
    pub fn enum_of(&self, column: &ColumnShape) -> Option<&EnumShape> {
        self.enums.iter().find(|def| def.name == column.type_name.trim_end_matches("[]"))
    }

    /// The names that the table takes in its schema: its own, its keys' and its indexes'.
    pub fn relation_names(&self) -> impl Iterator<Item = &str> {
        let keys = self.primary_key.iter().chain(&self.uniques).map(|key| key.name.as_str());
        std::iter::once(self.name.as_str()).chain(keys).chain(self.indexes.iter().map(|index| index.name.as_str()))
    }
}
