//! `sql!`: a statement whose models and fields are checked where it is compiled.

mod lex;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, LitStr, Path, Token};

use crate::case;

/// What stands between the parentheses: the text, and the values of its parameters.
struct Input {
    text: LitStr,
    values: Vec<(Ident, Expr)>,
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let text = input.parse()?;
        let mut values = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let name = input.parse()?;
            input.parse::<Token![=]>()?;
            values.push((name, input.parse()?));
        }
        Ok(Self { text, values })
    }
}

/// The expansion: the text is put together of its own pieces and of names that only exist while the model
/// has them. What is wrong is told together with a statement, so that one mistake is one message.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let empty = quote!(::sqh_runtime::sql::RawSql::new(""));
    let told = |error: syn::Error| {
        let error = error.into_compile_error();
        quote!({ #error #empty })
    };
    match syn::parse2(input) {
        Ok(input) => statement(&input).unwrap_or_else(told),
        Err(error) => told(error),
    }
}

fn statement(Input { text, values }: &Input) -> syn::Result<TokenStream> {
    let (source, span) = (text.value(), text.span());
    let (mut pieces, mut plain) = (Vec::new(), String::new());
    let mut rest = source.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        let (before, tail) = rest.split_at(at);
        pieces.push(quote_spanned!(span=> ::std::string::String::from(#before)));
        plain += before;
        // As in `format!`.
        if let Some(after) = tail.strip_prefix("{{").or_else(|| tail.strip_prefix("}}")) {
            let brace = &tail[..1];
            pieces.push(quote_spanned!(span=> ::std::string::String::from(#brace)));
            plain += brace;
            rest = after;
            continue;
        }
        let inside = tail.strip_prefix('{').and_then(|tail| tail.split_once('}'));
        let (name, after) = inside.ok_or_else(|| {
            syn::Error::new(span, "a brace stands alone: write `{Model.field}`, or `{{` and `}}` for braces")
        })?;
        pieces.push(checked(name, span)?);
        plain += "name";
        rest = after;
    }
    pieces.push(quote_spanned!(span=> ::std::string::String::from(#rest)));
    check_params_are_given(&(plain + rest), span, values)?;
    let set = values.iter().map(|(name, value)| {
        let text = case::plain(name);
        quote_spanned!(name.span()=> .set(#text, #value))
    });
    Ok(quote_spanned!(span=> ::sqh_runtime::sql::RawSql::new([#(#pieces),*].concat())#(#set)*))
}

/// Each parameter is given once, and nothing else is.
fn check_params_are_given(text: &str, span: Span, values: &[(Ident, Expr)]) -> syn::Result<()> {
    let params = lex::params(text).map_err(|message| syn::Error::new(span, message))?;
    let mut wrong = Vec::new();
    for param in &params {
        if values.iter().all(|(name, _)| case::plain(name) != *param) {
            let message = format!("the parameter `:{param}` is missing: write `{param} = …` behind the statement");
            wrong.push(syn::Error::new(span, message));
        }
    }
    for (i, (name, _)) in values.iter().enumerate() {
        let plain = case::plain(name);
        let message = if values[..i].iter().any(|(other, _)| other == name) {
            format!("the parameter `:{plain}` is given twice")
        } else if params.contains(&plain) {
            continue;
        } else {
            format!("the parameter `:{plain}` is nowhere in the statement")
        };
        wrong.push(syn::Error::new(name.span(), message));
    }
    match wrong.into_iter().reduce(|mut all, error| {
        all.combine(error);
        all
    }) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// `{AppLabResult}` or `{AppLabResult.value}`.
fn checked(name: &str, span: Span) -> syn::Result<TokenStream> {
    let wrong =
        |_| syn::Error::new(span, format!("`{{{name}}}` is neither a model nor a field: write `{{Model.field}}`"));
    let (model, field) = match name.split_once('.') {
        Some((model, field)) => (model, Some(field)),
        None => (name, None),
    };
    let mut model: Path = LitStr::new(model.trim(), span).parse_with(Path::parse_mod_style).map_err(wrong)?;
    model.segments.iter_mut().for_each(|segment| segment.ident.set_span(span));
    let Some(field) = field else {
        return Ok(quote_spanned!(span=> ::sqh_runtime::sql::name_of::<#model>()));
    };
    let field: Ident = LitStr::new(field.trim(), span).parse().map_err(wrong)?;
    let constant = case::constant(&field);
    Ok(quote_spanned!(span=> ::sqh_runtime::sql::name_of_column(#model::#constant)))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::expand;

    #[test]
    fn what_is_wrong_is_said() {
        for (input, word) in [
            (quote!("SELECT {A.b"), "a brace stands alone"),
            (quote!("SELECT }"), "a brace stands alone"),
            (quote!("SELECT {}"), "neither a model nor a field"),
            (quote!("SELECT {A.b.c}"), "neither a model nor a field"),
            (quote!("SELECT {1 + 1}"), "neither a model nor a field"),
            (quote!("SELECT 1", 2), "expected identifier"),
            (quote!(2), "expected string literal"),
            (quote!("DELETE FROM {A}"), "begins with `select`"),
            (quote!("SELECT ({A.b}"), "a `(` is not closed"),
            (quote!("SELECT :a"), "`:a` is missing"),
            (quote!("SELECT 1", a = 1), "`:a` is nowhere"),
            (quote!("SELECT :a", a = 1, a = 2), "`:a` is given twice"),
        ] {
            let expanded = expand(input).to_string();
            assert!(expanded.contains("compile_error") && expanded.contains(word), "{expanded}");
        }
        for input in [quote!("SELECT '{{}}'"), quote!("SELECT {A.b} FROM {m::A} WHERE {A.b} > :b", b = 1,)] {
            assert!(!expand(input).to_string().contains("compile_error"));
        }
    }
}
