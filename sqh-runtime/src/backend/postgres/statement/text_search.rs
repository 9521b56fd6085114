//! Statements on the records that hold some words, and how good each of them is.

use sqh_model::expr::lower::{Binds, Travel};
use sqh_model::expr::{Filter, TextSearch};
use sqh_model::types::{FieldType as _, TypeDef};
use sqh_model::{Result, Value};

use super::filtered::matching;
use super::sql::Sql;
use super::target::Target;
use super::{Codec, RowCodec, Statement};

/// `SELECT` of the records, the best first, and then by the key. Behind their columns stand the rank and, where
/// they are asked for, the search fields with marks.
///
/// The planner computes the marked fields of those records only that are within the limit: `ts_headline` costs
/// a hundred times as much as other functions, and what is so dear it computes behind the sort.
pub(in crate::backend::postgres) fn select(
    target: &Target<'_>,
    search: &TextSearch,
    scope: &Filter,
) -> Result<Statement> {
    let (layout, relation) = (target.def.layout(), target.relation());
    let mut binds = Binds::behind(target.leading());
    let found = relation.search_sql(search, &mut binds)?;
    let width = layout.columns().len();
    let codecs = computed(found.highlights.len());
    let computed = std::iter::once(found.rank).chain(found.highlights).collect();
    let mut sql = Sql::select(target, &target.read_with(0..width, computed));
    sql.and(&found.condition);
    matching(&mut sql, &search.filter, scope, &mut binds)?;
    sql.push(&format!(" ORDER BY {} DESC", width + 1));
    let key: Vec<_> = layout.physical_key().into_iter().map(|position| (position, false)).collect();
    if !key.is_empty() {
        sql.push(", ");
        relation.push_order(&key, sql.text());
    }
    let mut bound = |number: u64| binds.free(i64::DEF, Value::I64(i64::try_from(number).unwrap_or(i64::MAX)));
    sql.push(&format!(" LIMIT {} OFFSET {}", bound(search.limit), bound(search.offset)));
    Ok(Statement::new(target, sql, RowCodec::of_model(target.def).with_values(codecs), binds))
}

fn computed(highlights: usize) -> impl Iterator<Item = Codec> {
    const RANK: TypeDef = f64::DEF;
    const HIGHLIGHT: TypeDef = <Option<String>>::DEF;
    let codec = |ty: TypeDef| Codec::new(&ty, Travel::Native);
    std::iter::once(codec(RANK)).chain(std::iter::repeat_n(codec(HIGHLIGHT), highlights))
}
