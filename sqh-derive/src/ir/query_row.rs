//! Reads the rows of reports.

use syn::{DeriveInput, Type, Visibility};

use super::shape;
use crate::attr::{self, Words};
use crate::case::plain;
use crate::ctxt::Ctxt;
use crate::symbol;

/// A struct that a row of a report becomes.
pub(crate) struct QueryRow {
    pub(crate) ident: syn::Ident,
    pub(crate) vis: Visibility,
    pub(crate) krate: syn::Path,
    pub(crate) members: Vec<Member>,
}

/// A column of the report.
pub(crate) struct Member {
    pub(crate) ident: syn::Ident,
    pub(crate) vis: Visibility,
    pub(crate) doc: String,
    pub(crate) ty: Type,
    pub(crate) column: String,
}

impl QueryRow {
    /// The struct that `input` describes; without members if it is none.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Self {
        shape::refuse_generics(cx, input, "QueryRow", "the type of each column is known");
        let words = Words::merged(cx, &symbol::QUERY_ROW, &input.attrs);
        let fields = shape::named_fields(cx, input, "QueryRow");
        let mut members: Vec<Member> = Vec::new();
        for field in fields.into_iter().flatten() {
            let words = Words::merged(cx, &symbol::QUERY_COLUMN, &field.attrs);
            let ident = field.ident.clone().expect("the fields are named");
            let column = words.text(symbol::COLUMN).map_or_else(|| plain(&ident), |column| column.value());
            if let Some(other) = members.iter().find(|other| other.column == column) {
                let message = format!("`{}` is the column `{column}` already: a row has a name once", other.ident);
                match words.text(symbol::COLUMN) {
                    Some(written) => cx.error(written, message),
                    None => cx.error(&ident, message),
                }
            }
            let (vis, ty, doc) = (field.vis.clone(), field.ty.clone(), attr::doc(&field.attrs));
            members.push(Member { ident, vis, doc, ty, column });
        }
        let krate = attr::krate(cx, &words);
        Self { ident: input.ident.clone(), vis: input.vis.clone(), krate, members }
    }
}
