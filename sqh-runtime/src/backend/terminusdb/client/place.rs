//! [`Place`]: a database, a branch of it, or what it was at a commit.

use std::fmt;

/// What an operation is about: a database's main branch, another branch, or a commit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    database: String,
    at: At,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum At {
    Main,
    Branch(String),
    Commit(String),
}

/// The branch that a new database has.
const MAIN: &str = "main";

impl Place {
    /// What the short form of a path leaves out.
    pub(super) const MAIN_SEGMENTS: [&'static str; 3] = ["local", "branch", MAIN];

    /// The main branch of a database of the client's organization.
    pub fn database(name: impl Into<String>) -> Self {
        Self { database: name.into(), at: At::Main }
    }

    /// The same database on another branch.
    #[must_use]
    pub fn branch(&self, name: impl Into<String>) -> Self {
        let name = name.into();
        let at = if name == MAIN { At::Main } else { At::Branch(name) };
        Self { database: self.database.clone(), at }
    }

    /// The same database as it was at a commit, to be read only.
    #[must_use]
    pub fn commit(&self, identifier: impl Into<String>) -> Self {
        Self { database: self.database.clone(), at: At::Commit(identifier.into()) }
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.database
    }

    /// The segments behind those of an endpoint.
    pub(super) fn segments(&self) -> Vec<&str> {
        let mut segments = vec![self.database.as_str()];
        match &self.at {
            At::Main => {}
            At::Branch(name) => segments.extend(["local", "branch", name]),
            At::Commit(identifier) => segments.extend(["local", "commit", identifier]),
        }
        segments
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            At::Main => write!(f, "`{}`", self.database),
            At::Branch(name) => write!(f, "the branch `{name}` of `{}`", self.database),
            At::Commit(identifier) => write!(f, "`{}` at the commit `{identifier}`", self.database),
        }
    }
}
