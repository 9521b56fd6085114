//! `encode` and `decode`: a line for each field, in declaration order.
//!
//! Each line names the trait with the field's type as it was written. An obligation that fails is then
//! the same one as in the table, and the compiler reports it once.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::Field;
use crate::symbol;

/// Both functions, for a model or an embedded value.
pub(super) fn functions(fields: &[Field]) -> TokenStream {
    let writes = fields.iter().filter(|field| !field.has(symbol::SKIP)).map(write);
    let reads = fields.iter().map(read);
    quote! {
        fn encode(self, row: &mut __sqh::RowWriter<'_>) -> __sqh::Result<()> {
            #(#writes)*
            __sqh::Ok(())
        }
        fn decode(row: &mut __sqh::RowReader<'_>) -> __sqh::Result<Self> {
            __sqh::Ok(Self { #(#reads)* })
        }
    }
}

fn write(field: &Field) -> TokenStream {
    let Field { ident, ty, .. } = field;
    if field.has(symbol::PARENT) {
        let parent = quote!(<#ty as __sqh::PlatformModel>);
        return quote!(#parent::encode(self.#ident, &mut row.parent(#parent::def()))?;);
    }
    quote!(<#ty as __sqh::FieldType>::write(self.#ident, row)?;)
}

fn read(field: &Field) -> TokenStream {
    let Field { ident, ty, .. } = field;
    if field.has(symbol::SKIP) {
        return quote!(#ident: <#ty as __sqh::requirement::CanBeSkipped>::skipped(),);
    }
    if field.has(symbol::PARENT) {
        let parent = quote!(<#ty as __sqh::PlatformModel>);
        return quote!(#ident: #parent::decode(&mut row.parent(#parent::def()))?,);
    }
    quote!(#ident: <#ty as __sqh::FieldType>::read(row)?,)
}
