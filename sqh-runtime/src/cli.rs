//! The command line: what a binary calls with its models.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use sqh_runtime::prelude::*;
//!
//! fn main() -> ExitCode {
//!     sqh_runtime::cli::main(models![])
//! }
//! ```
//!
//! What was asked for goes to standard output and everything else to standard error. The exit code
//! is 0, or 2 for wrong usage, or 1 for anything else that failed. A reader that has seen enough
//! (`| head`) is no failure.

mod args;
mod output;
mod schema;

use std::ffi::OsString;
use std::process::ExitCode;

use sqh_model::schema::{ModelDef, Registry};

use self::args::Command;
use self::output::Failure;

/// Runs the command that the process was started with, for these models.
pub fn main(models: impl IntoIterator<Item = &'static ModelDef>) -> ExitCode {
    match run(models, std::env::args_os()) {
        Ok(text) => output::print(&text),
        Err(failure) => failure.report(),
    }
}

/// What a command prints.
fn run(
    models: impl IntoIterator<Item = &'static ModelDef>,
    args: impl IntoIterator<Item = OsString>,
) -> Result<String, Failure> {
    let registry = Registry::new(models)?;
    match args::parse(&registry, args)? {
        Command::Schema(form) => schema::print(&registry, form),
    }
}
