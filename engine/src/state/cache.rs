//! How much of a store is kept in memory.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// Megabytes of memory for a store's pages. sled counts what it reads in lots, so that up to 30 more are taken, and it keeps a
/// table of all its pages beside them: a twentieth of what the store takes on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct CacheSize(NonZeroU32);

impl CacheSize {
    /// So many megabytes.
    #[must_use]
    pub const fn megabytes(megabytes: NonZeroU32) -> Self {
        Self(megabytes)
    }

    pub(super) const fn bytes(self) -> u64 {
        (self.0.get() as u64) << 20
    }
}

impl Default for CacheSize {
    fn default() -> Self {
        Self(NonZeroU32::MIN.saturating_add(63))
    }
}
