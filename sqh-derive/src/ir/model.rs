//! Reads a model.

use syn::DeriveInput;

use super::{Backend, Field, HasMany, Index, IndexColumn, Model, Policy, Storage, View, shape};
use crate::attr::{self, Value, Words};
use crate::case;
use crate::ctxt::Ctxt;
use crate::symbol;

impl Model {
    /// The model that `input` describes. Without named fields there are none in it, and an error in `cx`.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Model {
        let kind = Kind { derive: "PlatformModel", fields: &symbol::FIELD };
        Model::read_as(cx, input, &kind, || Storage::read(cx, input), || HasMany::read_all(cx, input))
    }

    /// The view that `input` describes, as [`read`](Model::read) does.
    pub(crate) fn read_view(cx: &Ctxt, input: &DeriveInput) -> Model {
        for (name, advice) in [
            (
                "storage",
                "a view is kept where its source is; write `#[platform_view(…, table = \"…\")]` for another name",
            ),
            ("has_many", "declare the relation on the view's source"),
        ] {
            attr::refuse_misplaced(cx, &input.attrs, &[name], advice);
        }
        let kind = Kind { derive: "PlatformView", fields: &symbol::VIEW_FIELD };
        let mut words = Words::merged(cx, &symbol::PLATFORM_VIEW, &input.attrs);
        let mut path = |word| match words.take(word) {
            Some(Value::Path(path)) => Some(path),
            _ => None,
        };
        let view = View { source: path(symbol::SOURCE), definition: path(symbol::DEFINITION) };
        let storage = Storage { backend: Backend::Postgres, words, key: None };
        Model { view: Some(view), ..Model::read_as(cx, input, &kind, || storage, Vec::new) }
    }

    /// What is wrong is told in the order of what stands there, so the parts are read in it.
    fn read_as(
        cx: &Ctxt,
        input: &DeriveInput,
        kind: &Kind,
        storage: impl FnOnce() -> Storage,
        has_many: impl FnOnce() -> Vec<HasMany>,
    ) -> Model {
        shape::refuse_generics(cx, input, kind.derive, "a model is one table, with one type in each column");
        let misplaced = &["field"];
        attr::refuse_misplaced(
            cx,
            &input.attrs,
            misplaced,
            "write it on a field; the struct takes `#[model(…)]`, and `#[storage(…)]` or `#[platform_view(…)]`",
        );
        let words = Words::merged(cx, &symbol::MODEL, &input.attrs);
        let name = match words.text(symbol::NAME) {
            Some(name) => name.value(),
            None => case::plain(&input.ident),
        };
        let rule = attr::rename_all(&words);
        let fields = shape::named_fields(cx, input, kind.derive);
        let is_struct = fields.is_some();
        let fields = fields.into_iter().flatten();
        Model {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            krate: attr::krate(cx, &words),
            doc: attr::doc(&input.attrs),
            name,
            storage: storage(),
            fields: fields.filter_map(|field| Field::read(cx, kind.fields, rule, field)).collect(),
            indexes: Index::read_all(cx, input),
            has_many: has_many(),
            view: None,
            policies: Policy::read_all(cx, &input.attrs),
            is_struct,
            words,
        }
    }
}

/// Which derive reads it, and which words its fields know.
struct Kind {
    derive: &'static str,
    fields: &'static symbol::Vocabulary,
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
