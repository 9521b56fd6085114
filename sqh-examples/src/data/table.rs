//! A CSV file with a header, line by line.

use std::io::Read;
use std::str::FromStr;

use csv::{ReaderBuilder, StringRecord};

use super::error::DataError;

/// A CSV file with a header.
pub(super) struct Table {
    file: String,
    reader: csv::Reader<Box<dyn Read + Send>>,
    header: StringRecord,
    record: StringRecord,
}

impl Table {
    pub(super) fn open(file: &str, content: Box<dyn Read + Send>) -> Result<Self, DataError> {
        let mut reader = ReaderBuilder::new().from_reader(content);
        let header = reader.headers().cloned().map_err(|error| DataError::of_csv(file, 1, error))?;
        Ok(Self { file: file.to_owned(), reader, header, record: StringRecord::new() })
    }

    /// The header must be exactly this.
    pub(super) fn expect_header(self, expected: &[&str]) -> Result<Self, DataError> {
        if self.header == *expected {
            return Ok(self);
        }
        let problem = format!("expected the header `{}`", expected.join(","));
        Err(DataError::new(&self.file, 1, problem))
    }

    pub(super) fn header(&self) -> &StringRecord {
        &self.header
    }

    pub(super) fn header_error(&self, problem: impl Into<String>) -> DataError {
        DataError::new(&self.file, 1, problem)
    }

    /// The next line, unless the file is at its end.
    pub(super) fn next_line(&mut self) -> Result<Option<Line<'_>>, DataError> {
        let more = self.reader.read_record(&mut self.record);
        match more.map_err(|error| DataError::of_csv(&self.file, self.reader.position().line(), error))? {
            true => Ok(Some(Line { table: self })),
            false => Ok(None),
        }
    }
}

/// A line of a [`Table`]: as many fields as the header has.
pub(super) struct Line<'a> {
    table: &'a Table,
}

impl Line<'_> {
    pub(super) fn text(&self, column: usize) -> &str {
        self.table.record.get(column).unwrap_or_default()
    }

    /// The text of a field that must not be empty.
    pub(super) fn required(&self, column: usize) -> Result<String, DataError> {
        match self.text(column) {
            "" => Err(self.error(column, "is empty")),
            text => Ok(text.to_owned()),
        }
    }

    /// A field that must be `what`, such as `a number`.
    pub(super) fn parse<T: FromStr>(&self, column: usize, what: &str) -> Result<T, DataError> {
        let text = self.text(column);
        text.parse().map_err(|_| self.error(column, &format!("is not {what}: `{text}`")))
    }

    pub(super) fn number(&self, column: usize) -> Result<f64, DataError> {
        let number: f64 = self.parse(column, "a number")?;
        if number.is_finite() { Ok(number) } else { Err(self.error(column, "is not a finite number")) }
    }

    fn error(&self, column: usize, problem: &str) -> DataError {
        let line = self.table.record.position().map_or(0, csv::Position::line);
        let name = self.table.header.get(column).unwrap_or_default();
        DataError::new(&self.table.file, line, format!("`{name}` {problem}"))
    }
}
