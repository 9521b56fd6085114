//! Reads attributes by their vocabulary.
//!
//! [`Words::merged`] reads all attributes of one name into one bag, [`Words::each`] one bag for each.
//! Reading goes on behind a mistake: a word with a bad value stays in the bag as [`Value::Invalid`], so
//! that nothing claims later that it is missing.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, Ident, LitStr, Meta, Token};

use crate::case::{self, did_you_mean, plain, quoted};
use crate::ctxt::Ctxt;
use crate::symbol::{self, Vocabulary, Word};

mod value;

pub(crate) use self::value::{Key, Reference, Value};

/// The words of one attribute, as they were written.
pub(crate) struct Words {
    /// The attribute's name in the source, for errors about the attribute as a whole.
    pub(crate) at: TokenStream,
    given: Vec<Given>,
}

struct Given {
    name: &'static str,
    written: Ident,
    value: Value,
}

impl Words {
    /// The words of all attributes called `vocabulary.attr`, each at most once.
    pub(crate) fn merged(cx: &Ctxt, vocabulary: &Vocabulary, attrs: &[Attribute]) -> Words {
        let mut words = Words { at: TokenStream::new(), given: Vec::new() };
        for attr in attrs.iter().filter(|attr| attr.path().is_ident(vocabulary.attr)) {
            if words.at.is_empty() {
                words.at = quote::ToTokens::to_token_stream(attr.path());
            }
            words.read_attribute(cx, vocabulary, attr);
        }
        words
    }

    /// The words of each attribute called `vocabulary.attr`.
    pub(crate) fn each(cx: &Ctxt, vocabulary: &Vocabulary, attrs: &[Attribute]) -> Vec<Words> {
        let attrs = attrs.iter().filter(|attr| attr.path().is_ident(vocabulary.attr));
        attrs.map(|attr| Words::merged(cx, vocabulary, std::slice::from_ref(attr))).collect()
    }

    /// The word as it was written, if it was: where errors about it point.
    pub(crate) fn written(&self, word: Word) -> Option<&Ident> {
        self.find(word).map(|given| &given.written)
    }

    /// Whether the word was written, rightly or wrongly.
    pub(crate) fn has(&self, word: Word) -> bool {
        self.find(word).is_some()
    }

    /// The word's string.
    pub(crate) fn text(&self, word: Word) -> Option<&LitStr> {
        match &self.find(word)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The word's value, unless it was wrong.
    pub(crate) fn value(&self, word: Word) -> Option<&Value> {
        self.find(word).map(|given| &given.value).filter(|value| !matches!(value, Value::Invalid))
    }

    /// The word's value, moved out: the word itself stays.
    pub(crate) fn take(&mut self, word: Word) -> Option<Value> {
        let given = self.given.iter_mut().find(|given| given.name == word.name)?;
        Some(std::mem::replace(&mut given.value, Value::Invalid))
    }

    /// All words as they were written, with the names under which the vocabulary has them.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, &Ident)> {
        self.given.iter().map(|given| (given.name, &given.written))
    }

    fn find(&self, word: Word) -> Option<&Given> {
        self.given.iter().find(|given| given.name == word.name)
    }

