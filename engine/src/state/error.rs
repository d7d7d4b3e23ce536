//! What can be wrong with a store.

use std::{io, path::PathBuf};

use alloy_primitives::{B256, Bytes};

use super::{
    Table,
    database::{is_damage, is_locked},
};
use crate::authenticated::source::SourceError;

/// A store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The files are damaged beyond what [`Store::open`](super::Store::open) repairs; the store must be rebuilt.
    #[error("store at {0} is corrupt")]
    Corrupt(PathBuf),
    /// A row is not what was written: its checksum, its hash or its encoding is wrong.
    #[error("row {key} of {table:?} is damaged")]
    Damaged {
        /// Its table.
        table: Table,
        /// Its whole key.
        key: Bytes,
    },
    /// The head's state has no root node.
    #[error("the head's state root {0} has no node")]
    HeadStateMissing(B256),
    /// The store was written by another version of this program.
    #[error(
        "store format {0} is another version's: move the store away, and it is rebuilt from L1"
    )]
    UnknownFormat(Bytes),
    /// A roll-back to a block that the store does not hold.
    #[error("no block {0} to roll back to")]
    NoSuchBlock(u64),
    /// The file system failed.
    #[error("{}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Its failure.
        source: io::Error,
    },
    /// The database failed.
    #[error("database failed")]
    Database(#[from] sled::Error),
}

impl StoreError {
    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }

    /// Whether another process has the store open.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Database(error) if is_locked(error))
    }

    /// Whether only a rebuild helps.
    #[must_use]
    pub fn is_corruption(&self) -> bool {
        match self {
            Self::Corrupt(_) | Self::Damaged { .. } | Self::HeadStateMissing(_) => true,
            Self::Database(error) => is_damage(error),
            _ => false,
        }
    }
}

impl From<StoreError> for SourceError {
    fn from(error: StoreError) -> Self {
        Self::new(error)
    }
}
