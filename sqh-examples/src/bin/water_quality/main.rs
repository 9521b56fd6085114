//! The water-quality example.
fn main() {}
