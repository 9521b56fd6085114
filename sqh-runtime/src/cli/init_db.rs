//! `init-db`: the platform's own databases, from nothing.

use serde_json::json;

use super::output::{Answer, Failure, warn};
use crate::Platform;

/// Makes what is missing, and says what it made.
pub(super) async fn run(platform: &Platform) -> Result<Answer, Failure> {
    let report = platform.init().await?;
    for missing in &report.missing {
        warn(format_args!("without the extension `{}`: {missing}", missing.name));
    }
    let made: Vec<_> = report.made.iter().map(|made| json!({ "kind": made.kind, "name": made.name })).collect();
    let missing: Vec<_> =
        report.missing.iter().map(|missing| json!({ "extension": missing.name, "remedy": missing.remedy })).collect();
    let json = json!({ "made": made, "missing": missing });
    let rows = report.made.iter().map(|made| [made.kind.to_owned(), made.name.clone()]);
    let answer = match report.made.is_empty() {
        true => Answer::text("everything is there, nothing was made\n"),
        false => Answer::table(["MADE", "NAME"], rows),
    };
    Ok(answer.or_json(json))
}
