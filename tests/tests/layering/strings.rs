//! Languages stay where they belong: SQL, and TerminusDB's JSON.

use crate::sources::sources;

/// Where SQL may be written.
const SQL: &[&str] = &[
    "sqh-model/src/render/ddl",
    "sqh-model/src/expr/lower",
    "sqh-model/src/report/lower",
    "sqh-runtime/src/backend/postgres",
    "sqh-runtime/src/sql",
];

/// Where the words of TerminusDB's documents may be written. The form of a document is a column of the type mapping, as JSON is.
const TERMINUSDB: &[&str] = &[
    "sqh-model/src/render/terminusdb",
    "sqh-model/src/record_document.rs",
    "sqh-model/src/types/document_form.rs",
    "sqh-runtime/src/backend/terminusdb",
];

const CRATES: &[&str] = &["sqh-derive/src", "sqh-model/src", "sqh-runtime/src", "sqh-examples/src"];

#[test]
fn sql_is_written_in_its_places_only() {
    check(SQL, is_sql);
}

#[test]
fn documents_of_terminusdb_are_written_in_their_places_only() {
    check(TERMINUSDB, |text| {
        text.strip_prefix('@').is_some_and(|word| word.chars().all(|c| c.is_ascii_alphabetic()) && !word.is_empty())
    });
}

/// Strings that look like a language stand below its places, and are found there too: a scan that
/// finds none anywhere would prove nothing.
fn check(places: &[&str], is_of_the_language: impl Fn(&str) -> bool) {
    let (mut misplaced, mut found) = (Vec::new(), 0);
    for source in CRATES.iter().flat_map(|folder| sources(folder)) {
        let is_allowed = places.iter().any(|place| source.path.starts_with(place));
        for text in source.strings().into_iter().filter(|text| is_of_the_language(text)) {
            found += 1;
            if !is_allowed {
                misplaced.push(format!("{}: {text:?}", source.path));
            }
        }
    }
    assert!(found > 5, "the scan finds nothing, not even where it should");
    assert!(misplaced.is_empty(), "move these to {places:?}:\n{}", misplaced.join("\n"));
}

/// Whether a text is a statement or a part of one.
fn is_sql(text: &str) -> bool {
    let words: Vec<&str> =
        text.split(|c: char| !(c.is_ascii_alphabetic() || c == '_')).filter(|word| !word.is_empty()).collect();
    let phrase = |phrase: &[&str]| words.windows(phrase.len()).any(|window| window == phrase);
    let starts = |phrase: &[&str]| {
        words.len() >= phrase.len()
            && words.iter().zip(phrase).all(|(word, expected)| word.eq_ignore_ascii_case(expected))
    };
    const STARTS: &[&[&str]] = &[
        &["insert", "into"],
        &["delete", "from"],
        &["create", "table"],
        &["create", "index"],
        &["create", "unique"],
        &["create", "database"],
        &["create", "schema"],
        &["create", "extension"],
        &["create", "type"],
        &["create", "role"],
        &["alter", "table"],
        &["alter", "database"],
        &["drop", "table"],
        &["drop", "database"],
        &["rollback", "to"],
        &["release", "savepoint"],
        &["set", "local"],
    ];
    const PHRASES: &[&[&str]] = &[
        &["ORDER", "BY"],
        &["GROUP", "BY"],
        &["ON", "CONFLICT"],
        &["IS", "NULL"],
        &["NOT", "NULL"],
        &["PRIMARY", "KEY"],
        &["FOREIGN", "KEY"],
        &["PARTITION", "BY"],
        &["IF", "NOT", "EXISTS"],
    ];
    const CLAUSES: &[&str] = &[
        "SELECT",
        "WHERE",
        "RETURNING",
        "VALUES",
        "SAVEPOINT",
        "ILIKE",
        "UNNEST",
        "COLLATE",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
    ];
    let selects = starts(&["select"]) && words.iter().any(|word| word.eq_ignore_ascii_case("from"));
    selects
        || STARTS.iter().any(|words| starts(words))
        || PHRASES.iter().any(|words| phrase(words))
        || words.iter().any(|word| CLAUSES.contains(word))
}

#[test]
fn the_scan_tells_sql_from_prose() {
    for sql in [
        "SELECT 1",
        "select id from books",
        "insert into t values (1)",
        " WHERE TRUE",
        "\"a\" IS NOT NULL",
        "drop table x",
        "BEGIN",
    ] {
        assert!(is_sql(sql), "{sql}");
    }
    for prose in [
        "the update says not which records",
        "select the fields",
        "where it is",
        "begin",
        "not null",
        "a list from which to select",
        "the values are `a`",
    ] {
        assert!(!is_sql(prose), "{prose}");
    }
}
