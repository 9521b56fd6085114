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
//! Every command takes `--json`; those that ask a server take its URL from `--url` or from
//! `DATABASE_URL`.
//!
//! What was asked for goes to standard output and everything else to standard error. The exit code
//! is 0, or 2 for wrong usage, or 1 for anything else that failed. A reader that has seen enough
//! (`| head`) is no failure.

mod args;
mod connect;
mod doctor;
mod doctor_access;
mod init_db;
mod output;
mod psql;
mod query;
mod schema;
mod server;
mod tenant;

use std::ffi::OsString;
use std::process::ExitCode;

use sqh_model::schema::{ModelDef, Registry};

use self::args::{Cli, Command, DoctorForm};
use self::connect::on_platform;
use self::output::{Answer, Failure};

/// Runs the command that the process was started with, for these models.
pub fn main(models: impl IntoIterator<Item = &'static ModelDef>) -> ExitCode {
    match run(models, std::env::args_os()) {
        Ok((answer, json)) => answer.print(json),
        Err(failure) => failure.report(),
    }
}

/// What a command answers, and whether a machine asks.
fn run(
    models: impl IntoIterator<Item = &'static ModelDef>,
    args: impl IntoIterator<Item = OsString>,
) -> Result<(Answer, bool), Failure> {
    let registry = Registry::new(models)?;
    let Cli { global, command } = args::parse(&registry, args)?;
    let mut json = global.json;
    let answer = match command {
        Command::Schema(form) => schema::print(&registry, form)?,
        Command::InitDb => on_platform(&registry, &global, init_db::run)?,
        Command::Server(form) => on_platform(&registry, &global, async |platform| server::run(platform, form).await)?,
        Command::Tenant(form) => on_platform(&registry, &global, async |platform| tenant::run(platform, form).await)?,
        Command::Query(form) => {
            let asked = query::read(&registry, form)?;
            json |= asked.is_json();
            on_platform(&registry, &global, async |platform| query::run(platform, &asked).await)?
        }
        Command::Doctor { of: None } => on_platform(&registry, &global, doctor::run)?,
        Command::Doctor { of: Some(DoctorForm::Access(args)) } => {
            on_platform(&registry, &global, async |platform| doctor_access::run(platform, &args).await)?
        }
    };
    Ok((answer, json))
}
