//! [`Text`]: the statement that is sent, as it is written.

use super::refused;
use sqh_model::Result;

/// A part of a statement.
#[derive(Debug)]
pub(crate) enum Part {
    /// As it is sent.
    Text(String),
    /// The records of one of the statement's tables.
    Relation(usize),
    /// One of the parameters.
    Param(usize),
    /// One more than the most rows that are replied.
    Rows,
}

/// Parts in order.
#[derive(Debug, Default)]
pub(super) struct Text(Vec<Part>);

impl Text {
    pub(super) fn push(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.0.push(Part::Text(text.to_owned())),
        }
    }

    pub(super) fn part(&mut self, part: Part) {
        self.0.push(part);
    }

    pub(super) fn append(&mut self, other: Self) {
        for part in other.0 {
            match part {
                Part::Text(text) => self.push(&text),
                part => self.part(part),
            }
        }
    }

    /// Appends a text in quotes, of no type yet. The form with an `E` means the same whatever the server's
    /// settings are.
    pub(super) fn literal(&mut self, text: &str) {
        self.push("E'");
        self.push(&text.replace('\\', "\\\\").replace('\'', "''"));
        self.push("'");
    }

    /// Appends a number as it was written, if it is one.
    pub(super) fn number(&mut self, number: &str) -> Result<()> {
        let is_number = number.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && number.len() <= 64
            && number.contains(|c: char| c.is_ascii_digit())
            && number.parse::<f64>().is_ok()
            && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
        if !is_number {
            return Err(refused(format!("the number `{number}`"), "write it with decimal digits"));
        }
        self.push(number);
        Ok(())
    }

    pub(super) fn into_parts(self) -> Vec<Part> {
        self.0
    }
}
