//! [`Verb`]: what a principal does to records.

use std::fmt;

/// The verb of an operation: what rules, permissions and messages are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are the verbs")]
pub enum Verb {
    Read,
    List,
    Create,
    Update,
    Delete,
}

impl Verb {
    /// Every verb: what `all` stands for.
    pub const ALL: &'static [Self] = &[Self::Read, Self::List, Self::Create, Self::Update, Self::Delete];

    /// The verb as rules and permissions spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::List => "list",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// Whether it changes what is stored.
    pub const fn is_write(self) -> bool {
        !matches!(self, Self::Read | Self::List)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
