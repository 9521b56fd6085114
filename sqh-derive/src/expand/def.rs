//! The static table: `ModelDef` and its parts.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::LitStr;
use syn::spanned::Spanned;

use crate::attr::{Key, Reference, Value};
use crate::ir::{Field, HasMany, Index, Model};
use crate::symbol::{self, Word};

/// `fn def()` with the table in it.
pub(super) fn function(model: &Model) -> TokenStream {
    let Model { ident, name, doc, .. } = model;
    let rust_name = crate::case::plain(ident);
    let group = model.words.text(symbol::GROUP);
    let table = model.table();
    let storage = storage(model);
    let fields = model.stored().map(|field| self::field(model, field));
    let doc = non_empty("doc", doc);
    let indexes = list("indexes", model.indexes.iter().map(index));
    let has_many = list("has_many", model.has_many.iter().filter_map(|relation| has_many(model, relation)));
    let renamed_from = optional_text("renamed_from", model.words.text(symbol::RENAMED_FROM));
    let language = match model.words.value(symbol::SEARCH_OPTIONS) {
        Some(Value::Words(words)) => optional_text("search_language", words.text(symbol::LANGUAGE)),
        _ => None,
    };
    quote! {
        fn def() -> &'static __sqh::ModelDef {
            static LAYOUT: __sqh::LayoutCell = __sqh::LayoutCell::new();
            static DEF: __sqh::ModelDef = __sqh::ModelDef {
                name: #name,
                rust_path: __sqh::std::concat!(__sqh::std::module_path!(), "::", #rust_name),
                group: #group,
                #doc
                table: #table,
                storage: #storage,
                fields: &[#(#fields),*],
                #indexes
                #has_many
                #renamed_from
                #language
                layout: &LAYOUT,
                ..__sqh::ModelDef::PLAIN
            };
            &DEF
        }
    }
}

/// A subdocument is a field of its parent, so its model is a field type too.
pub(super) fn subdocument(model: &Model) -> Option<TokenStream> {
    let ident = &model.ident;
    let is_subdocument = !model.is_postgres() && model.storage.has(symbol::SUBDOCUMENT);
    is_subdocument.then(|| {
        quote! {
            #[automatically_derived]
            impl __sqh::FieldType for #ident {
                type Family = __sqh::family::Record;
                const DEF: __sqh::TypeDef = __sqh::record::subdocument::<Self>();
                fn into_value(self) -> __sqh::Result<__sqh::Value> {
                    __sqh::record::subdocument_into_value(self)
                }
                fn from_value(value: __sqh::Value) -> __sqh::Result<Self> {
                    __sqh::record::subdocument_from_value(value)
                }
            }
        }
    })
}

