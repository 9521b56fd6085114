//! TerminusDB.
