//! Values that look like calls: keys and permissions.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Expr, ExprCall, ExprPath, LitStr};

use super::names::all_strings;
use super::{Key, Value, string};
use crate::case::did_you_mean;
use crate::ctxt::Ctxt;
use crate::symbol::{self, Word};

pub(super) fn key(cx: &Ctxt, expr: &Expr) -> Option<Value> {
    let (name, arguments) = match expr {
        Expr::Path(ExprPath { path, qself: None, .. }) => (path.get_ident(), None),
        Expr::Call(ExprCall { func, args, .. }) => match &**func {
            Expr::Path(ExprPath { path, qself: None, .. }) => (path.get_ident(), Some(args)),
            _ => (None, None),
        },
        _ => (None, None),
    };
    let valid = "valid keys: `random`, `lexical(\"a\", \"b\")`, `hash(\"a\")`, `value_hash`";
    let Some(name) = name else {
        let known = string(expr).map(LitStr::value).filter(|text| symbol::KEYS.contains(&text.as_str()));
        let message = known.map_or_else(
            || "this is no key strategy".to_owned(),
            |name| format!("a key strategy is written without quotes: `key = {name}`"),
        );
        cx.error(expr, format!("{message}\n{valid}"));
        return None;
    };
    let strategy = name.unraw().to_string();
    let key = match (strategy.as_str(), arguments) {
        ("random", None) => Key::Random,
        ("value_hash", None) => Key::ValueHash,
        ("random" | "value_hash", Some(_)) => {
            cx.error(expr, format!("`{strategy}` names no fields: write `key = {strategy}`"));
            return None;
        }
        ("lexical" | "hash", Some(arguments)) if !arguments.is_empty() => {
            let fields = all_strings(cx, symbol::KEY, arguments)?;
            if strategy == "hash" { Key::Hash(fields) } else { Key::Lexical(fields) }
        }
        ("lexical" | "hash", _) => {
            cx.error(expr, format!("`{strategy}` needs the fields of the key: write `key = {strategy}(\"field\")`"));
            return None;
        }
        _ => {
            let hint = did_you_mean(&strategy, symbol::KEYS.iter().copied());
            cx.error(name, format!("unknown key strategy `{strategy}`{hint}\n{valid}"));
            return None;
        }
    };
    Some(Value::Key(key))
}

pub(super) fn permission(cx: &Ctxt, word: Word, expr: &Expr) -> Option<Value> {
    if let Expr::Call(ExprCall { func, args, .. }) = expr {
        let is_permission = matches!(&**func, Expr::Path(path) if path.path.is_ident("permission"));
        if let (true, 1, Some(name)) = (is_permission, args.len(), args.first().and_then(string)) {
            if name.value().trim().is_empty() {
                cx.error(name, "the permission is empty: write its name, such as `permission(\"lab:unmask\")`");
                return None;
            }
            return Some(Value::Text(name.clone()));
        }
    }
    let usage = string(expr).map_or_else(
        || word.usage.to_owned(),
        |name| format!("{} = permission({})", word.name, name.to_token_stream()),
    );
    cx.error(expr, format!("`{}` stands alone or names one permission: write `{usage}`", word.name));
    None
}
