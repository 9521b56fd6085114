//! What the compiler says: one mistake for each file below `ui/`, and models that compile.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    for kind in KINDS {
        cases.compile_fail(format!("ui/{kind}/*.rs"));
    }
}

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
    "value",
    "platform_enum",
    "limits",
];
