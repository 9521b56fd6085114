//! The derive knows syntax, never types.

use proc_macro2::TokenTree;

use crate::sources::sources;

/// What the inside of a type is made of in `syn`; naming one is looking into a type.
const INSIDE_OF_TYPES: &[&str] = &[
    "TypePath",
    "TypeArray",
    "TypeSlice",
    "TypeTuple",
    "TypeReference",
    "TypeGroup",
    "TypeParen",
    "QSelf",
    "PathSegment",
    "PathArguments",
    "AngleBracketedGenericArguments",
    "GenericArgument",
];

/// Types whose names a macro is tempted to compare with.
const NAMES_OF_TYPES: &[&str] = &[
    "Option",
    "Vec",
    "String",
    "str",
    "BTreeSet",
    "HashSet",
    "Box",
    "bool",
    "i16",
    "i32",
    "i64",
    "u8",
    "f32",
    "f64",
    "Decimal",
    "Uuid",
    "DateTime",
    "NaiveDate",
    "NaiveTime",
    "NaiveDateTime",
    "Json",
    "Value",
    "Link",
    "Point",
    "Polygon",
];

#[test]
fn the_derive_never_looks_into_a_type() {
    for source in sources("sqh-derive/src") {
        let tokens = source.tokens();
        for (i, token) in tokens.iter().enumerate() {
            let TokenTree::Ident(ident) = token else { continue };
            let word = ident.to_string();
            assert!(!INSIDE_OF_TYPES.contains(&word.as_str()), "{} names `{word}`", source.path);
            // A variant of `syn::Type`; `Type` by itself is a type that is passed on.
            let colon = |i: usize| matches!(tokens.get(i), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
            let is_variant = word == "Type" && colon(i + 1) && colon(i + 2);
            assert!(!is_variant, "{} takes a `Type` apart", source.path);
        }
        for text in source.strings() {
            assert!(!NAMES_OF_TYPES.contains(&text.as_str()), "{} compares with the name {text:?}", source.path);
        }
    }
}
