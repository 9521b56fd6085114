//! `partition_by` and what goes with it.

use crate::case::quoted;
use crate::ctxt::Ctxt;
use crate::ir::Model;
use crate::symbol;

use super::fields::find_field;

pub(super) fn check_partition_words_have_a_partition_column(cx: &Ctxt, model: &Model) {
    if !model.is_postgres() || model.storage.has(symbol::PARTITION_BY) {
        return;
    }
    for word in [symbol::PARTITION_INTERVAL, symbol::PARTITION_PREMAKE, symbol::RETENTION] {
        if let Some(written) = model.storage.words.written(word) {
            cx.error(
                written,
                format!("`{}` says how to partition, but not by which field: add `partition_by = \"…\"`", word.name),
            );
        }
    }
}

pub(super) fn check_partition_column_is_a_field(cx: &Ctxt, model: &Model) {
    if let Some(name) = model.storage.words.text(symbol::PARTITION_BY).filter(|_| model.is_postgres()) {
        find_field(cx, model, name, &name.value(), "partition_by");
    }
}

pub(super) fn check_partition_column_is_the_callers(cx: &Ctxt, model: &Model) {
    let Some(field) = model.partition() else { return };
    for (word, reason) in [
        (symbol::GENERATED, "PostgreSQL cannot partition by a generated column"),
        (
            symbol::UPDATED_AT,
            "a row never changes its partition, and this field changes with every update: partition by the creation time",
        ),
        (symbol::REDACT, "the partition column is part of the key, and a key is never hidden"),
    ] {
        if let Some(written) = field.words.written(word) {
            cx.error(written, reason);
        }
    }
}

pub(super) fn check_retention_is_a_duration(cx: &Ctxt, model: &Model) {
    let Some(retention) = model.storage.words.text(symbol::RETENTION) else { return };
    if !is_duration(&retention.value()) {
        cx.error(
            retention,
            format!(
                "`{}` is no time span: write a number and `days`, `weeks`, `months` or `years`, such as \"3 months\"",
                retention.value()
            ),
        );
    }
}

/// `3 months`, `1 year`, `90 days`: a number from 1 up, one space, a unit in singular or plural.
fn is_duration(text: &str) -> bool {
    let Some((number, unit)) = text.split_once(' ') else { return false };
    let unit = unit.strip_suffix('s').unwrap_or(unit);
    number.parse::<u16>().is_ok_and(|number| number > 0)
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && ["day", "week", "month", "year"].contains(&unit)
}

pub(super) fn check_unique_field_is_the_partition_column(cx: &Ctxt, model: &Model) {
    let Some(partition) = model.partition() else { return };
    for field in model.stored().filter(|field| field.name != partition.name) {
        if let Some(written) = field.words.written(symbol::UNIQUE) {
            cx.error(written, unique_without_partition(&[&field.name], &partition.name));
        }
    }
}

pub(super) fn check_unique_index_holds_partition_column(cx: &Ctxt, model: &Model) {
    let Some(partition) = model.partition() else { return };
    for index in &model.indexes {
        let Some(written) = index.words.written(symbol::UNIQUE) else { continue };
        let columns: Vec<&str> = index.columns.iter().map(|column| column.field.as_str()).collect();
        if !columns.is_empty() && !columns.contains(&partition.name.as_str()) {
            cx.error(written, unique_without_partition(&columns, &partition.name));
        }
    }
}

fn unique_without_partition(columns: &[&str], partition: &str) -> String {
    let with: Vec<String> = columns.iter().chain([&partition]).map(|name| format!("{name:?}")).collect();
    format!(
        "the table is partitioned by `{partition}`, and PostgreSQL wants it in every unique constraint, \
         where {} would not be unique on its own: write `#[index(columns = [{}], unique)]`",
        quoted(columns),
        with.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::is_duration;

    #[test]
    fn durations() {
        for text in ["3 months", "1 year", "90 days", "1 day", "2 weeks"] {
            assert!(is_duration(text), "{text}");
        }
        for text in [
            "",
            "3",
            "months",
            "0 days",
            "-1 days",
            "+1 days",
            "3  months",
            "3 month ago",
            "1.5 years",
            "3 hours",
            "3 Months",
            "3 monthss",
        ] {
            assert!(!is_duration(text), "{text}");
        }
    }
}
