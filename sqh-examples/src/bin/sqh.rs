//! The command line of the examples' models: `sqh schema ddl`.

use std::process::ExitCode;

fn main() -> ExitCode {
    sqh_runtime::cli::main(sqh_examples::models::models())
}
