//! Where and how a model is stored.

/// The system that keeps a model's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StorageBackend {
    /// TerminusDB: graph records. The default.
    TerminusDb,
    /// PostgreSQL: rows in tables.
    Postgres,
}

/// How a model is stored: `#[storage(…)]`.
///
/// ```
/// use sqh_model::schema::{StorageBackend, StorageConfig};
///
/// let config = StorageConfig { high_volume: true, ..StorageConfig::postgres() };
/// assert_eq!(config.backend, StorageBackend::Postgres);
/// assert_eq!(StorageConfig::default().backend, StorageBackend::TerminusDb);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageConfig {
    /// The system that keeps the records.
    pub backend: StorageBackend,
    /// The table's name where it is not the model's name in snake case.
    pub table_name: Option<&'static str>,
    /// Whether it grows without end: BRIN on time, estimated counts, no list without a limit.
    pub high_volume: bool,
    /// The field by whose ranges the table is partitioned.
    pub partition_by: Option<&'static str>,
    /// Whether it lives in the shared reference database instead of each tenant's.
    pub shared: bool,
    /// How the table is partitioned. Read only where `partition_by` is set.
    pub partitioning: Partitioning,
    /// The placement that the model requires; without one, the tenant's placement rules.
    pub placement: Option<Placement>,
    /// Whether row-level security is generated in row placement.
    pub rls: bool,
    /// How a graph record's identity is made.
    pub graph_key: GraphKey,
    /// A class without records of its own.
    pub is_abstract: bool,
    /// A class whose records live inside their parent.
    pub is_subdocument: bool,
    /// A class whose records are read together with what refers to them.
    pub is_unfoldable: bool,
}

impl StorageConfig {
    /// A graph model with a random key.
    pub const fn terminusdb() -> Self {
        Self {
            backend: StorageBackend::TerminusDb,
            table_name: None,
            high_volume: false,
            partition_by: None,
            shared: false,
            partitioning: Partitioning::MONTHLY,
            placement: None,
            rls: false,
            graph_key: GraphKey::Random,
            is_abstract: false,
            is_subdocument: false,
            is_unfoldable: false,
        }
    }

    /// A table without partitions, in the tenant's placement.
    pub const fn postgres() -> Self {
        Self { backend: StorageBackend::Postgres, ..Self::terminusdb() }
    }
}

impl Default for StorageConfig {
    fn default() -> Self {
        Self::terminusdb()
    }
}

/// Ranges of time, one partition each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partitioning {
    /// The length of a partition.
    pub interval: PartitionInterval,
    /// How many partitions are made ahead of now.
    pub premake: u16,
    /// How long partitions are kept, such as `24 months`; for ever if `None`.
    pub retention: Option<&'static str>,
}

impl Partitioning {
    /// A partition a month, three made ahead, kept for ever.
    pub const MONTHLY: Self = Self { interval: PartitionInterval::Month, premake: 3, retention: None };
}

/// The length of a partition. Ranges start at midnight UTC; weeks on Monday (ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say all")]
pub enum PartitionInterval {
    Day,
    Week,
    Month,
    Year,
}

/// Where a tenant's rows are: a database, a schema, or rows of shared tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Placement {
    /// A database of the tenant's own.
    Database,
    /// A schema of the tenant's own in a database of many.
    Schema,
    /// Rows that carry the tenant's key, in tables of many.
    Row,
}

impl Placement {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Database, Self::Schema, Self::Row];

    /// The name in attributes, in the catalog and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Schema => "schema",
            Self::Row => "row",
        }
    }

    /// The placement of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|placement| placement.name() == name)
    }
}

/// How the identity of a graph record is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphKey {
    /// By the client, at random.
    Random,
    /// From these fields, readable.
    Lexical(&'static [&'static str]),
    /// From a hash of these fields.
    Hash(&'static [&'static str]),
    /// From a hash of the whole record.
    ValueHash,
}
