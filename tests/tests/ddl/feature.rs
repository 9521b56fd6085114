//! The features, one file each.

mod columns;
mod embedded;
mod enums;
mod high_volume;
mod indexes;
mod keys;
mod names;
pub(crate) mod partitions;
mod references;
mod row;
mod search;
mod shared;
mod spatial;
mod types;
mod views;

use crate::Feature;

/// Every feature.
pub(crate) fn all() -> Vec<Feature> {
    vec![
        types::feature(),
        columns::feature(),
        embedded::feature(),
        enums::feature(),
        keys::feature(),
        indexes::feature(),
        references::feature(),
        partitions::feature(),
        partitions::intervals(),
        high_volume::feature(),
        names::feature(),
        shared::feature(),
        row::feature(),
        search::feature(),
        spatial::feature(),
        views::feature(),
    ]
}
