//! The operators of `jsonb` in memory: `@>`, `?` and `#>`.

use serde_json::Value as Json;

use crate::compare::json_eq;

/// `json @> other`: an object by its keys, an array by its elements in any order.
///
/// At the top alone, an array contains a primitive that is one of its elements
/// (PostgreSQL 15, section 8.14.3).
pub(super) fn contains(json: &Json, other: &Json) -> bool {
    match (json, other) {
        (Json::Array(items), other) if !other.is_array() && !other.is_object() => {
            items.iter().any(|item| json_eq(item, other))
        }
        (json, other) => contains_nested(json, other),
    }
}

fn contains_nested(json: &Json, other: &Json) -> bool {
    match (json, other) {
        (Json::Object(object), Json::Object(others)) => {
            others.iter().all(|(key, other)| object.get(key).is_some_and(|json| contains_nested(json, other)))
        }
        (Json::Array(items), Json::Array(others)) => {
            others.iter().all(|other| items.iter().any(|item| contains_nested(item, other)))
        }
        (json, other) => json_eq(json, other),
    }
}

/// `json ? key`: an object's key, an array's string, or the string itself.
pub(super) fn has_key(json: &Json, key: &str) -> bool {
    match json {
        Json::Object(object) => object.contains_key(key),
        Json::Array(items) => items.iter().any(|item| item.as_str() == Some(key)),
        json => json.as_str() == Some(key),
    }
}

/// `json #> path`: objects by key, arrays by position, from the end if negative.
pub(super) fn at_path<'a>(json: &'a Json, path: &[String]) -> Option<&'a Json> {
    path.iter().try_fold(json, |json, step| match json {
        Json::Object(object) => object.get(step),
        Json::Array(items) => {
            let position: i32 = step.trim_ascii_start().parse().ok()?;
            let from_end = usize::try_from(position.unsigned_abs()).ok()?;
            let position = if position < 0 { items.len().checked_sub(from_end)? } else { from_end };
            items.get(position)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // The expectations were read off PostgreSQL 15.
    #[test]
    fn containment_is_that_of_jsonb() {
        let cases = [
            (r#"{"a": 1, "b": 2}"#, r#"{"b": 2.0}"#, true),
            (r#"{"a": 1}"#, r#"{}"#, true),
            (r#"{"a": {"b": [1, 2]}}"#, r#"{"a": {"b": [2]}}"#, true),
            (r#"{"a": {"b": 1}}"#, r#"{"b": 1}"#, false),
            (r#"[1, 2, 2]"#, r#"[2, 2, 1]"#, true),
            (r#"[1]"#, r#"[1, 1]"#, true),
            (r#"[1, [2, 3]]"#, r#"[[3]]"#, true),
            (r#"[1, [2, 3]]"#, r#"[3]"#, false),
            (r#"["a", "b"]"#, r#""a""#, true),
            (r#"[["a"]]"#, r#""a""#, false),
            (r#"[["a"]]"#, r#"["a"]"#, false),
            (r#"{"k": ["a"]}"#, r#"{"k": "a"}"#, false),
            (r#""a""#, r#"["a"]"#, false),
            (r#""a""#, r#""a""#, true),
            (r#"[null]"#, r#"null"#, true),
            (r#"[]"#, r#"{}"#, false),
            (r#"[{}]"#, r#"{}"#, false),
            (r#"[1e29]"#, r#"100000000000000000000000000000"#, true),
        ];
        for (json, other, expected) in cases {
            let [left, right] = [json, other].map(|text| serde_json::from_str::<Json>(text).unwrap());
            assert_eq!(contains(&left, &right), expected, "{json} @> {other}");
        }
    }

    #[test]
    fn keys_and_paths() {
        let json: Json = serde_json::from_str(r#"{"a": ["x", {"b": null}], "7": 1}"#).unwrap();
        assert!(has_key(&json, "a") && !has_key(&json, "x"));
        assert!(has_key(&json["a"], "x") && !has_key(&json["a"], "b"));
        assert!(has_key(&Json::from("x"), "x") && !has_key(&Json::from(1), "1"));
        let at = |path: &[&str]| at_path(&json, &path.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(at(&[]), Some(&json));
        assert_eq!(at(&["a", "1", "b"]), Some(&Json::Null));
        assert_eq!(at(&["a", "-2"]), Some(&Json::from("x")));
        assert_eq!(at(&["7"]), Some(&Json::from(1)));
        for missing in [&["b"][..], &["a", "2"], &["a", "-3"], &["a", "x"], &["7", "0"]] {
            assert_eq!(at(missing), None, "{missing:?}");
        }
    }
}
