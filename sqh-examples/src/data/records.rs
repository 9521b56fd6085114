//! [`Records`]: the lines of a file as records.

use std::collections::VecDeque;
use std::fmt;

use super::error::DataError;
use super::table::{Line, Table};

/// The records of a file, in its order. After an error there are no more.
pub struct Records<T> {
    // None once the file is at its end, or broken.
    table: Option<Table>,
    read: Read<T>,
    ready: VecDeque<T>,
}

/// Adds the records of a line: none, one or more.
type Read<T> = Box<dyn FnMut(&Line<'_>, &mut VecDeque<T>) -> Result<(), DataError> + Send>;

impl<T> Records<T> {
    pub(super) fn new(
        table: Table,
        read: impl FnMut(&Line<'_>, &mut VecDeque<T>) -> Result<(), DataError> + Send + 'static,
    ) -> Self {
        Self { table: Some(table), read: Box::new(read), ready: VecDeque::new() }
    }

    /// One record for each line.
    pub(super) fn one_each(table: Table, read: fn(&Line<'_>) -> Result<T, DataError>) -> Self
    where
        T: 'static,
    {
        Self::new(table, move |line, ready| {
            ready.push_back(read(line)?);
            Ok(())
        })
    }

    fn fill(&mut self) -> Result<(), DataError> {
        while self.ready.is_empty() {
            let Some(line) = self.table.as_mut().map(Table::next_line).transpose()?.flatten() else {
                self.table = None;
                break;
            };
            (self.read)(&line, &mut self.ready)?;
        }
        Ok(())
    }
}

impl<T> Iterator for Records<T> {
    type Item = Result<T, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.fill() {
            Ok(()) => self.ready.pop_front().map(Ok),
            Err(error) => {
                self.table = None;
                self.ready.clear();
                Some(Err(error))
            }
        }
    }
}

impl<T> fmt::Debug for Records<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("ready", &self.ready.len()).finish_non_exhaustive()
    }
}
