//! The derives of sqh. Users name them through `sqh_runtime::prelude`.
//!
//! An input goes through three stages: `ir` reads its attributes by the tables in `symbol`, `check` finds
//! what is wrong by the rules of the grammar, and `expand` emits. All mistakes are collected on the way;
//! with one or more of them a stub is emitted beside the messages. Nothing here looks at a type: what
//! needs one is asked of the type checker.

use proc_macro2::TokenStream;
use syn::DeriveInput;

mod attr;
mod case;
mod check;
mod ctxt;
mod expand;
mod ir;
mod sql;
mod symbol;

use ctxt::Ctxt;
use expand::fallback;

#[doc = include_str!("../docs/model.md")]
#[proc_macro_derive(PlatformModel, attributes(model, storage, index, has_many, field, policy))]
pub fn platform_model(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(input, expand_model)
}

#[doc = include_str!("../docs/enum.md")]
#[proc_macro_derive(PlatformEnum, attributes(platform_enum, field))]
pub fn platform_enum(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(input, expand_enum)
}

#[doc = include_str!("../docs/value.md")]
#[proc_macro_derive(PlatformValue, attributes(platform_value, field))]
pub fn platform_value(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(input, expand_value)
}

#[doc = include_str!("../docs/sql.md")]
#[proc_macro]
pub fn sql(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    sql::expand(input.into()).into()
}

#[doc = include_str!("../docs/query_row.md")]
#[proc_macro_derive(QueryRow, attributes(query))]
pub fn query_row(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(input, expand_query_row)
}

#[doc = include_str!("../docs/view.md")]
#[proc_macro_derive(PlatformView, attributes(platform_view, model, storage, index, has_many, field, policy))]
pub fn platform_view(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(input, expand_view)
}

fn derive(input: proc_macro::TokenStream, expand: fn(&DeriveInput) -> TokenStream) -> proc_macro::TokenStream {
    match syn::parse::<DeriveInput>(input) {
        Ok(input) => expand(&input).into(),
        Err(error) => error.into_compile_error().into(),
    }
}

fn expand_model(input: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    let input = &ir::with_self_named(input);
    let model = ir::Model::read(&cx, input);
    check::model(&cx, &model);
    finish(cx, || expand::model(&model), || fallback::model(&model, &input.generics))
}

fn expand_view(input: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    let input = &ir::with_self_named(input);
    let model = ir::Model::read_view(&cx, input);
    check::view(&cx, &model);
    finish(cx, || expand::view::view(&model), || fallback::view(&model, &input.generics))
}

fn expand_enum(input: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    let names = ir::Enum::read(&cx, input);
    check::platform_enum(&cx, &names);
    finish(cx, || expand::names::platform_enum(&names), || fallback::platform_enum(&names, &input.generics))
}

fn expand_value(input: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    let value = ir::Embedded::read(&cx, input);
    check::platform_value(&cx, &value);
    finish(cx, || expand::embedded::platform_value(&value), || fallback::platform_value(&value))
}

fn expand_query_row(input: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    let row = ir::QueryRow::read(&cx, input);
    finish(cx, || expand::query_row::query_row(&row), TokenStream::new)
}

/// The expansion, or all mistakes and a stub.
fn finish(cx: Ctxt, expansion: impl FnOnce() -> TokenStream, stub: impl FnOnce() -> TokenStream) -> TokenStream {
    let Err(errors) = cx.check() else { return expansion() };
    let mut tokens: TokenStream = errors.iter().map(syn::Error::to_compile_error).collect();
    tokens.extend(stub());
    tokens
}
