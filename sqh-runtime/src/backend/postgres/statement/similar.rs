//! Statements on the records in which there are words like a text, by the extension `pg_trgm`.

use sqh_model::expr::Filter;
use sqh_model::expr::lower::Binds;
use sqh_model::types::FieldType as _;
use sqh_model::{Result, Value};

use super::sql::Sql;
use super::target::Target;
use super::{RowCodec, Statement};

/// `SELECT` of the records, the most similar first: by how like the text some words of the column
/// are, then by how like it the whole of it is, then by the key.
///
/// A single word is found by the first, of which the server's `pg_trgm.word_similarity_threshold`
/// asks 0.6, and words from different places by the second, 0.3 by
/// `pg_trgm.similarity_threshold`. See <https://www.postgresql.org/docs/current/pgtrgm.html>.
pub(in crate::backend::postgres) fn select(
    target: &Target<'_>,
    column: usize,
    text: &str,
    limit: u64,
    scope: &Filter,
) -> Result<Statement> {
    let relation = target.relation();
    let mut binds = Binds::behind(target.leading());
    let column = relation.column(column);
    let text = binds.free(String::DEF, Value::Text(text.to_owned()));
    let mut sql = Sql::select(target, &target.read_all());
    sql.and(&format!("({text} <% {column} OR {text} % {column})"));
    sql.and_filter(relation.alias, scope, &mut binds)?;
    let order = format!(" ORDER BY word_similarity({text}, {column}) DESC, similarity({text}, {column}) DESC");
    sql.push(&order);
    let key: Vec<_> = target.def.layout().physical_key().into_iter().map(|position| (position, false)).collect();
    if !key.is_empty() {
        sql.push(", ");
        relation.push_order(&key, sql.text());
    }
    let limit = Value::I64(i64::try_from(limit).unwrap_or(i64::MAX));
    sql.push(&format!(" LIMIT {}", binds.free(i64::DEF, limit)));
    Ok(Statement::new(target, sql, RowCodec::of_model(target.def), binds))
}
