//! Reads enums and embedded values.

use syn::{Data, DeriveInput, Fields};

use super::{Embedded, EmbeddedShape, Enum, Field, Variant, shape};
use crate::attr::{self, Words};
use crate::case;
use crate::ctxt::Ctxt;
use crate::symbol;

impl Enum {
    /// The enum that `input` describes; without variants if it is none.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Enum {
        shape::refuse_generics(cx, input, "PlatformEnum", "an enum of names holds nothing of another type");
        attr::refuse_misplaced(cx, &input.attrs, &["field"], "an enum takes `#[platform_enum(…)]`");
        let words = Words::merged(cx, &symbol::PLATFORM_ENUM, &input.attrs);
        if let (true, Some(text)) = (words.has(symbol::NATIVE), words.written(symbol::TEXT)) {
            cx.error(text, "an enum is either `native` or `text`: keep one of the two");
        }
        let rule = attr::rename_all(&words);
        let mut variants = Vec::new();
        match &input.data {
            Data::Enum(data) => {
                if data.variants.is_empty() {
                    cx.error(&input.ident, "an enum without variants has no values: add one");
                }
                for variant in &data.variants {
                    let advice =
                        "a variant's stored name comes from `#[platform_enum(rename_all = \"…\")]` on the enum";
                    attr::refuse_misplaced(cx, &variant.attrs, &["field", "platform_enum"], advice);
                    if input.generics.params.is_empty() {
                        refuse_data(cx, variant);
                    }
                    let name = case::plain(&variant.ident);
                    let name = rule.map_or_else(|| name.clone(), |rule| rule.apply(&name));
                    variants.push(Variant { ident: variant.ident.clone(), doc: attr::doc(&variant.attrs), name });
                }
            }
            Data::Struct(data) => cx.error(
                data.struct_token,
                "`PlatformEnum` is for enums: a struct takes `#[derive(PlatformValue)]` or `#[derive(PlatformModel)]`",
            ),
            Data::Union(data) => {
                cx.error(data.union_token, "`PlatformEnum` is for enums: a union cannot be stored");
            }
        }
        Enum {
            ident: input.ident.clone(),
            krate: attr::krate(cx, &words),
            doc: attr::doc(&input.attrs),
            native: words.has(symbol::NATIVE),
            variants,
        }
    }
}

fn refuse_data(cx: &Ctxt, variant: &syn::Variant) {
    if matches!(variant.fields, Fields::Unit) {
        return;
    }
    cx.error(
        &variant.fields,
        format!("the variant `{}` holds data, and an enum is stored as a name: make it plain, or store the enum as `Json<…>`", variant.ident),
    );
}

impl Embedded {
    /// The embedded value that `input` describes; without fields if it cannot be one.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Embedded {
        shape::refuse_lifetimes(cx, input, "PlatformValue");
        attr::refuse_misplaced(
            cx,
            &input.attrs,
            &["field"],
            "write it on a field; the struct takes `#[platform_value(…)]`",
        );
        let words = Words::merged(cx, &symbol::PLATFORM_VALUE, &input.attrs);
        if let (true, Some(json)) = (words.has(symbol::FLATTEN), words.written(symbol::JSON)) {
            cx.error(json, "an embedded value is either `flatten` or `json`: keep one of the two");
        }
        Embedded {
            ident: input.ident.clone(),
            krate: attr::krate(cx, &words),
            doc: attr::doc(&input.attrs),
            generics: input.generics.clone(),
            shape: EmbeddedShape::read(cx, input, &words),
        }
    }
}

impl EmbeddedShape {
    fn read(cx: &Ctxt, input: &DeriveInput, words: &Words) -> EmbeddedShape {
        if let Data::Struct(data) = &input.data
            && let Fields::Unnamed(fields) = &data.fields
        {
            return Self::read_newtype(cx, input, words, fields);
        }
        let fields = shape::named_fields(cx, input, "PlatformValue");
        if fields.is_some_and(syn::punctuated::Punctuated::is_empty) {
            cx.error(&input.ident, "an embedded value without fields holds nothing: add one");
        }
        let fields = fields.into_iter().flatten();
        let fields = fields.filter_map(|field| Field::read(cx, &symbol::VALUE_FIELD, None, field)).collect();
        EmbeddedShape::Record { json: words.has(symbol::JSON), fields }
    }

    fn read_newtype(cx: &Ctxt, input: &DeriveInput, words: &Words, fields: &syn::FieldsUnnamed) -> EmbeddedShape {
        for word in [symbol::FLATTEN, symbol::JSON] {
            if let Some(written) = words.written(word) {
                cx.error(written, format!("a newtype is stored as the type inside it: leave `{}` out", word.name));
            }
        }
        if let Some(field) = fields.unnamed.first().filter(|_| fields.unnamed.len() == 1) {
            attr::refuse_misplaced(cx, &field.attrs, &["field"], "a newtype has no field words");
            return EmbeddedShape::Newtype(Box::new(field.ty.clone()));
        }
        let advice = "a newtype has one unnamed field; with more, each needs a name";
        cx.error(fields, format!("{advice}: write `struct {} {{ … }}`", input.ident));
        EmbeddedShape::Record { json: true, fields: Vec::new() }
    }
}
