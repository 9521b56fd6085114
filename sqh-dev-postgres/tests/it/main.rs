//! The crate as its users see it, on the PostgreSQL of this machine.

mod cluster;
mod database_url;
#[cfg(feature = "oliphaunt")]
mod oliphaunt;
#[cfg(target_os = "linux")]
mod owner_gone;
mod support;
