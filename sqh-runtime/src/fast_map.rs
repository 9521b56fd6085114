//! [`FastMap`]: a map for keys that no stranger chooses, or few of them.

use std::collections::HashMap;

/// A map that every operation asks. The standard library's hash withstands keys that were made to
/// collide; here each process still has a seed of its own, for a quarter of the instructions.
pub(crate) type FastMap<K, V> = HashMap<K, V, foldhash::quality::RandomState>;
