//! Pure renderers: the same definition gives the same bytes.

pub mod ddl;
