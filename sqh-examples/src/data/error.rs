//! [`DataError`]: what is wrong in a file, and where.

use std::fmt;

use sqh_runtime::Error;

/// What is wrong in a file, and where.
#[derive(Debug)]
pub struct DataError {
    file: String,
    line: u64,
    problem: String,
    source: Option<csv::Error>,
}

impl DataError {
    pub(super) fn new(file: &str, line: u64, problem: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, problem: problem.into(), source: None }
    }

    /// What the CSV reader says about a line, or about the line that it was at.
    pub(super) fn of_csv(file: &str, at: u64, source: csv::Error) -> Self {
        let line = source.position().map_or(at, csv::Position::line);
        let problem = match source.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("the line has {len} fields, the header {expected_len}")
            }
            csv::ErrorKind::Utf8 { .. } => "the line is not UTF-8".to_owned(),
            csv::ErrorKind::Io(error) => format!("the file cannot be read further: {error}"),
            _ => source.to_string(),
        };
        Self { file: file.to_owned(), line, problem, source: Some(source) }
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, counted from 1; the header is the first.
    pub fn line(&self) -> u64 {
        self.line
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}: {}", self.file, self.line, self.problem)
    }
}

impl std::error::Error for DataError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

impl From<DataError> for Error {
    fn from(error: DataError) -> Self {
        Error::invalid(error.to_string()).with_source(error)
    }
}
