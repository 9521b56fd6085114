//! Models of TerminusDB.

use crate::attr::Key;
use crate::ctxt::Ctxt;
use crate::ir::Model;
use crate::symbol;

use super::fields::find_field;

/// Abstract classes have no records, and subdocuments are found through their parent.
pub(super) fn check_graph_model_has_an_id(cx: &Ctxt, model: &Model) {
    let storage = &model.storage;
    let has_records = !storage.has(symbol::ABSTRACT) && !storage.has(symbol::SUBDOCUMENT);
    if model.is_postgres() || !has_records || model.fields.is_empty() || model.field("id").is_some() {
        return;
    }
    if model.fields.iter().any(|field| field.has(symbol::PRIMARY_KEY)) {
        // The message about `primary_key` says what to write.
        return;
    }
    let at = &model.ident;
    let advice = "add the field `pub id: Id<Self>`; for a table write `#[storage(postgres)]`";
    cx.error(at, format!("`{at}` is a graph model and has no identity: {advice}"));
}

pub(super) fn check_key_names_fields(cx: &Ctxt, model: &Model) {
    let Some(Key::Lexical(fields) | Key::Hash(fields)) = &model.storage.key else { return };
    if model.is_postgres() {
        return;
    }
    for (position, written) in fields.iter().enumerate() {
        let name = written.value();
        if name == "id" {
            cx.error(written, "the identity is made from the key: name the other fields that it is made of");
        } else if fields[..position].iter().any(|other| other.value() == name) {
            cx.error(written, format!("`{name}` is twice in the key"));
        } else if model.fields.iter().any(|field| field.has(symbol::PARENT)) && model.field(&name).is_none() {
            // It may be a field of the parent, which only the registry can see.
        } else {
            find_field(cx, model, written, &name, "key");
        }
    }
}
