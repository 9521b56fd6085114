//! [`PasswordReference`]: where a password is, in place of the password.

use std::fmt;

use sqh_model::{Error, Result};

/// Where a password is: `env:NAME`, a variable of the process that logs in. The catalog stores this, and
/// never a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordReference {
    variable: String,
}

impl PasswordReference {
    /// A reference of the form `env:NAME`.
    ///
    /// # Errors
    /// `Invalid` for anything else, which may be a password and is not shown.
    pub fn new(reference: &str) -> Result<Self> {
        let is_name = |name: &&str| {
            name.starts_with(|first: char| first.is_ascii_uppercase() || first == '_')
                && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        };
        match reference.strip_prefix("env:").filter(is_name) {
            Some(name) => Ok(Self { variable: name.to_owned() }),
            None => Err(Error::invalid(
                "a password is stored as a reference, `env:NAME` with a variable's name in capitals: put the password \
                 into such a variable",
            )),
        }
    }

    /// The password.
    ///
    /// # Errors
    /// `Invalid` if the variable is not set.
    pub(crate) fn resolve(&self) -> Result<String> {
        match std::env::var(&self.variable) {
            Ok(password) if !password.is_empty() => Ok(password),
            _ => Err(Error::invalid(format!(
                "the variable `{}`, which holds a server's password, is not set: set it for this process",
                self.variable
            ))),
        }
    }
}

impl fmt::Display for PasswordReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "env:{}", self.variable)
    }
}

#[cfg(test)]
mod tests {
    use sqh_model::ErrorKind;

    use super::*;

    #[test]
    fn a_value_is_no_reference_and_is_not_shown() {
        assert_eq!(PasswordReference::new("env:SQH_EAST_1").unwrap().to_string(), "env:SQH_EAST_1");
        for value in ["hush", "env:", "env:hush", "env:HUSH-hush", "env:1HUSH", "file:/hush", "ENV:HUSH"] {
            let error = PasswordReference::new(value).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(!format!("{error} {error:?}").to_lowercase().contains("hush"), "{error}");
        }
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let error = PasswordReference::new("env:SQH_TEST_NOBODY_SETS_THIS").unwrap().resolve().unwrap_err();
        assert!(error.message().contains("`SQH_TEST_NOBODY_SETS_THIS`"), "{error}");
    }
}
