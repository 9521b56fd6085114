//! [`TenantKey`]: what the tenant column of row placement holds.

use std::fmt;

use sqh_model::{Error, Result};
use uuid::Uuid;

/// The longest key.
pub const MAX_KEY_BYTES: usize = 128;

const GRAMMAR: &str = "a key is made of the visible characters of ASCII, at most 128, such as `acme` or `42`; a number \
                       or a UUID is written in its plain form";

/// What the tenant column of row placement holds: the slug, or a number or text that existing tables
/// already have.
///
/// Two keys that are different texts are different values of any column: `042` and `+42` are refused,
/// because a number column would take them for `42`.
///
/// ```
/// use sqh_runtime::tenancy::TenantKey;
///
/// assert!(TenantKey::new("42").is_ok());
/// assert!(TenantKey::new("042").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantKey(String);

impl TenantKey {
    /// The key, if it follows the grammar.
    ///
    /// # Errors
    /// `Invalid`, which says what is wrong and what the grammar is.
    pub fn new(key: &str) -> Result<Self> {
        match fault(key) {
            None => Ok(Self(key.to_owned())),
            // As a Rust literal, cut: it may hold anything, of any length.
            Some(fault) => {
                let shown: String = key.chars().take(MAX_KEY_BYTES).collect();
                Err(Error::invalid(format!("the key {shown:?} {fault}: {GRAMMAR}")))
            }
        }
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn fault(key: &str) -> Option<String> {
    if key.is_empty() {
        return Some("is empty".to_owned());
    }
    if let Some(stranger) = key.chars().find(|c| !c.is_ascii_graphic()) {
        return Some(format!("holds {stranger:?}"));
    }
    if key.len() > MAX_KEY_BYTES {
        return Some(format!("is {} characters long", key.len()));
    }
    let plain = key.parse::<i128>().map(|number| number.to_string()).ok();
    let plain = plain.or_else(|| Uuid::parse_str(key).map(|uuid| uuid.to_string()).ok());
    plain.filter(|plain| plain != key).map(|plain| format!("is another way to write `{plain}`"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sqh_model::ErrorKind;

    use super::*;
    use crate::tenancy::Slug;

    #[test]
    fn the_message_says_what_is_wrong() {
        let long = "k".repeat(129);
        for (key, fault) in [
            ("", "is empty"),
            (" acme", "holds ' '"),
            ("acmé", "holds 'é'"),
            ("a\0", "holds '\\0'"),
            ("a\u{202e}b", "holds '\\u{202e}'"),
            ("042", "another way to write `42`"),
            ("+42", "another way to write `42`"),
            ("-0", "another way to write `0`"),
            ("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "`a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`"),
            ("{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}", "`a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`"),
            ("a0eebc999c0b4ef8bb6d6bb9bd380a11", "`a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`"),
            (&long, "is 129 characters long"),
        ] {
            let error = TenantKey::new(key).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(error.message().contains(fault) && error.message().contains(GRAMMAR), "{error}");
        }
    }

    proptest! {
        #[test]
        fn every_slug_is_a_key_or_another_way_to_write_one(slug in "[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,5}){0,4}") {
            if Slug::new(&slug).is_ok() {
                prop_assert!(TenantKey::new(&slug).is_ok() || Uuid::parse_str(&slug).is_ok());
            }
        }

        #[test]
        fn different_keys_are_different_values(one in "[-+0-9a-fA-F]{1,6}", other in "[-+0-9a-fA-F]{1,6}") {
            if let (Ok(one), Ok(other)) = (TenantKey::new(&one), TenantKey::new(&other))
                && one != other
                && let (Ok(left), Ok(right)) = (one.as_str().parse::<i64>(), other.as_str().parse::<i64>())
            {
                prop_assert_ne!(left, right);
            }
        }
    }
}
