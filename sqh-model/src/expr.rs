//! Typed expressions: columns, filters and the queries made of them.
//!
//! [`Column`] is what the derive makes for each field; its methods give a [`Predicate`], which
//! wraps a [`Filter`]. Three readers share that one small tree: PostgreSQL
//! ([`lower`]), TerminusDB and memory ([`matches`](crate::expr::Filter::matches)).

mod builder;
mod column;
mod cursor;
mod dynamic;
mod filter;
mod json_match;
mod like;
pub mod lower;
mod matches;
mod operand;
mod operators;
mod query;
mod regex;
mod related;
mod spatial;
mod text_search;

pub use self::builder::{Changes, Columns, Delete, Insert, Select, SelectColumns, Update, version_value};
pub use self::column::{Column, Path};
pub use self::cursor::Cursor;
pub use self::dynamic::{filter_from_json, nearest_from_json, order_from_json};
pub use self::filter::{Comparison, Filter, Predicate};
pub use self::operand::Operand;
pub use self::query::{Order, OrderBy, Query};
pub use self::related::{Append, FromFound, FromLoaded, Loaded, Loading, Many, Related, SelectWith, Shape};
pub use self::spatial::{Bounds, Nearest, Spatial};
pub use self::text_search::{DEFAULT_SEARCH_LIMIT, Highlight, Marks, Piece, SearchQuery, TextSearch, search_columns};

pub(crate) use self::dynamic::{Found, find, order_from, part_needed};
pub(crate) use self::filter::column;
pub(crate) use self::operators::{Ability, element};
