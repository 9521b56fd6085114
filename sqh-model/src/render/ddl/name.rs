//! Identifiers and strings in SQL: how they are quoted, and how derived names stay short.

use crate::error::{Error, Result};
use crate::schema::MAX_IDENTIFIER_BYTES;

pub use crate::expr::lower::quoted;
pub(super) use crate::expr::lower::text_literal as literal;

/// The name of a table, an index or a type, in full where the schema is known.
///
/// ```
/// use sqh_model::render::ddl::qualified;
///
/// assert_eq!(qualified(Some("public"), "order"), r#""public"."order""#);
/// assert_eq!(qualified(None, "order"), r#""order""#);
/// ```
pub fn qualified(schema: Option<&str>, name: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(name)),
        None => quoted(name),
    }
}

/// Identifiers in a list.
pub(super) fn quoted_list<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| quoted(name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// A derived name such as `{table}_{column}_idx`. One that PostgreSQL would cut keeps its beginning
/// and its end, and a hash of the whole between them.
pub(super) fn derived(table: &str, columns: &[impl AsRef<str>], suffix: &str) -> String {
    let mut stem = table.to_owned();
    for column in columns {
        stem.push('_');
        stem.push_str(column.as_ref());
    }
    fitted(&stem, suffix)
}

/// `{stem}_{suffix}` in the length that PostgreSQL keeps.
pub(super) fn fitted(stem: &str, suffix: &str) -> String {
    let whole = format!("{stem}_{suffix}");
    if whole.len() <= MAX_IDENTIFIER_BYTES {
        return whole;
    }
    let tail = format!("_{:08x}_{suffix}", hash(stem));
    let mut end = MAX_IDENTIFIER_BYTES - tail.len();
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{tail}", &stem[..end])
}

/// The next free name: PostgreSQL's own way of telling two derived names apart.
pub(super) fn unused(name: String, taken: &[String]) -> String {
    if !taken.contains(&name) {
        return name;
    }
    let (stem, suffix) = name.rsplit_once('_').unwrap_or((&name, ""));
    (1..)
        .map(|number| fitted(stem, &format!("{suffix}{number}")))
        .find(|name| !taken.contains(name))
        .expect("the numbers never end")
}

/// Refuses a name that PostgreSQL would cut without an error, or could not hold.
///
/// # Errors
/// `Invalid`, naming it and what it names.
pub(super) fn check(what: &str, name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::invalid(format!("the {what} has no name")));
    }
    if name.len() > MAX_IDENTIFIER_BYTES {
        return Err(Error::invalid(format!(
            "the name `{name}` of the {what} is longer than {MAX_IDENTIFIER_BYTES} bytes, and PostgreSQL would cut it"
        )));
    }
    if name.contains('\0') {
        return Err(Error::invalid(format!("the name of the {what} holds a NUL character")));
    }
    Ok(())
}

// FNV-1a (Fowler, Noll, Vo): the same on every machine and in every version of Rust.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_at_a_character_and_told_apart_by_a_hash() {
        let long = "ä".repeat(40);
        let (a, b) = (derived(&long, &["a"], "idx"), derived(&long, &["b"], "idx"));
        assert!(a.len() <= MAX_IDENTIFIER_BYTES && a.ends_with("_idx"), "{a}");
        assert_ne!(a, b);
        assert_eq!(a, derived(&long, &["a"], "idx"));
        assert_eq!(derived("visit", &["at", "room"], "idx"), "visit_at_room_idx");
    }

    #[test]
    fn a_taken_name_is_numbered() {
        let taken = vec!["visit_at_idx".to_owned(), "visit_at_idx1".to_owned()];
        assert_eq!(unused("visit_at_idx".to_owned(), &taken), "visit_at_idx2");
        assert_eq!(unused("visit_at_key".to_owned(), &taken), "visit_at_key");
    }

    #[test]
    fn nothing_leaves_its_quotes() {
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"a\'b"), r"E'a\\''b'");
    }
}
