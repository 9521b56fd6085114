//! What the compiler says: one mistake for each file below `ui/`, and models that compile.

use std::fs;
use std::path::Path;

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    for kind in KINDS {
        cases.compile_fail(format!("ui/{kind}/*.rs"));
    }
}

/// A mistake that gives several messages hides the one that says what to write.
#[test]
fn each_mistake_gives_one_message() {
    for kind in KINDS {
        for entry in fs::read_dir(Path::new("ui").join(kind)).expect("each kind is a folder") {
            let path = entry.expect("the folder can be read").path();
            if path.extension().is_none_or(|extension| extension != "stderr") {
                continue;
            }
            assert!(path.with_extension("rs").exists(), "{} belongs to no case", path.display());
            let said = fs::read_to_string(&path).expect("the file can be read");
            let messages = said.lines().filter(|line| line.starts_with("error")).count();
            let expected = SEVERAL.iter().find(|(case, _)| path.ends_with(case)).map_or(1, |(_, messages)| *messages);
            assert_eq!(messages, expected, "{}", path.display());
        }
    }
}

/// The cases with more than one message, and how many.
const SEVERAL: &[(&str, usize)] = &[
    // Three mistakes.
    ("unknown_word/all_at_once.stderr", 3),
    ("policy/several.stderr", 2),
    ("policy/several_types.stderr", 3),
    // The compiler says it of the call, of its future and of the `await`.
    ("scope/fleet_by_name.stderr", 3),
    ("scope/fleet_in_a_transaction.stderr", 3),
    ("report/records_of_two_databases.stderr", 3),
    // The compiler says it of the columns together, and of the one that is wrong.
    ("report/column_of_another_model.stderr", 2),
    ("report/metric_of_another_model.stderr", 2),
    ("report/read_of_a_semi_join.stderr", 2),
    // A view of nothing is none, and its definition is of something.
    ("view/no_source.stderr", 2),
    // A struct that is no model has no column constants either, and the compiler says both.
    ("reference/child_is_no_model.stderr", 2),
];

/// The kinds of mistakes, each a folder.
const KINDS: &[&str] = &[
    "unknown_word",
    "wrong_value",
    "duplicate_word",
    "missing",
    "conflict",
    "shape",
    "key",
    "partition",
    "index",
    "reference",
    "graph",
    "role",
    "type_mapping",
    "column",
    "loading",
    "value",
    "platform_enum",
    "scope",
    "policy",
    "limits",
    "report",
    "search",
    "sql",
    "spatial",
    "view",
];
