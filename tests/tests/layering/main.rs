//! The invariants of the architecture, read off the sources.

mod derive;
mod imports;
mod lists;
mod public_face;
mod rendering;
mod sources;
mod stages;
mod strings;
