//! Names made from names: column, table, constant and `rename_all`; and how messages show them.

use std::fmt;

use heck::{ToKebabCase, ToLowerCamelCase, ToPascalCase, ToShoutyKebabCase, ToShoutySnakeCase, ToSnakeCase};
use syn::Ident;
use syn::ext::IdentExt;

/// One value of `rename_all`: its name, and what it does to a name.
#[derive(Clone, Copy)]
pub(crate) struct RenameRule {
    pub(crate) name: &'static str,
    apply: fn(&str) -> String,
}

/// The values of `rename_all`, in the order in which messages list them.
pub(crate) const RENAME_RULES: &[RenameRule] = &[
    RenameRule { name: "snake_case", apply: |name| name.to_snake_case() },
    RenameRule { name: "camelCase", apply: |name| name.to_lower_camel_case() },
    RenameRule { name: "PascalCase", apply: |name| name.to_pascal_case() },
    RenameRule { name: "SCREAMING_SNAKE_CASE", apply: |name| name.to_shouty_snake_case() },
    RenameRule { name: "kebab-case", apply: |name| name.to_kebab_case() },
    RenameRule { name: "SCREAMING-KEBAB-CASE", apply: |name| name.to_shouty_kebab_case() },
    RenameRule { name: "lowercase", apply: |name| name.to_lowercase() },
    RenameRule { name: "UPPERCASE", apply: |name| name.to_uppercase() },
];

impl RenameRule {
    /// The rule that `rename_all = "name"` asks for.
    pub(crate) fn from_name(name: &str) -> Option<RenameRule> {
        RENAME_RULES.iter().find(|rule| rule.name == name).copied()
    }

    /// `name` as the rule writes it.
    pub(crate) fn apply(self, name: &str) -> String {
        (self.apply)(name)
    }
}

/// The name of an identifier without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// The table of a model or the column of a field.
pub(crate) fn snake(name: &str) -> String {
    name.to_snake_case()
}

/// The column constant of a field, at the field's span: `created_at` becomes `CREATED_AT`. No
/// keyword is written in capitals alone, so a raw identifier needs no `r#` here.
pub(crate) fn constant(field: &Ident) -> Ident {
    Ident::new(&plain(field).to_uppercase(), field.span())
}

/// Names in back quotes: "`a`, `b`, `c`".
pub(crate) fn quoted<T: fmt::Display>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The name that was probably meant, if one is near enough to say so.
pub(crate) fn near_miss<'a>(written: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = written.to_lowercase().replace('-', "_");
    valid
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&folded, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.83)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// ": did you mean `name`?", or nothing.
pub(crate) fn did_you_mean<'a>(written: &str, valid: impl IntoIterator<Item = &'a str>) -> String {
    near_miss(written, valid).map_or_else(String::new, |name| format!(": did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_writes_its_own_name() {
        let cases = [
            ("snake_case", "sample_date"),
            ("camelCase", "sampleDate"),
            ("PascalCase", "SampleDate"),
            ("SCREAMING_SNAKE_CASE", "SAMPLE_DATE"),
            ("kebab-case", "sample-date"),
            ("SCREAMING-KEBAB-CASE", "SAMPLE-DATE"),
            ("lowercase", "sample_date"),
            ("UPPERCASE", "SAMPLE_DATE"),
        ];
        assert_eq!(cases.len(), RENAME_RULES.len());
        for (name, expected) in cases {
            let rule = RenameRule::from_name(name).expect(name);
            assert_eq!(rule.apply("sample_date"), expected);
        }
        assert!(RenameRule::from_name("Snake_Case").is_none());
    }

    #[test]
    fn a_raw_identifier_loses_its_prefix() {
        let ident: Ident = syn::parse_str("r#type").expect("an identifier");
        assert_eq!(plain(&ident), "type");
        assert_eq!(constant(&ident).to_string(), "TYPE");
    }

    #[test]
    fn near_misses_are_near() {
        let valid = ["primary_key", "unique", "index"];
        for (written, expected) in [
            ("primary", Some("primary_key")),
            ("primarykey", Some("primary_key")),
            ("primary-key", Some("primary_key")),
            ("uniqe", Some("unique")),
            ("Index", Some("index")),
            ("colour", None),
        ] {
            assert_eq!(near_miss(written, valid), expected, "{written}");
        }
    }
}
