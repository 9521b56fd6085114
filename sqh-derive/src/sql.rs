//! `sql!`: a statement whose models and fields are checked where it is compiled.

use proc_macro2::TokenStream;
use quote::quote_spanned;
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
/// has them.
pub(crate) fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    let Input { text, values } = syn::parse2(input)?;
    let (source, span) = (text.value(), text.span());
    let mut pieces = Vec::new();
    let mut rest = source.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        let (before, tail) = rest.split_at(at);
        pieces.push(quote_spanned!(span=> ::std::string::String::from(#before)));
        // As in `format!`.
        if let Some(after) = tail.strip_prefix("{{").or_else(|| tail.strip_prefix("}}")) {
            let brace = &tail[..1];
            pieces.push(quote_spanned!(span=> ::std::string::String::from(#brace)));
            rest = after;
            continue;
        }
        let inside = tail.strip_prefix('{').and_then(|tail| tail.split_once('}'));
        let (name, after) = inside.ok_or_else(|| {
            syn::Error::new(span, "a brace stands alone: write `{Model.field}`, or `{{` and `}}` for braces")
        })?;
        pieces.push(checked(name, span)?);
        rest = after;
    }
    pieces.push(quote_spanned!(span=> ::std::string::String::from(#rest)));
    let set = values.iter().map(|(name, value)| {
        let text = case::plain(name);
        quote_spanned!(name.span()=> .set(#text, #value))
    });
    Ok(quote_spanned!(span=> ::sqh_runtime::sql::RawSql::new([#(#pieces),*].concat())#(#set)*))
}

/// `{AppLabResult}` or `{AppLabResult.value}`.
fn checked(name: &str, span: proc_macro2::Span) -> syn::Result<TokenStream> {
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
        ] {
            let error = expand(input).expect_err(word).to_string();
            assert!(error.contains(word), "{error}");
        }
        for input in [quote!("SELECT '{{}}'"), quote!("{m::A} {A.b}", b = 1), quote!("", a = 1,)] {
            expand(input).unwrap();
        }
    }
}