fn storage(model: &Model) -> TokenStream {
    let words = &model.storage.words;
    let mut set = Vec::new();
    for (field, word) in [("table_name", symbol::TABLE), ("partition_by", symbol::PARTITION_BY)] {
        set.extend(optional_text(field, words.text(word)));
    }
    for (field, word) in [
        ("high_volume", symbol::HIGH_VOLUME),
        ("shared", symbol::SHARED),
        ("rls", symbol::RLS),
        ("is_abstract", symbol::ABSTRACT),
        ("is_subdocument", symbol::SUBDOCUMENT),
        ("is_unfoldable", symbol::UNFOLDABLE),
    ] {
        set.extend(words.has(word).then(|| member(field, &quote!(true))));
    }
    if let Some(placement) = words.text(symbol::PLACEMENT) {
        let placement = variant(placement);
        set.push(member("placement", &quote!(__sqh::Some(__sqh::Placement::#placement))));
    }
    set.extend(partitioning(model).map(|value| member("partitioning", &value)));
    set.extend(model.storage.key.as_ref().map(|key| member("graph_key", &graph_key(key))));
    let backend = format_ident!("{}", if model.is_postgres() { "postgres" } else { "terminusdb" });
    if set.is_empty() {
        return quote!(__sqh::StorageConfig::#backend());
    }
    quote!(__sqh::StorageConfig { #(#set)* ..__sqh::StorageConfig::#backend() })
}

fn partitioning(model: &Model) -> Option<TokenStream> {
    let words = &model.storage.words;
    let interval = words.text(symbol::PARTITION_INTERVAL).map(|interval| {
        let interval = variant(interval);
        member("interval", &quote!(__sqh::PartitionInterval::#interval))
    });
    let premake = match words.value(symbol::PARTITION_PREMAKE) {
        Some(Value::Count(count)) => {
            let count = proc_macro2::Literal::u32_unsuffixed(*count);
            Some(member("premake", &quote!(#count)))
        }
        _ => None,
    };
    let retention = optional_text("retention", words.text(symbol::RETENTION));
    let set: Vec<TokenStream> = [interval, premake, retention].into_iter().flatten().collect();
    (!set.is_empty()).then(|| quote!(__sqh::Partitioning { #(#set)* ..__sqh::Partitioning::MONTHLY }))
}

fn graph_key(key: &Key) -> TokenStream {
    match key {
        Key::Random => quote!(__sqh::GraphKey::Random),
        Key::Lexical(fields) => quote!(__sqh::GraphKey::Lexical(&[#(#fields),*])),
        Key::Hash(fields) => quote!(__sqh::GraphKey::Hash(&[#(#fields),*])),
        Key::ValueHash => quote!(__sqh::GraphKey::ValueHash),
    }
}

/// The literal of a model's field.
fn field(model: &Model, field: &Field) -> TokenStream {
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
pub(super) fn embedded_field(field: &Field) -> TokenStream {
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

fn index(index: &Index) -> TokenStream {
    let words = &index.words;
    let columns = index.columns.iter().map(|column| {
        let (field, descending) = (&column.field, column.descending);
        quote!(__sqh::IndexColumn { field: #field, descending: #descending })
    });
    let name = optional_text("name", words.text(symbol::NAME));
    let ops = optional_text("ops", words.text(symbol::OPS));
    let predicate = optional_text("predicate", words.text(symbol::WHERE));
    let unique = flag(words.has(symbol::UNIQUE), symbol::UNIQUE);
    let under_rls = flag(words.has(symbol::UNDER_RLS), symbol::UNDER_RLS);
    let using = words.text(symbol::USING).map(|method| {
        let method = variant(method);
        member("using", &quote!(__sqh::IndexMethod::#method))
    });
    quote!(__sqh::IndexDef { columns: &[#(#columns),*], #name #unique #using #ops #predicate #under_rls ..__sqh::IndexDef::PLAIN })
}

fn has_many(model: &Model, relation: &HasMany) -> Option<TokenStream> {
    let ident = &model.ident;
    let (name, child, via) = (&relation.name, relation.model.as_ref()?, relation.via.as_ref()?);
    let of_child = quote_spanned!(child.span()=> <#child as __sqh::PlatformModel>);
    let column = column_of(child, via);
    let key = quote!(<#ident as __sqh::PlatformModel>::Id);
    let via = quote_spanned!(via.span()=> __sqh::requirement::leads_back::<#key, _, _, _>(#column));
    Some(quote!(__sqh::HasManyDef { name: #name, model: #of_child::def, via: #via }))
}

/// The column constant of another model's field.
fn column_of(model: &syn::Path, field: &syn::Ident) -> TokenStream {
    let constant = crate::case::constant(field);
    quote!(#model::#constant)
}

/// `field: value,`
fn member(field: &str, value: &TokenStream) -> TokenStream {
    let field = format_ident!("{field}");
    quote!(#field: #value,)
}

fn flag(set: bool, word: Word) -> Option<TokenStream> {
    set.then(|| member(word.name, &quote!(true)))
}

fn optional_text(field: &str, text: Option<&LitStr>) -> Option<TokenStream> {
    text.map(|text| member(field, &quote!(__sqh::Some(#text))))
}

fn non_empty(field: &str, text: &str) -> Option<TokenStream> {
    (!text.is_empty()).then(|| member(field, &quote!(#text)))
}

fn list(field: &str, items: impl Iterator<Item = TokenStream>) -> Option<TokenStream> {
    let items: Vec<TokenStream> = items.collect();
    (!items.is_empty()).then(|| member(field, &quote!(&[#(#items),*])))
}

/// The variant of an enum of `sqh-model` that a word's value names: `set_null` is `SetNull`.
fn variant(value: &LitStr) -> syn::Ident {
    use heck::ToPascalCase;
    syn::Ident::new(&value.value().to_pascal_case(), value.span())
}
