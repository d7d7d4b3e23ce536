//! What can stop execution. Only a missing piece of data says nothing about the chain: retry; all else is final.

use alloy_primitives::{Address, B256, U256};
use thiserror::Error;

use crate::authenticated::{mpt::MptError, source::SourceError};

/// State that execution needs could not be read.
#[derive(Debug, Error)]
pub enum StateError {
    /// A trie operation failed.
    #[error("trie of {account:?}: {cause}")]
    Trie {
        /// Whose storage, or the state trie itself.
        account: Option<Address>,
        /// Why.
        cause: MptError,
    },
    /// No source holds the code.
    #[error("code {0} is missing")]
    MissingCode(B256),
    /// Nothing tells the hash of the block.
    #[error("hash of block {0} is missing")]
    MissingBlockHash(u64),
    /// The source of codes failed.
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl StateError {
    /// Whether another source, or the same one later, may have the answer.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        match self {
            Self::MissingCode(_) | Self::MissingBlockHash(_) | Self::Source(_) => true,
            Self::Trie { cause, .. } => {
                matches!(cause, MptError::MissingNode { .. } | MptError::Source(_))
            }
        }
    }
}

impl revm::database_interface::DBErrorMarker for StateError {}

/// Why a block or a slot was not executed; nothing has changed then.
#[derive(Debug, Error)]
pub enum ExecuteError {
    /// State could not be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// The Inbox record is not the next block's.
    #[error("record of block {record}, expected {expected}")]
    Number {
        /// The record's block.
        record: u64,
        /// The block after the boundary.
        expected: u64,
    },
    /// The boundary is in the middle of a block, or the slot's block has not begun.
    #[error("slot {0} does not continue this boundary")]
    Slot(u16),
    /// A base fee above 64 bits. Reaching it would burn more than all ether there is.
    #[error("base fee {0} does not fit 64 bits")]
    BaseFee(U256),
    /// revm contradicts our own rules: a bug.
    #[error("revm refused a valid transaction: {0}")]
    Refused(String),
    /// Counters left their range: a bug.
    #[error("{0} out of range")]
    Range(&'static str),
}

impl ExecuteError {
    /// Whether data is missing, so that the answer is *unknown* rather than wrong.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        match self {
            Self::State(cause) => cause.is_unknown(),
            _ => false,
        }
    }
}
