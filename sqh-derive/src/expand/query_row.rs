//! `QueryRow`: a struct that a row becomes, and beside it the struct of what its columns are.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use super::in_scope;
use crate::ir::{Member, QueryRow};

/// The implementations for a row without mistakes.
pub(crate) fn query_row(row: &QueryRow) -> TokenStream {
    expand(row, &[])
}

/// The same for a view, of whose members these are in its key.
pub(super) fn of_view(row: &QueryRow, keys: &[bool]) -> TokenStream {
    let requirement = |is_key: &bool| match is_key {
        true => quote!(__sqh::report::IsGroupedBy+),
        false => quote!(__sqh::report::IsMetric+),
    };
    expand(row, &keys.iter().map(requirement).collect::<Vec<_>>())
}

/// What each member must be beside a value of its type is in `requirements`, if there are any.
fn expand(row: &QueryRow, requirements: &[TokenStream]) -> TokenStream {
    let QueryRow { ident, vis, members, .. } = row;
    let columns = format_ident!("{ident}Columns");
    let doc = format!("What the columns of a report are whose rows are [`{ident}`]s.");
    let of = numbered("F", members);
    let at = numbered("I", members);
    let parts = members.iter().zip(&of).map(|(Member { ident, vis, doc, .. }, of)| {
        quote! {
            #[doc = #doc]
            #vis #ident: #of
        }
    });
    let (idents, types): (Vec<_>, Vec<_>) = members.iter().map(|member| (&member.ident, &member.ty)).unzip();
    let must = (0..members.len()).map(|i| requirements.get(i));
    let names: Vec<&str> = members.iter().map(|member| member.column.as_str()).collect();
    let form = of.iter().rev().fold(
        quote!(__sqh::report::Whole),
        |rest, of| quote!(<<#of as __sqh::report::Keys>::Form as __sqh::report::Form>::Or<#rest>),
    );
    let implementations = in_scope(
        &row.krate,
        &quote! {
            #[automatically_derived]
            impl<S, G, #(#of, #at),*> __sqh::report::Selection<S, G, (#(#at,)*)> for #columns<#(#of),*>
            where
                #(#of: #must __sqh::report::Selection<S, G, #at, Row = #types>,)*
            {
                type Row = #ident;
                fn push(self, outputs: &mut __sqh::std::vec::Vec<__sqh::report::Output>) -> __sqh::Result<()> {
                    #(__sqh::report::push_named(self.#idents, #names, outputs)?;)*
                    __sqh::Ok(())
                }
                fn read(values: &mut __sqh::std::vec::IntoIter<__sqh::Value>) -> __sqh::Result<#ident> {
                    __sqh::Ok(#ident { #(#idents: <#of as __sqh::report::Selection<S, G, #at>>::read(values)?,)* })
                }
            }
            #[automatically_derived]
            impl<#(#of: __sqh::report::Keys),*> __sqh::report::Keys for #columns<#(#of),*> {
                type Form = #form;
            }
            #[automatically_derived]
            impl __sqh::report::QueryRow for #ident {
                const COLUMNS: &'static [__sqh::report::QueryColumn] = &[#(__sqh::report::QueryColumn {
                    name: #names,
                    ty: <#types as __sqh::FieldType>::DEF,
                }),*];
                fn decode(values: &mut __sqh::std::vec::IntoIter<__sqh::Value>) -> __sqh::Result<Self> {
                    __sqh::Ok(#ident { #(#idents: <#types as __sqh::FieldType>::decode(values)?,)* })
                }
            }
        },
    );
    quote! {
        #[doc = #doc]
        #[derive(::core::fmt::Debug)]
        #vis struct #columns<#(#of),*> {
            #(#parts,)*
        }
        #implementations
    }
}

fn numbered(letter: &str, members: &[Member]) -> Vec<Ident> {
    (0..members.len()).map(|i| format_ident!("{letter}{i}")).collect()
}
