//! The literal of a field.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{column_of, member, non_empty, optional_text, variant};
use crate::attr::{Reference, Value};
use crate::ir::{Field, Model};
use crate::symbol;

/// The literal of a model's field.
pub(super) fn field(model: &Model, field: &Field) -> TokenStream {
    let ty = &field.ty;
    let mut set = Vec::new();
    if field.has(symbol::PARENT) {
        let def = quote_spanned!(ty.span()=> __sqh::Some(<#ty as __sqh::PlatformModel>::def));
        return field_literal(field, &[member("parent", &def)]);
    }
    // At the type's span, where the compiler points if the definition cannot be computed.
    let mut def = quote_spanned!(ty.span()=> <#ty as __sqh::FieldType>::DEF);
    if !model.is_postgres() {
        // Evaluated with the table, so that the message stands at the type.
        def = quote_spanned!(ty.span()=> __sqh::requirement::in_graph(#def));
    }
    set.push(member("ty", &def));
    set.extend(model.is_key(field).then(|| member("primary_key", &quote!(true))));
    for word in [
        symbol::UNIQUE,
        symbol::FIELD_INDEX,
        symbol::OWNER,
        symbol::TEAM,
        symbol::TENANT,
        symbol::VERSION,
        symbol::CREATED_AT,
        symbol::UPDATED_AT,
    ] {
        set.extend(field.has(word).then(|| member(word.name, &quote!(true))));
    }
    for word in [symbol::DEFAULT_SQL, symbol::CHECK, symbol::GENERATED] {
        set.extend(optional_text(word.name, field.words.text(word)));
    }
    set.extend(search(field).map(|value| member("search", &value)));
    set.extend(
        field.references.as_ref().map(|reference| member("references", &self::reference(model, field, reference))),
    );
    set.extend(redact(field).map(|value| member("redact", &value)));
    set.extend(common(field));
    field_literal(field, &set)
}

/// The literal of an embedded value's field.
pub(in crate::expand) fn embedded_field(field: &Field) -> TokenStream {
    let ty = &field.ty;
    let mut set = vec![member("ty", &quote_spanned!(ty.span()=> <#ty as __sqh::FieldType>::DEF))];
    set.extend(common(field));
    field_literal(field, &set)
}

/// What the fields of models and of embedded values can both have.
fn common(field: &Field) -> Vec<TokenStream> {
    let mut set = Vec::new();
    if let Some(Value::Count(count)) = field.words.value(symbol::MAX_LEN) {
        let count = proc_macro2::Literal::u32_unsuffixed(*count);
        set.push(member("max_len", &quote!(__sqh::Some(#count))));
    }
    if let Some(Value::Expr(expr)) = field.words.value(symbol::DEFAULT) {
        let ty = &field.ty;
        let value = quote_spanned!(expr.span()=> __sqh::Operand::<#ty>::into_operand(#expr));
        set.push(member("default", &quote!(__sqh::Some(|| <#ty as __sqh::FieldType>::into_value(#value)))));
    }
    for word in [symbol::RENAMED_FROM, symbol::SQL_TYPE] {
        set.extend(optional_text(word.name, field.words.text(word)));
    }
    set
}

fn field_literal(field: &Field, set: &[TokenStream]) -> TokenStream {
    let Field { name, column, json, .. } = field;
    let doc = non_empty("doc", &field.doc);
    quote!(__sqh::FieldDef { name: #name, column: #column, json: #json, #doc #(#set)* ..__sqh::FieldDef::PLAIN })
}

fn search(field: &Field) -> Option<TokenStream> {
    let weight = match field.words.value(symbol::FIELD_SEARCH)? {
        Value::Text(weight) => format_ident!("{}", weight.value()),
        _ => format_ident!("D"),
    };
    Some(quote!(__sqh::Some(__sqh::SearchWeight::#weight)))
}

fn reference(model: &Model, field: &Field, reference: &Reference) -> TokenStream {
    let target = &reference.model;
    let of_target = quote_spanned!(target.span()=> <#target as __sqh::PlatformModel>);
    let column = match &reference.column {
        Some(column) => {
            let (mut ident, mut own) = (model.ident.clone(), field.constant.clone());
            ident.set_span(column.span());
            own.set_span(column.span());
            let other = column_of(target, column);
            quote_spanned!(column.span()=> __sqh::Some(__sqh::requirement::refers_to_column(#other, #ident::#own)))
        }
        None => quote!(__sqh::None),
    };
    let on_delete = match field.words.text(symbol::ON_DELETE) {
        Some(action) => {
            let action = variant(action);
            quote!(__sqh::Some(__sqh::OnDelete::#action))
        }
        None => quote!(__sqh::None),
    };
    quote!(__sqh::Some(__sqh::Reference { model: #of_target::def, column: #column, on_delete: #on_delete }))
}

fn redact(field: &Field) -> Option<TokenStream> {
    let permission = match field.words.value(symbol::REDACT)? {
        Value::Text(permission) => quote!(__sqh::Some(#permission)),
        _ => quote!(__sqh::None),
    };
    let ty = &field.ty;
    let mask = quote_spanned! {ty.span()=>
        || __sqh::FieldType::into_value(<#ty as __sqh::requirement::Redact<_>>::masked())
    };
    Some(quote!(__sqh::Some(__sqh::Redaction { permission: #permission, mask: #mask })))
}
