//! `doctor access`: who may do what, by the rules of the models.

use serde_json::json;

use super::args::AccessArgs;
use super::connect::principal;
use super::output::{Answer, Failure};
use crate::Platform;
use crate::platform::ModelAccess;

/// Prints the rules of each model, and for a user what each verb comes to.
pub(super) async fn run(platform: &Platform, args: &AccessArgs) -> Result<Answer, Failure> {
    let access = platform.access();
    let who = match &args.user {
        Some(user) => {
            let cx = platform.shared(&principal()).await?;
            Some(access.context_of(&cx, user, args.tenant.as_deref()).await?)
        }
        None => None,
    };
    let mut report = access.report(who.as_ref())?;
    if let Some(model) = &args.which.model {
        report.retain(|entry| entry.model == model || format!("{}/{}", entry.group, entry.model) == *model);
    }
    let models: Vec<_> = report.iter().map(json).collect();
    let defaults = report.iter().filter(|entry| entry.is_default()).count();
    let text: String = report.iter().map(text).collect();
    let note = match defaults {
        0 => String::new(),
        1 => "1 model has no rules of its own and goes by permissions\n".to_owned(),
        count => format!("{count} models have no rules of their own and go by permissions\n"),
    };
    Ok(Answer::text(text + &note).or_json(json!({ "user": args.user, "tenant": args.tenant, "models": models })))
}

fn text(entry: &ModelAccess) -> String {
    let rules: String = match entry.is_default() {
        true => "  (no rules: permissions decide)\n".to_owned(),
        false => entry.rules.iter().map(|rule| format!("  {rule}\n")).collect(),
    };
    let verbs: String = entry
        .verbs
        .iter()
        .map(|verb| {
            let said = verb.comes_to.clone().unwrap_or_else(|| format!("needs {}", verb.needs));
            format!("  {:<7} {said}\n", format!("{}:", verb.verb))
        })
        .collect();
    format!("{}/{}\n{rules}{verbs}\n", entry.group, entry.model)
}

fn json(entry: &ModelAccess) -> serde_json::Value {
    let verbs: serde_json::Map<_, _> = entry
        .verbs
        .iter()
        .map(|verb| (verb.verb.name().to_owned(), json!({ "needs": verb.needs, "comes_to": verb.comes_to })))
        .collect();
    json!({
        "group": entry.group, "model": entry.model, "default": entry.is_default(), "rules": entry.rules, "verbs": verbs,
    })
}
