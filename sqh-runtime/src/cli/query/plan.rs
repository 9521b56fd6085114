//! A plan for people: the server's lines, then what each table is and what may be meant otherwise.

use serde_json::json;
use sqh_model::expr::Filter;
use sqh_model::schema::Placement;

use crate::cli::output::Answer;
use crate::op::{Plan, PlannedTable};

/// The plan as an answer.
pub(super) fn answer(plan: &Plan) -> Answer {
    let mut text = plan.to_string() + "\n";
    for table in &plan.tables {
        text += &format!("{}: {}\n", table.model, told(table));
    }
    for warning in &plan.warnings {
        text += &format!("warning: {warning}\n");
    }
    let tables = plan.tables.iter().map(|table| {
        json!({
            "model": table.model,
            "placement": table.placement.map(placement),
            "has_rules": table.rules != Filter::Everything,
            "partitions": table.partitions.as_ref().map(|of| json!({"read": of.read, "all": of.all})),
        })
    });
    let tables: Vec<_> = tables.collect();
    let warnings: Vec<_> = plan.warnings.iter().map(ToString::to_string).collect();
    Answer::text(text).or_json(json!({"plan": plan.lines, "tables": tables, "warnings": warnings}))
}

fn told(table: &PlannedTable) -> String {
    let place = table.placement.map_or("shared", placement);
    let rules = if table.rules == Filter::Everything { "every record" } else { "the records that rules let through" };
    match &table.partitions {
        None => format!("{place}, {rules}"),
        Some(of) => format!("{place}, {rules}, {} of {} partitions", of.read.len(), of.all),
    }
}

fn placement(placement: Placement) -> &'static str {
    match placement {
        Placement::Database => "a database for each tenant",
        Placement::Schema => "a schema for each tenant",
        Placement::Row => "rows of many tenants",
    }
}
