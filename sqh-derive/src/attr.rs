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
    /// Words that were probably meant by unknown ones: they are not claimed to be missing as well.
    presumed: Vec<&'static str>,
    /// Whether something was not understood, and it is not known what was meant.
    pub(crate) is_unclear: bool,
}

struct Given {
    name: &'static str,
    written: Ident,
    value: Value,
}

impl Words {
    fn new(at: TokenStream) -> Words {
        Words { at, given: Vec::new(), presumed: Vec::new(), is_unclear: false }
    }

    /// The words of all attributes called `vocabulary.attr`, each at most once.
    pub(crate) fn merged(cx: &Ctxt, vocabulary: &Vocabulary, attrs: &[Attribute]) -> Words {
        let mut words = Words::new(TokenStream::new());
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

    /// Whether the word was written, or probably meant by an unknown one.
    pub(crate) fn means(&self, word: Word) -> bool {
        self.has(word) || self.presumed.contains(&word.name)
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
                self.is_unclear = true;
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
                    if !input.peek(Ident::peek_any) {
                        skip_to_comma(input);
                    }
                }
                Err(error) => {
                    self.is_unclear = true;
                    cx.syn_error(error);
                    skip_to_comma(input);
                }
            }
            // The loop ends at the end of input; anything else here is the comma.
            let _ = input.parse::<Option<Token![,]>>();
        }
    }

    fn read_word(&mut self, cx: &Ctxt, vocabulary: &Vocabulary, input: ParseStream<'_>) -> syn::Result<()> {
        if let Some(word) = quoted_word(vocabulary, input) {
            self.presumed.push(word.name);
            return Err(input.error(format!("write `{}` without quotes", word.name)));
        }
        if !input.peek(Ident::peek_any) {
            let names = quoted(vocabulary.names());
            return Err(input.error(format!("expected a word of {vocabulary}: {names}")));
        }
        let written = Ident::parse_any(input)?;
        let name = plain(&written);
        let Some(word) = vocabulary.find(&name) else {
            match vocabulary.presume(&name) {
                Some(word) => self.presumed.push(word.name),
                None => self.is_unclear = true,
            }
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
    let advice = match (vocabulary.misnomer(name), vocabulary.owner_of(name)) {
        (Some(misnomer), _) => format!(": {}", misnomer.advice),
        (None, Some(owner)) => format!(": it is a word of {owner}"),
        (None, None) => did_you_mean(name, vocabulary.names()),
    };
    format!("unknown word `{name}` in {vocabulary}{advice}\nvalid words: {}", quoted(vocabulary.names()))
}

/// The word that stands in quotes where it needs none.
fn quoted_word(vocabulary: &Vocabulary, input: ParseStream<'_>) -> Option<Word> {
    let text = input.fork().parse::<LitStr>().ok()?;
    vocabulary.find(&text.value())
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
    let text: Vec<String> = lines.collect();
    // A block comment is one text of many lines, and `///` alone is an empty line between paragraphs.
    let lines = text.iter().flat_map(|text| text.split('\n'));
    let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
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
