//! [`Answer`]: what a command says, to people and to machines; and what the process says of its end.

use std::fmt;
use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value as Json;
use sqh_model::Error;

/// What a command answers: text for people and, with `--json`, one document for machines.
#[derive(Debug)]
pub(super) struct Answer {
    text: String,
    /// `None` if the text is for machines too.
    json: Option<Json>,
    is_good: bool,
}

/// Why a command has no answer.
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

impl Answer {
    /// A text, the same for machines unless [`or_json`](Answer::or_json) says another.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), json: None, is_good: true }
    }

    /// Rows below their titles, in columns.
    pub(super) fn table<const N: usize>(titles: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(titles);
        table.add_rows(rows);
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        Self::text(table.trim_fmt() + "\n")
    }

    /// What it is for machines: an object, or an array of them.
    #[must_use]
    pub(super) fn or_json(self, json: Json) -> Self {
        Self { json: Some(json), ..self }
    }

    /// The answer tells of something that is wrong: the exit code is 1.
    #[must_use]
    pub(super) fn unless(self, is_wrong: bool) -> Self {
        Self { is_good: self.is_good && !is_wrong, ..self }
    }

    /// Prints it, and gives the process's exit code. A reader that goes away has seen enough.
    pub(super) fn print(self, json: bool) -> ExitCode {
        let text = match self.json {
            Some(value) if json => format!("{value:#}\n"),
            _ => self.text,
        };
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                let _ = writeln!(io::stderr(), "error: standard output cannot be written: {error}");
                ExitCode::from(FAILED)
            }
            _ if self.is_good => ExitCode::SUCCESS,
            _ => ExitCode::from(FAILED),
        }
    }
}

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

/// Tells people of something that did not stop the command.
pub(super) fn warn(message: impl fmt::Display) {
    // Nobody is there to hear that nobody is there.
    let _ = writeln!(io::stderr(), "warning: {message}");
}

/// Tells people how far long work is.
pub(super) fn progress(message: impl fmt::Display) {
    // Nobody is there to hear that nobody is there.
    let _ = writeln!(io::stderr(), "{message}");
}
