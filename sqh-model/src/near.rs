//! The likely word behind a wrong one.

/// `, did you mean …?` in the middle of a message, or nothing if no known word is close.
pub(crate) fn hint<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    match nearest(word, known) {
        Some(near) => format!(" (did you mean `{near}`?)"),
        None => String::new(),
    }
}

// Close is a third of the letters, and at least one: `valu` is `value`, `unit` is not `tags`.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    known
        .map(|known| (strsim::damerau_levenshtein(&folded, &known.to_lowercase()), known))
        .filter(|(distance, known)| *distance <= (known.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_word_is_named() {
        let known = ["test_type", "value", "unit"];
        for (word, expected) in [("valeu", Some("value")), ("testType", Some("test_type")), ("colour", None)] {
            assert_eq!(nearest(word, known.into_iter()), expected, "{word}");
        }
        assert_eq!(hint("unti", known.into_iter()), " (did you mean `unit`?)");
    }
}
