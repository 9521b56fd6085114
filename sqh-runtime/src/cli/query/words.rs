//! The words of the shell as the arguments of a report: short forms, and JSON for everything else.

use serde_json::{Map, Value as Json, json};
use sqh_model::{Error, Result};

/// `--by`: `name`, `month:created_at`, `15minute:created_at`, JSON.
pub(super) fn put_keys(words: &mut Map<String, Json>, keys: &[String]) -> Result<()> {
    put(words, "group_by", keys, |text| {
        if let Some(json) = json_of("by", text, text)? {
            return Ok(json);
        }
        let Some((word, field)) = text.split_once(':') else {
            return Ok(text.into());
        };
        let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 {
            return Ok(json!({ word: field }));
        }
        let number: u32 = word[..digits].parse().map_err(|_| wrong("by", text, "the number is too large"))?;
        Ok(json!({ "bucket": field, "every": [number, &word[digits..]], "as": word }))
    })
}

/// `--select`: `name`, `Model.name`, several with commas, JSON.
pub(super) fn put_columns(words: &mut Map<String, Json>, word: &'static str, columns: &[String]) -> Result<()> {
    let mut all = Vec::new();
    for text in columns {
        match json_of(word, text, text)? {
            Some(json) => all.push(json),
            None => all.extend(text.split(',').map(|name| Json::from(name.trim()))),
        }
    }
    if !all.is_empty() {
        words.insert(word.to_owned(), all.into());
    }
    Ok(())
}

/// `--join`: `left:Model`, `left:Model:alias`, JSON.
pub(super) fn put_joins(words: &mut Map<String, Json>, joins: &[String]) -> Result<()> {
    put(words, "joins", joins, |text| {
        if let Some(json) = json_of("join", text, text)? {
            return Ok(json);
        }
        match text.split(':').collect::<Vec<_>>().as_slice() {
            [kind, model] => Ok(json!({ *kind: model })),
            [kind, model, alias] => Ok(json!({ *kind: { "model": model, "as": alias } })),
            _ => Err(wrong("join", text, "write it as `left:Model`, `left:Model:alias`, or as JSON")),
        }
    })
}

/// `--metric`: `n=count`, `mean=avg:value`, `p95=percentile:value:0.95`, `name=JSON`.
pub(super) fn put_metrics(words: &mut Map<String, Json>, metrics: &[String]) -> Result<()> {
    let mut all = Map::new();
    for text in metrics {
        let is = "write it as `n=count`, `mean=avg:value`, `p95=percentile:value:0.95`, or as JSON behind `name=`";
        let (name, metric) = text.split_once('=').ok_or_else(|| wrong("metric", text, is))?;
        let json = match (json_of("metric", text, metric)?, metric.split(':').collect::<Vec<_>>().as_slice()) {
            (Some(json), _) => json,
            (None, [word]) => Json::from(*word),
            (None, [word, field]) => json!({ *word: field }),
            (None, [word, field, share]) => match serde_json::from_str::<serde_json::Number>(share) {
                Ok(share) => json!({ *word: field, "share": share }),
                Err(_) => return Err(wrong("metric", text, "the share is no number")),
            },
            _ => return Err(wrong("metric", text, is)),
        };
        if all.insert(name.to_owned(), json).is_some() {
            return Err(wrong("metric", text, "there is a metric of this name already"));
        }
    }
    if !all.is_empty() {
        words.insert("metrics".to_owned(), Json::Object(all));
    }
    Ok(())
}

/// `--window`: `name=JSON`.
pub(super) fn windows(windows: &[String]) -> Result<Json> {
    let mut all = Map::new();
    for text in windows {
        let is = "write it as JSON behind a name: rank={\"rank\": [], \"order\": [\"-value\"]}";
        let (name, window) = text.split_once('=').ok_or_else(|| wrong("window", text, is))?;
        let json = json_of("window", text, window)?.ok_or_else(|| wrong("window", text, is))?;
        if all.insert(name.to_owned(), json).is_some() {
            return Err(wrong("window", text, "there is a window of this name already"));
        }
    }
    Ok(Json::Object(all))
}

fn put(words: &mut Map<String, Json>, word: &str, texts: &[String], read: impl Fn(&str) -> Result<Json>) -> Result<()> {
    if !texts.is_empty() {
        let all = texts.iter().map(|text| read(text)).collect::<Result<Vec<_>>>()?;
        words.insert(word.to_owned(), all.into());
    }
    Ok(())
}

/// An object in JSON, if a part of a text begins like one.
fn json_of(option: &str, text: &str, part: &str) -> Result<Option<Json>> {
    if !part.trim_start().starts_with('{') {
        return Ok(None);
    }
    let json = serde_json::from_str(part);
    json.map(Some).map_err(|error| wrong(option, text, &format!("this is no JSON: {error}")))
}

fn wrong(option: &str, text: &str, message: &str) -> Error {
    Error::invalid(format!("{message}\n\n  --{option} '{text}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_those_of_the_dynamic_form() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let mut words = Map::new();
        put_keys(&mut words, &texts(&["unit", "month:at", "15minute:at", "{\"month\": \"at\", \"zone\": \"UTC\"}"]))
            .unwrap();
        put_metrics(
            &mut words,
            &texts(&["n=count", "mean=avg:value", "p=percentile:value:0.95", "m={\"max\": \"a\"}"]),
        )
        .unwrap();
        put_joins(&mut words, &texts(&["left:AppCustomer", "inner:AppEmployee:boss"])).unwrap();
        put_columns(&mut words, "select", &texts(&["id, name", "boss.*"])).unwrap();
        assert_eq!(
            Json::Object(words),
            json!({
                "group_by": [
                    "unit", {"month": "at"}, {"bucket": "at", "every": [15, "minute"], "as": "15minute"},
                    {"month": "at", "zone": "UTC"},
                ],
                "metrics": {
                    "n": "count", "mean": {"avg": "value"}, "p": {"percentile": "value", "share": 0.95},
                    "m": {"max": "a"},
                },
                "joins": [{"left": "AppCustomer"}, {"inner": {"model": "AppEmployee", "as": "boss"}}],
                "select": ["id", "name", "boss.*"],
            })
        );
        for wrong in ["avg:value", "n=percentile:value:x", "n=a:b:c:d", "n={"] {
            assert!(put_metrics(&mut Map::new(), &texts(&[wrong])).unwrap_err().to_string().contains(wrong));
        }
        assert!(windows(&texts(&["rank=rank"])).is_err());
    }
}
