//! `#[field(…)]`: roles, and words that do not go together.

use quote::ToTokens;

use crate::case::{did_you_mean, quoted};
use crate::ctxt::Ctxt;
use crate::ir::{Field, Model};
use crate::symbol::{self, Word};

/// The most columns that a key can have: keys are tuples, and tuples have implementations up to here.
pub(crate) const MAX_KEY_FIELDS: usize = 6;

/// Two words of which a field has one, and why.
const EXCLUSIONS: &[(Word, &[Word], &str)] = &[
    (symbol::PRIMARY_KEY, &[symbol::UNIQUE, symbol::FIELD_INDEX], "a primary key is unique and indexed already"),
    (symbol::UNIQUE, &[symbol::FIELD_INDEX], "a unique column is indexed already"),
    (
        symbol::DEFAULT,
        &[symbol::DEFAULT_SQL],
        "a field has one default: `default` is set by the client, `default_sql` by PostgreSQL",
    ),
    (
        symbol::GENERATED,
        &[symbol::DEFAULT, symbol::DEFAULT_SQL],
        "PostgreSQL computes a generated column, so it has no default",
    ),
    (
        symbol::PRIMARY_KEY,
        &[symbol::GENERATED],
        "the key is known before the row is written, and a generated column is not",
    ),
    (
        symbol::GENERATED,
        &[symbol::OWNER, symbol::TEAM],
        "an owner is written by the engine, and a generated column by nobody",
    ),
    (
        symbol::SQL_TYPE,
        &[symbol::MAX_LEN],
        "with a type of your own the length belongs into it: `sql_type = \"varchar(n)\"`",
    ),
    (symbol::PRIMARY_KEY, &[symbol::REDACT], "a key is never hidden: without it no record can be named"),
    (symbol::OWNER, &[symbol::TEAM], "a field holds either the owner or the team"),
    (symbol::TENANT, MANAGED, "the tenant column is written by the runtime alone"),
    (
        symbol::TENANT,
        &[symbol::VERSION, symbol::CREATED_AT, symbol::UPDATED_AT, symbol::OWNER, symbol::TEAM],
        "the tenant column has no other role",
    ),
    (symbol::VERSION, MANAGED, "the engine counts the version"),
    (
        symbol::VERSION,
        &[symbol::CREATED_AT, symbol::UPDATED_AT, symbol::OWNER, symbol::TEAM],
        "a version has no other role",
    ),
    (symbol::CREATED_AT, STAMPED, "the engine sets the creation time"),
    (symbol::UPDATED_AT, STAMPED, "the engine sets the time of the last write"),
    (symbol::CREATED_AT, &[symbol::UPDATED_AT], "one field cannot hold the first and the last write"),
    (symbol::UPDATED_AT, &[symbol::PRIMARY_KEY], "a key never changes, and this field changes with every write"),
    (symbol::CREATED_AT, &[symbol::OWNER, symbol::TEAM], "a time is no owner"),
    (symbol::UPDATED_AT, &[symbol::OWNER, symbol::TEAM], "a time is no owner"),
];
const STAMPED: &[Word] = &[symbol::DEFAULT, symbol::DEFAULT_SQL, symbol::GENERATED, symbol::REFERENCES];
const MANAGED: &[Word] = &[
    symbol::DEFAULT,
    symbol::DEFAULT_SQL,
    symbol::GENERATED,
    symbol::REFERENCES,
    symbol::PRIMARY_KEY,
    symbol::UNIQUE,
    symbol::REDACT,
];

pub(super) fn check_words_do_not_exclude_each_other(cx: &Ctxt, model: &Model) {
    for field in model.stored().filter(|field| !field.has(symbol::PARENT)) {
        for (word, others, reason) in EXCLUSIONS.iter().filter(|(word, ..)| field.has(*word)) {
            for other in *others {
                if let Some(written) = field.words.written(*other) {
                    cx.error(written, format!("`{}` does not go with `{}`: {reason}", other.name, word.name));
                }
            }
        }
    }
}

pub(super) fn check_words_belong_to_the_backend(cx: &Ctxt, model: &Model) {
    for field in &model.fields {
        if model.is_postgres() {
            if let Some(written) = field.words.written(symbol::PARENT) {
                cx.error(
                    written,
                    "only graph models inherit: in PostgreSQL repeat the fields, or embed a `PlatformValue`",
                );
            }
            continue;
        }
        for word in symbol::POSTGRES_FIELD_ONLY {
            let Some(written) = field.words.written(*word) else { continue };
            let advice = match word.name {
                "primary_key" => {
                    "a graph model is identified by `pub id: Id<Self>`; for a table write `#[storage(postgres)]`"
                }
                "unique" => "in a graph the key makes records unique: `#[storage(terminusdb, key = lexical(\"…\"))]`",
                "index" => "TerminusDB indexes every property by itself: leave it out",
                "column" => {
                    "a property in a graph is named after its field: leave it out, or name the field in JSON by `rename`"
                }
                "references" | "on_delete" => "in a graph a reference is the type `Link<Model>`",
                "default_sql" => "a graph has no SQL: write `default = …`",
                "tenant" => "in a graph each tenant has a database of its own: remove the field",
                _ => "a graph has no SQL: leave it out, or write `#[storage(postgres)]`",
            };
            cx.error(written, format!("`{}` is a word for PostgreSQL models: {advice}", word.name));
        }
    }
}