    fn read_attribute(&mut self, cx: &Ctxt, vocabulary: &Vocabulary, attr: &Attribute) {
        match &attr.meta {
            Meta::List(list) => {
                let parser = |input: ParseStream<'_>| {
                    self.read(cx, vocabulary, input);
                    Ok(())
                };
                if let Err(error) = parser.parse2(list.tokens.clone()) {
                    cx.syn_error(error);
                }
            }
            _ => {
                let example = vocabulary.words[0].usage;
                let name = vocabulary.attr;
                cx.error(&attr.meta, format!("`{name}` takes words in parentheses, such as `#[{name}({example})]`"));
            }
        }
    }

    /// Reads comma-separated words to the end of `input`.
    fn read(&mut self, cx: &Ctxt, vocabulary: &Vocabulary, input: ParseStream<'_>) {
        while !input.is_empty() {
            match self.read_word(cx, vocabulary, input) {
                Ok(()) if input.is_empty() || input.peek(Token![,]) => {}
                Ok(()) => {
                    cx.syn_error(input.error("expected `,` between two words"));
                    skip_to_comma(input);
                }
                Err(error) => {
                    cx.syn_error(error);
                    skip_to_comma(input);
                }
            }
            // The loop ends at the end of input; anything else here is the comma.
            let _ = input.parse::<Option<Token![,]>>();
        }
    }

    fn read_word(&mut self, cx: &Ctxt, vocabulary: &Vocabulary, input: ParseStream<'_>) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(no_word(vocabulary, input));
        }
        let written = Ident::parse_any(input)?;
        let name = plain(&written);
        let Some(word) = vocabulary.find(&name) else {
            cx.error(&written, unknown_word(vocabulary, &name));
            skip_to_comma(input);
            return Ok(());
        };
        let value = value::read(cx, word, &written, input)?;
        match self.find(word) {
            Some(_) => cx.error(&written, format!("`{name}` is said twice: keep one of the two")),
            None => self.given.push(Given { name: word.name, written, value }),
        }
        Ok(())
    }
}

fn unknown_word(vocabulary: &Vocabulary, name: &str) -> String {
    let attr = vocabulary.attr;
    let mut message = format!("unknown word `{name}` in `#[{attr}(…)]`");
    if let Some(misnomer) = symbol::MISNOMERS.iter().find(|misnomer| misnomer.name == name && attr == "field") {
        message += &format!(": {}", misnomer.advice);
    } else if let Some(owner) = symbol::ALL.iter().find(|other| other.attr != attr && other.find(name).is_some()) {
        message += &format!(": it is a word of `#[{}(…)]`", owner.attr);
    } else {
        message += &did_you_mean(name, vocabulary.names());
    }
    message += &format!("\nvalid words: {}", quoted(vocabulary.names()));
    message
}

fn no_word(vocabulary: &Vocabulary, input: ParseStream<'_>) -> syn::Error {
    if let Ok(text) = input.fork().parse::<LitStr>() {
        let value = text.value();
        if vocabulary.find(&value).is_some() {
            return syn::Error::new(text.span(), format!("write `{value}` without quotes"));
        }
    }
    let names = quoted(vocabulary.names());
    input.error(format!("expected a word of `#[{}(…)]`: {names}", vocabulary.attr))
}

/// Leaves `input` at the next comma outside of any group, or at its end.
fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

/// Refuses the attributes of this derive that stand where they mean nothing.
pub(crate) fn refuse_misplaced(cx: &Ctxt, attrs: &[Attribute], names: &[&str], advice: &str) {
    for attr in attrs {
        if let Some(name) = names.iter().find(|name| attr.path().is_ident(name)) {
            cx.error(attr.path(), format!("`#[{name}(…)]` has no meaning here: {advice}"));
        }
    }
}

/// The documentation comment, its lines without the space that follows `///`.
pub(crate) fn doc(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    let text = lines.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    let lines: Vec<String> = text.map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned()).collect();
    lines.join("\n").trim().to_owned()
}

/// The path of the crate that holds the hidden module, as `crate = "…"` says it.
pub(crate) fn krate(cx: &Ctxt, words: &Words) -> syn::Path {
    let Some(text) = words.text(symbol::CRATE) else {
        return syn::parse_quote!(::sqh_runtime);
    };
    text.parse_with(syn::Path::parse_mod_style).unwrap_or_else(|_| {
        cx.error(text, "this is no path of a crate: write it like `crate = \"::my_runtime\"`");
        syn::parse_quote!(::sqh_runtime)
    })
}

/// The rename rule that the words ask for; a wrong one was reported when it was read.
pub(crate) fn rename_all(words: &Words) -> Option<case::RenameRule> {
    words.text(symbol::RENAME_ALL).and_then(|text| case::RenameRule::from_name(&text.value()))
}
