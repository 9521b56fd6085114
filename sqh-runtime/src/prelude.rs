//! What a file of models, and one that uses them, needs.
//!
//! ```
//! use sqh_runtime::prelude::*;
//! ```

pub use std::collections::BTreeSet;

pub use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
pub use rust_decimal::Decimal;
pub use sqh_derive::{PlatformEnum, PlatformModel, PlatformValue, PlatformView, QueryRow};
pub use sqh_model::schema::{PlatformModel, PlatformView, StorageBackend, StorageConfig};
pub use sqh_model::types::{FieldType, Id, JsonOf as Json, Link, Point, Polygon};
pub use sqh_model::{Error, ErrorKind, Result, models};
pub use uuid::Uuid;

pub use crate::engine::{HookContext, Hooks};
pub use crate::scope::{Authenticator, Cx, Identity, Membership, Principal};
pub use crate::service::{Conflict, Page, PlatformGroupRecordService, Transaction};
