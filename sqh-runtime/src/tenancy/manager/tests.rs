//! The manager on a real server: races, interruptions, and things that are there already.

mod databases;
mod models;
mod partitions;
mod servers;
mod support;
mod tables;
