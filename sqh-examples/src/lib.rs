//! A water-quality platform on sqh: real models, real rows.
//!
//! [`models`] is what a user of sqh writes; [`data`] reads the rows that come with the example. The
//! binary `water-quality` shows the platform at work, and `sqh` is its command line.

pub mod data;
pub mod models;

/// What the README shows, compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The guides, likewise.
#[cfg(doctest)]
#[doc = include_str!("../../docs/access.md")]
struct Access;
