//! Statements on the records in which there are words like a text, by the extension `pg_trgm`.

use std::fmt::Write as _;

use sqh_model::expr::Filter;
use sqh_model::expr::lower::{Binds, Relation};
use sqh_model::types::FieldType as _;
use sqh_model::{Result, Value};

use super::{RowCodec, Statement, read_columns};

/// `SELECT` of the records, the most similar first: by how like the text some words of the column
/// are, then by how like it the whole of it is, then by the key.
///
/// A single word is found by the first, of which the server's `pg_trgm.word_similarity_threshold`
/// asks 0.6, and words from different places by the second, 0.3 by
/// `pg_trgm.similarity_threshold`. See <https://www.postgresql.org/docs/current/pgtrgm.html>.
pub(in crate::backend::postgres) fn select(
    relation: &Relation<'_>,
    column: usize,
    text: String,
    limit: u64,
    scope: &Filter,
) -> Result<Statement> {
    let layout = relation.def.layout();
    let mut binds = Binds::default();
    let column = relation.column(column);
    let text = binds.free(String::DEF, Value::Text(text));
    let read = read_columns(relation, 0..layout.columns().len());
    let mut sql =
        format!("SELECT {read} FROM {} AS t WHERE ({text} <% {column} OR {text} % {column})", relation.table());
    if *scope != Filter::Everything {
        sql.push_str(" AND ");
        relation.push_filter(scope, &mut sql, &mut binds)?;
    }
    let _ = write!(sql, " ORDER BY word_similarity({text}, {column}) DESC, similarity({text}, {column}) DESC");
    let key: Vec<_> = layout.physical_key().into_iter().map(|position| (position, false)).collect();
    if !key.is_empty() {
        sql.push_str(", ");
        relation.push_order(&key, &mut sql);
    }
    let limit = Value::I64(i64::try_from(limit).unwrap_or(i64::MAX));
    let _ = write!(sql, " LIMIT {}", binds.free(i64::DEF, limit));
    Ok(Statement {
        def: relation.def,
        sql: sql.into(),
        reply: RowCodec::of_model(relation.def),
        inputs: Vec::new(),
        binds,
        scopes: 0,
    })
}
