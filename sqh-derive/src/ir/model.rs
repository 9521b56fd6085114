//! Reads a model.

use syn::DeriveInput;

use super::{Backend, Field, HasMany, Index, IndexColumn, Model, Policy, Storage, shape};
use crate::attr::{self, Value, Words};
use crate::case;
use crate::ctxt::Ctxt;
use crate::symbol;

impl Model {
    /// The model that `input` describes. Without named fields there are none in it, and an error in `cx`.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Model {
        shape::refuse_generics(cx, input, "PlatformModel", "a model is one table, with one type in each column");
        let misplaced = &["field"];
        attr::refuse_misplaced(
            cx,
            &input.attrs,
            misplaced,
            "write it on a field; the struct takes `#[model(…)]` and `#[storage(…)]`",
        );
        let words = Words::merged(cx, &symbol::MODEL, &input.attrs);
        let name = match words.text(symbol::NAME) {
            Some(name) => name.value(),
            None => case::plain(&input.ident),
        };
        let rule = attr::rename_all(&words);
        let fields = shape::named_fields(cx, input, "PlatformModel");
        let is_struct = fields.is_some();
        let fields = fields.into_iter().flatten();
        Model {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            krate: attr::krate(cx, &words),
            doc: attr::doc(&input.attrs),
            name,
            storage: Storage::read(cx, input),
            fields: fields.filter_map(|field| Field::read(cx, &symbol::FIELD, rule, field)).collect(),
            indexes: Index::read_all(cx, input),
            has_many: HasMany::read_all(cx, input),
            policies: Policy::read_all(cx, &input.attrs),
            is_struct,
            words,
        }
    }
}

impl Storage {
    fn read(cx: &Ctxt, input: &DeriveInput) -> Storage {
        let mut words = Words::merged(cx, &symbol::STORAGE, &input.attrs);
        let key = match words.take(symbol::KEY) {
            Some(Value::Key(key)) => Some(key),
            _ => None,
        };
        let backend = if words.means(symbol::POSTGRES) { Backend::Postgres } else { Backend::TerminusDb };
        Storage { backend, words, key }
    }
}

impl Index {
    fn read_all(cx: &Ctxt, input: &DeriveInput) -> Vec<Index> {
        let mut indexes = Vec::new();
        for words in Words::each(cx, &symbol::INDEX, &input.attrs) {
            let columns = match words.value(symbol::COLUMNS) {
                Some(Value::Texts(texts)) => texts.iter().filter_map(|text| IndexColumn::read(cx, text)).collect(),
                _ => Vec::new(),
            };
            indexes.push(Index { words, columns });
        }
        indexes
    }
}

impl HasMany {
    fn read_all(cx: &Ctxt, input: &DeriveInput) -> Vec<HasMany> {
        let mut relations = Vec::new();
        for mut words in Words::each(cx, &symbol::HAS_MANY, &input.attrs) {
            let name = words.text(symbol::NAME).cloned();
            let model = match words.take(symbol::CHILD) {
                Some(Value::Path(path)) => Some(path),
                _ => None,
            };
            let via = match words.take(symbol::VIA) {
                Some(Value::Field(field)) => Some(field),
                _ => None,
            };
            relations.push(HasMany { words, name, model, via });
        }
        relations
    }
}
