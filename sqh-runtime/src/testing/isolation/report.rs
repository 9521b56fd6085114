//! [`Report`]: what a run has come to.

use std::fmt;
use std::time::Duration;

use super::paths::Walks;
use super::unrest::Disturbances;

/// What a run has come to. It prints as a table.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// The seed that leads to the same operations.
    pub seed: u64,
    /// How many there were.
    pub operations: u64,
    /// How often several callers of a tenant were at work at the same time.
    pub crowds: u64,
    /// How often a tenant turned to shared records.
    pub visits: u64,
    /// The slugs of the tenants, which are dropped by now unless they were to be kept.
    pub tenants: Vec<String>,
    /// How long they took.
    pub took: Duration,
    /// How often each path was walked.
    pub walks: Walks,
    /// What went on around them.
    pub disturbances: Disturbances,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, operations, crowds, visits, tenants, took, walks, disturbances } = self;
        let tenants = tenants.len();
        let rate = *operations as f64 / took.as_secs_f64().max(f64::EPSILON);
        write!(
            f,
            "{operations} operations of {tenants} tenants in {took:.1?} ({rate:.0} a second), seed {seed}\n\
             {crowds} times several callers of a tenant, {visits} of shared records\n{walks}\n{disturbances}"
        )
    }
}
