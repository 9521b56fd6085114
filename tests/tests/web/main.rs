//! Requests: who gets a scope, and that every exit gives it back.

mod app;
mod exits;
mod foreign;
mod problems;
mod rejections;
