//! The points at which a test kills a process: after each step that stays.

/// What has just been done, for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    TenantAdded,
    DatabaseMade,
    PlaceMade,
    WritersLetIn,
    PurgeStarted,
    DatabaseDropped,
    PlaceClosed,
    SchemaDropped,
    RowsDeleted,
    PooledLeft,
}

#[cfg(test)]
impl Step {
    pub(super) const ALL: [Self; 10] = [
        Self::TenantAdded,
        Self::DatabaseMade,
        Self::PlaceMade,
        Self::WritersLetIn,
        Self::PurgeStarted,
        Self::DatabaseDropped,
        Self::PlaceClosed,
        Self::SchemaDropped,
        Self::RowsDeleted,
        Self::PooledLeft,
    ];
}

/// The environment variable that names the step after which a process under test ends.
#[cfg(test)]
pub(super) const KILL_AFTER: &str = "SQH_TEST_KILL_AFTER";

/// A step is done. A process under test ends here if it was told to.
#[cfg_attr(not(test), allow(clippy::needless_pass_by_value, clippy::missing_const_for_fn))]
pub(super) fn reach(step: Step) {
    #[cfg(test)]
    if std::env::var(KILL_AFTER).is_ok_and(|name| name == format!("{step:?}")) {
        std::process::abort();
    }
    #[cfg(not(test))]
    let _ = step;
}
