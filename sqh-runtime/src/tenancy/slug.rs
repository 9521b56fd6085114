//! [`Slug`]: the name of a tenant, strict enough to become the name of a database.

use std::fmt;

use sqh_model::{Error, Result};

/// What the databases of tenants begin with.
pub const TENANT_DB_PREFIX: &str = "sqh_tenant_";

/// The longest slug. A database's name may have 63 bytes, which PostgreSQL cuts without an error:
/// the prefix takes 11, and 12 are left for what a later version may add, such as the copy that a
/// tenant is restored into.
pub const MAX_SLUG_BYTES: usize = 40;

const GRAMMAR: &str = "a slug begins with a letter and is made of a-z, 0-9 and single hyphens between them, at most 40 \
                       characters, such as `acme-labs`";

/// Names with a meaning of their own, in the platform or in PostgreSQL.
const RESERVED: &[&str] = &[
    "all",
    "catalog",
    "default",
    "global",
    "platform",
    "pooled",
    "postgres",
    "public",
    "shared",
    "shared-reference",
    "sqh",
    "system",
    "template0",
    "template1",
];

/// The name of a tenant: `[a-z][a-z0-9]*(-[a-z0-9]+)*`, at most 40 bytes.
///
/// There is no `_`, so that hyphens can become underscores in the database's name, and two slugs
/// never give one name.
///
/// ```
/// use sqh_runtime::tenancy::Slug;
///
/// let slug = Slug::new("acme-labs")?;
/// assert_eq!(slug.database_name(), "sqh_tenant_acme_labs");
/// assert!(Slug::new("Acme_Labs").is_err());
/// # Ok::<(), sqh_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slug(String);

impl Slug {
    /// The slug, if it follows the grammar.
    ///
    /// # Errors
    /// `Invalid`, which says what is wrong and what the grammar is.
    pub fn new(slug: &str) -> Result<Self> {
        match fault(slug) {
            None => Ok(Self(slug.to_owned())),
            // As a Rust literal, cut: it may hold anything, of any length.
            Some(fault) => {
                let shown: String = slug.chars().take(2 * MAX_SLUG_BYTES).collect();
                Err(Error::invalid(format!("the slug {shown:?} {fault}: {GRAMMAR}")))
            }
        }
    }

    /// The slug's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The database of a new tenant. The catalog keeps the name that was given once.
    pub fn database_name(&self) -> String {
        format!("{TENANT_DB_PREFIX}{}", self.0.replace('-', "_"))
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn fault(slug: &str) -> Option<String> {
    let is_known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if slug.is_empty() {
        return Some("is empty".to_owned());
    }
    if let Some(stranger) = slug.chars().find(|c| !is_known(*c)) {
        return Some(format!("holds {stranger:?}"));
    }
    if !slug.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Some("does not begin with a letter".to_owned());
    }
    if slug.ends_with('-') {
        return Some("ends with a hyphen".to_owned());
    }
    if slug.contains("--") {
        return Some("has two hyphens in a row".to_owned());
    }
    if slug.len() > MAX_SLUG_BYTES {
        return Some(format!("is {} characters long", slug.len()));
    }
    RESERVED.contains(&slug).then(|| "is reserved".to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use sqh_model::ErrorKind;

    use super::*;

    #[test]
    fn the_message_says_what_is_wrong() {
        let long = "a".repeat(41);
        for (slug, fault) in [
            ("", "\"\" is empty"),
            ("Acme", "holds 'A'"),
            ("acme_labs", "holds '_'"),
            ("acme labs", "holds ' '"),
            ("acmé", "holds 'é'"),
            ("a\0", "holds '\\0'"),
            ("a\";DROP", "holds '\"'"),
            ("1acme", "does not begin with a letter"),
            ("-acme", "does not begin with a letter"),
            ("acme-", "ends with a hyphen"),
            ("acme--labs", "two hyphens in a row"),
            ("shared-reference", "is reserved"),
            (&long, "is 41 characters long"),
        ] {
            let error = Slug::new(slug).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(error.message().contains(fault), "{error}");
            assert!(error.message().contains(GRAMMAR), "{error}");
        }
    }

    #[test]
    fn good_slugs_are_taken() {
        for slug in ["a", "acme", "acme-labs", "a1-2-b3", &"a".repeat(40)] {
            assert_eq!(Slug::new(slug).unwrap().as_str(), slug);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_makes_a_plain_identifier(text in any::<String>()) {
            if let Ok(slug) = Slug::new(&text) {
                let name = slug.database_name();
                prop_assert!(name.len() <= 51);
                prop_assert!(name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_'));
            }
        }

        #[test]
        fn the_grammar_is_what_is_taken(slug in "[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,5}){0,4}") {
            prop_assert_eq!(Slug::new(&slug).is_ok(), !RESERVED.contains(&slug.as_str()));
        }

        #[test]
        fn no_two_slugs_give_one_name(slugs in prop::collection::hash_set("[ab][a1_-]{0,5}", 0..200)) {
            let mut names = HashMap::new();
            for slug in slugs.iter().filter_map(|slug| Slug::new(slug).ok()) {
                if let Some(other) = names.insert(slug.database_name(), slug.clone()) {
                    prop_assert!(false, "{} and {} share a name", other, slug);
                }
            }
        }
    }
}
