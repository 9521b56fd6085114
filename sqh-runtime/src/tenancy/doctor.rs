//! [`Report`]: what was looked at, what is wrong with it, and what to do.

use sqh_model::Error;

/// What a platform's servers, databases and tenants were found to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// What was looked at, in order.
    pub findings: Vec<Finding>,
}

/// What something was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What was looked for, such as `roles`.
    pub check: &'static str,
    /// Where, such as the name of a server or a tenant.
    pub subject: String,
    /// How bad it is.
    pub severity: Severity,
    /// What was found.
    pub message: String,
    /// What to do, if something is wrong.
    pub remedy: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// All is well.
    Good,
    /// Something does not work that somebody may want.
    Warning,
    /// Something does not work that has to.
    Failure,
}

impl Severity {
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Failure => "failure",
        }
    }
}

impl Report {
    /// Whether nothing has failed.
    pub fn is_good(&self) -> bool {
        self.failures().next().is_none()
    }

    /// What has failed.
    pub fn failures(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Failure)
    }

    pub(super) fn good(&mut self, check: &'static str, subject: &str, message: impl Into<String>) {
        self.add(check, subject, Severity::Good, message.into(), None);
    }

    pub(super) fn warning(&mut self, check: &'static str, subject: &str, message: impl Into<String>, remedy: &str) {
        self.add(check, subject, Severity::Warning, message.into(), Some(remedy.to_owned()));
    }

    pub(super) fn failure(&mut self, check: &'static str, subject: &str, message: impl Into<String>, remedy: &str) {
        self.add(check, subject, Severity::Failure, message.into(), Some(remedy.to_owned()));
    }

    /// A failure of which the error says what it is.
    pub(super) fn error(&mut self, check: &'static str, subject: &str, error: &Error, remedy: &str) {
        self.failure(check, subject, error.message(), remedy);
    }

    fn add(&mut self, check: &'static str, subject: &str, severity: Severity, message: String, remedy: Option<String>) {
        self.findings.push(Finding { check, subject: subject.to_owned(), severity, message, remedy });
    }
}
