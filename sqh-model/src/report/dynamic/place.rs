//! [`Place`]: where in the arguments something stands, for errors.

use std::fmt;

use serde_json::{Map, Value as Json};

use crate::error::{Error, Result};
use crate::near;
use crate::types::describe_json;

/// Where in the arguments something stands: `metrics.mean.avg`, `group_by.0.month`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    outer: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Top,
    Word(&'a str),
    Number(usize),
}

impl<'a> Place<'a> {
    /// The arguments themselves.
    pub(super) const fn top() -> Self {
        Self { outer: None, step: Step::Top }
    }

    /// An entry of what stands here.
    pub(super) const fn word<'b>(&'b self, word: &'b str) -> Place<'b> {
        Place { outer: Some(self), step: Step::Word(word) }
    }

    /// An item of what stands here.
    pub(super) const fn item<'b>(&'b self, number: usize) -> Place<'b> {
        Place { outer: Some(self), step: Step::Number(number) }
    }

    /// The error that something here is wrong.
    pub(super) fn wrong(&self, message: impl Into<String>) -> Error {
        self.named(Error::invalid(message))
    }

    /// Adds the place to an error of what was read here.
    pub(super) fn of<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| self.named(error))
    }

    fn named(&self, error: Error) -> Error {
        match self.step {
            Step::Top => error,
            _ => error.context(format!("in `{self}`")),
        }
    }

    /// Makes sure that an object here has no other words than these.
    pub(super) fn check_words(&self, object: &Map<String, Json>, known: &[&str]) -> Result<()> {
        match object.keys().find(|word| !known.contains(&word.as_str())) {
            Some(word) => Err(self.unknown(word, known)),
            None => Ok(()),
        }
    }

    /// The error for a word that there is not, with the likely one and all that there are.
    pub(super) fn unknown(&self, word: &str, known: &[&str]) -> Error {
        let hint = near::hint(word, known.iter().copied());
        match known {
            [] => self.wrong(format!("there is no `{word}` here")),
            known => self.wrong(format!("there is no `{word}` here{hint}, but `{}`", known.join("`, `"))),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(outer) = self.outer {
            outer.fmt(f)?;
            if !matches!(outer.step, Step::Top) {
                f.write_str(".")?;
            }
        }
        match self.step {
            Step::Top => Ok(()),
            Step::Word(word) => f.write_str(word),
            Step::Number(number) => number.fmt(f),
        }
    }
}

/// The entries of an object; `is` says what is expected.
pub(super) fn object<'j>(at: Place<'_>, json: &'j Json, is: &str) -> Result<&'j Map<String, Json>> {
    json.as_object().ok_or_else(|| at.wrong(format!("{is}, not {}", describe_json(json))))
}

/// The items of an array; `is` says what is expected.
pub(super) fn array<'j>(at: Place<'_>, json: &'j Json, is: &str) -> Result<&'j [Json]> {
    json.as_array().map(Vec::as_slice).ok_or_else(|| at.wrong(format!("{is}, not {}", describe_json(json))))
}

/// A text; `is` says what is expected.
pub(super) fn text<'j>(at: Place<'_>, json: &'j Json, is: &str) -> Result<&'j str> {
    json.as_str().ok_or_else(|| at.wrong(format!("{is}, not {}", describe_json(json))))
}

/// True or false.
pub(super) fn truth(at: Place<'_>, json: &Json) -> Result<bool> {
    json.as_bool().ok_or_else(|| at.wrong(format!("it is true or false, not {}", describe_json(json))))
}
