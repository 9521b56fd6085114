//! Where a command's text goes, and what the process says of its end.

use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;

use sqh_model::Error;

/// Why a command printed nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The words of the command line, or a request for help.
    Words(clap::Error),
    /// What a command was asked to do.
    Usage(Error),
    /// Anything else.
    Other(Error),
}

const FAILED: u8 = 1;
const WRONG_USAGE: u8 = 2;

impl Failure {
    /// Says it, and gives the process's exit code.
    pub(super) fn report(self) -> ExitCode {
        let (error, code) = match self {
            Self::Words(error) => {
                // Nobody is there to hear that nobody is there.
                let _ = error.print();
                return ExitCode::from(if error.use_stderr() { WRONG_USAGE } else { 0 });
            }
            Self::Usage(error) => (error, WRONG_USAGE),
            Self::Other(error) => (error, FAILED),
        };
        let _ = writeln!(io::stderr(), "error: {error}");
        ExitCode::from(code)
    }
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Words(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Prints a command's text. A reader that goes away has seen enough.
pub(super) fn print(text: &str) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: standard output cannot be written: {error}");
            ExitCode::from(FAILED)
        }
    }
}
