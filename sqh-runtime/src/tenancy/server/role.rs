//! [`Role`]: who the platform logs in as.

/// Who the platform logs in as. But for the owner, each is a role of the server's that
/// [`Platform::init`](crate::Platform::init) makes, unless it is given a URL of its own by
/// [`PlatformBuilder::role_url`](crate::PlatformBuilder::role_url).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Role {
    /// Creates databases, extensions and roles: the user of the server's URL.
    Owner,
    /// Makes and owns schemas and tables, and keeps the catalog: `sqh_migrator`.
    Migrator,
    /// Reads and writes the records of tenants, and can change nothing else: `sqh_app`.
    Application,
    /// Reads the shared reference database: `sqh_shared_reader`.
    SharedReader,
    /// Writes records of the shared reference database: `sqh_shared_writer`.
    SharedWriter,
}

impl Role {
    /// The roles that the platform makes.
    pub const MADE: [Self; 4] = [Self::Migrator, Self::Application, Self::SharedReader, Self::SharedWriter];

    /// The name on the server, if the platform makes it; the owner's is its own.
    pub const fn made_name(self) -> Option<&'static str> {
        match self {
            Self::Owner => None,
            Self::Migrator => Some("sqh_migrator"),
            Self::Application => Some("sqh_app"),
            Self::SharedReader => Some("sqh_shared_reader"),
            Self::SharedWriter => Some("sqh_shared_writer"),
        }
    }

    /// The variable in which the command line finds a URL of the role's own.
    pub const fn url_variable(self) -> &'static str {
        match self {
            Self::Owner => "DATABASE_URL",
            Self::Migrator => "SQH_MIGRATOR_URL",
            Self::Application => "SQH_APPLICATION_URL",
            Self::SharedReader => "SQH_SHARED_READER_URL",
            Self::SharedWriter => "SQH_SHARED_WRITER_URL",
        }
    }
}
