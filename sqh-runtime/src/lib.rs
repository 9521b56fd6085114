//! Typed models for multi-tenant data platforms.
//!
//! One `#[derive(PlatformModel)]` on a struct gives the PostgreSQL DDL, the type mapping, typed
//! columns, the TerminusDB schema and CRUD that is routed to the right database of the right
//! tenant. Start with [`prelude`], then [`Platform`] and [`service::PlatformGroupRecordService`].

// The derive names this crate from outside.
#[cfg(test)]
extern crate self as sqh_runtime;

pub mod backend;
#[cfg(feature = "cli")]
pub mod cli;
pub mod engine;
mod fast_map;
pub mod observe;
pub mod op;
pub mod platform;
pub mod prelude;
pub mod scope;
pub mod service;
pub mod sql;
pub mod tenancy;
#[cfg(feature = "test-util")]
pub mod testing;
#[cfg(feature = "axum")]
pub mod web;

pub use platform::{Platform, PlatformBuilder};
pub use sqh_model::{Error, ErrorKind, Result, Row, Value, ValueKind};
pub use sqh_model::{alias, compare, expr, models, policy, record_json, render, row, schema, types, value};

#[doc = include_str!("../../docs/reports.md")]
pub mod report {
    pub use sqh_derive::QueryRow;
    pub use sqh_model::report::*;
}

#[doc = include_str!("../../docs/search.md")]
pub mod search {
    pub use sqh_model::expr::{Highlight, Piece, SearchQuery};

    pub use crate::service::{DynamicSearch, Found};
}

#[doc = include_str!("../../docs/shared-data.md")]
pub mod shared {
    pub use crate::service::{JoinPlan, JoinStep, JoinStrategy, JoinedSource};
}

#[doc = include_str!("../../docs/views.md")]
pub mod views {
    pub use sqh_derive::PlatformView;
    pub use sqh_model::report::Definition;
    pub use sqh_model::schema::{PlatformView, Refresh, ViewDef};

    pub use crate::op::Freshness;
}

#[doc(hidden)]
pub use sqh_model::__private;
