//! Why a block cannot be shown.

use thiserror::Error;

use crate::{execute::error::StateError, state::StoreError};

/// What was asked for cannot be shown.
#[derive(Debug, Error)]
pub enum ChainError {
    /// There is no such block, or it fell out.
    #[error("no such block")]
    NoSuchBlock,
    /// What is stored of a block does not fit together.
    #[error("block {number}: {what} cannot be read")]
    Unreadable {
        /// The block.
        number: u64,
        /// What of it.
        what: &'static str,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The state cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
}
