//! The manager on a real server: races, interruptions, and things that are there already.

mod databases;
mod fence;
mod fleet;
mod kill;
mod lifecycle;
mod models;
mod partitions;
mod purge;
mod roles;
mod servers;
mod support;
mod tables;
mod tenant_columns;
mod views;
