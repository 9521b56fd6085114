//! `doctor`: what the platform stands on, and what to do about what is wrong.

use serde_json::json;

use super::connect::principal;
use super::output::{Answer, Failure};
use crate::Platform;

pub(super) async fn run(platform: &Platform) -> Result<Answer, Failure> {
    let report = platform.doctor(&platform.fleet(&principal()).await?).await?;
    let findings: Vec<_> = report
        .findings
        .iter()
        .map(|finding| {
            json!({
                "check": finding.check,
                "subject": finding.subject,
                "severity": finding.severity.name(),
                "message": finding.message,
                "remedy": finding.remedy,
            })
        })
        .collect();
    let rows = report.findings.iter().map(|finding| {
        let found = match &finding.remedy {
            Some(remedy) => format!("{}\n-> {remedy}", finding.message),
            None => finding.message.clone(),
        };
        [finding.severity.name().to_owned(), finding.check.to_owned(), finding.subject.clone(), found]
    });
    let answer = Answer::table(["", "CHECK", "OF", "FOUND"], rows);
    Ok(answer.or_json(json!({ "good": report.is_good(), "findings": findings })).unless(!report.is_good()))
}
