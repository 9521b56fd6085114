//! The store on a real server: its budget, its order, and callers who go at any point.

mod bench;
mod budget;
mod cancel;
mod dead;
mod fair;
mod turns;