pub(super) fn check_fields_are_there(cx: &Ctxt, model: &Model) {
    // An abstract class may do no more than to give others a common name.
    if model.is_struct && model.fields.is_empty() && !model.storage.has(symbol::ABSTRACT) {
        cx.error(&model.ident, "a record without fields holds nothing: add the fields that it is made of");
    }
}

pub(super) fn check_primary_key_is_there(cx: &Ctxt, model: &Model) {
    if model.is_postgres() && model.view.is_none() && !model.fields.is_empty() && model.key().is_empty() {
        let advice = match model.field("id") {
            Some(_) => "write `#[field(primary_key)]` above `id`",
            None => "write `#[field(primary_key)]` above the field that identifies a row",
        };
        cx.error(&model.ident, format!("`{}` has no primary key: {advice}", model.ident));
    }
}

pub(super) fn check_primary_key_is_not_too_wide(cx: &Ctxt, model: &Model) {
    if let Some(field) = model.key().get(MAX_KEY_FIELDS).filter(|_| model.is_postgres()) {
        let at = field.words.written(symbol::PRIMARY_KEY);
        cx.error(at, format!("a key has at most {MAX_KEY_FIELDS} fields: make the others a unique index"));
    }
}

pub(super) fn check_each_role_is_played_once(cx: &Ctxt, model: &Model) {
    for role in symbol::ROLES.iter().chain([&symbol::PARENT]) {
        let mut players = model.fields.iter().filter(|field| field.has(*role));
        let Some(first) = players.next() else { continue };
        for other in players {
            let names = quoted([&first.name, &other.name]);
            cx.error(
                other.words.written(*role),
                format!("the fields {names} are both `{}`: a model has one", role.name),
            );
        }
    }
}

pub(super) fn check_parent_and_skip_stand_alone(cx: &Ctxt, model: &Model) {
    for field in &model.fields {
        check_skip_stands_alone(cx, field);
        if !field.has(symbol::PARENT) || field.has(symbol::SKIP) || model.is_postgres() {
            continue;
        }
        // Words for PostgreSQL were refused already.
        let others = field.words.all().filter(|(name, _)| {
            *name != symbol::PARENT.name && symbol::POSTGRES_FIELD_ONLY.iter().all(|word| word.name != *name)
        });
        for (name, written) in others {
            cx.error(written, format!("`{name}` does not go with `parent`: the inherited fields say it themselves"));
        }
    }
}

pub(super) fn check_skip_stands_alone(cx: &Ctxt, field: &Field) {
    if !field.has(symbol::SKIP) {
        return;
    }
    for (name, written) in field.words.all().filter(|(name, _)| *name != symbol::SKIP.name) {
        cx.error(
            written,
            format!(
                "`{name}` does not go with `skip`: a skipped field is not stored, and is `Default::default()` when read"
            ),
        );
    }
}

pub(super) fn check_on_delete_has_a_reference(cx: &Ctxt, model: &Model) {
    for field in model.stored().filter(|_| model.is_postgres()) {
        if let (Some(written), false) = (field.words.written(symbol::ON_DELETE), field.has(symbol::REFERENCES)) {
            cx.error(
                written,
                "`on_delete` says what happens when the other record goes, but not which: add `references = Model`",
            );
        }
    }
}

/// The stored field called `name`, or an error at `at` that says what is there. `word` names it.
pub(super) fn find_field<'m>(
    cx: &Ctxt,
    model: &'m Model,
    at: impl ToTokens,
    name: &str,
    word: &str,
) -> Option<&'m Field> {
    if let Some(field) = model.field(name) {
        if field.has(symbol::PARENT) {
            cx.error(at, format!("`{name}` is an inherited model and no field of its own: name one of its fields in that model's `{word}`"));
            return None;
        }
        return Some(field);
    }
    let message = if model.fields.iter().any(|field| field.name == name) {
        format!("the field `{name}` is skipped, so it cannot be in `{word}`")
    } else if let Some(field) = model.stored().find(|field| field.column == name) {
        format!("`{name}` is the column of the field `{field}`: write \"{field}\"", field = field.name)
    } else {
        let names = model.stored().map(|field| field.name.as_str());
        let hint = did_you_mean(name, names.clone());
        format!("`{}` has no field `{name}`{hint}\nits fields: {}", model.ident, quoted(names))
    };
    cx.error(at, message);
    None
}
