//! What an input must be made of before its attributes are of interest.

use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Field, Fields, GenericParam, Token};

use crate::ctxt::Ctxt;

/// The named fields of a struct; anything else is refused with the reason.
pub(super) fn named_fields<'a>(
    cx: &Ctxt,
    input: &'a DeriveInput,
    derive: &str,
) -> Option<&'a Punctuated<Field, Token![,]>> {
    let name = &input.ident;
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Some(&fields.named),
            Fields::Unnamed(_) => {
                cx.error(
                    name,
                    format!("`{derive}` needs named fields, because columns have names: write `struct {name} {{ … }}`"),
                );
                None
            }
            Fields::Unit => {
                cx.error(name, format!("`{derive}` needs fields, because a record without columns holds nothing: write `struct {name} {{ … }}`"));
                None
            }
        },
        Data::Enum(data) => {
            cx.error(data.enum_token, enum_advice(derive, data));
            None
        }
        Data::Union(data) => {
            cx.error(
                data.union_token,
                format!("`{derive}` cannot read a union, whose fields share their bytes: write a struct"),
            );
            None
        }
    }
}

fn enum_advice(derive: &str, data: &syn::DataEnum) -> String {
    if data.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit)) {
        return format!("`{derive}` is for structs: an enum of plain names takes `#[derive(PlatformEnum)]`");
    }
    format!("`{derive}` is for structs: a record has the same fields in every row, and a field may be an enum")
}

/// Refuses generic parameters and lifetimes: a model is one table.
pub(super) fn refuse_generics(cx: &Ctxt, input: &DeriveInput, derive: &str, reason: &str) {
    refuse_lifetimes(cx, input, derive);
    for param in &input.generics.params {
        match param {
            GenericParam::Lifetime(_) => {}
            GenericParam::Type(param) => {
                cx.error(&param.ident, format!("`{derive}` takes no type parameters: {reason}"));
            }
            GenericParam::Const(param) => {
                cx.error(&param.ident, format!("`{derive}` takes no const parameters: {reason}"));
            }
        }
    }
}

/// Refuses lifetimes: what is read from a database owns its data.
pub(super) fn refuse_lifetimes(cx: &Ctxt, input: &DeriveInput, derive: &str) {
    for param in input.generics.lifetimes() {
        let reason = "what is read from a database owns its data: use `String`, `Vec<T>` or `Cow<'static, str>`";
        cx.error(&param.lifetime, format!("`{derive}` takes no lifetimes: {reason}"));
    }
}
