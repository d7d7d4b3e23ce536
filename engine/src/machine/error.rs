//! Why a slot could not be traced.

use alloy_primitives::B256;

use crate::{
    authenticated::{
        blob::BlobError,
        mpt::{MptError, RecordingError},
        source::SourceError,
        word_tree::WordTreeError,
    },
    execute::error::ExecuteError,
};

/// A slot could not be traced: *unknown*, never a statement about the chain.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// A trie operation failed; [`MptError::MissingNode`] when the store does not hold what the slot needs.
    #[error(transparent)]
    Mpt(#[from] MptError),
    /// The store failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The store does not hold a code.
    #[error("no code with hash {0}")]
    MissingCode(B256),
    /// A word tree was asked for what it does not have.
    #[error(transparent)]
    WordTree(#[from] WordTreeError),
    /// Recordings were nested.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// A blob's element could not be opened.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The slot cannot be executed.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// The machine and revm do not agree: a bug in one of the two.
    #[error("step {step}: the machine and revm disagree about {about}")]
    Diverged {
        /// The step.
        step: u32,
        /// What they disagree about.
        about: Divergence,
    },
    /// The slot takes more steps than a step commitment has leaves: steps are paid for, so this is a bug.
    #[error("more than 2^24 steps in a slot")]
    Steps,
    /// The slot's inputs are not those its record commits to.
    #[error("the slot's {0} does not fit its record")]
    Inputs(&'static str),
}

/// What the machine and revm can disagree about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Divergence {
    /// Program counter, gas, stack or memory size before an opcode.
    #[error("the frame before an opcode")]
    Frame,
    /// Which frame runs, or how it began or ended.
    #[error("how a frame begins or ends")]
    Control,
    /// The gas the transaction used, or its refund.
    #[error("the gas used")]
    GasUsed,
    /// Whether the transaction succeeded.
    #[error("the status")]
    Status,
    /// The batch that was copied out of a blob.
    #[error("the batch of a blob")]
    Batch,
    /// What long data hashes or sums up to.
    #[error("the result of long data")]
    LongData,
    /// The transaction's logs.
    #[error("the logs")]
    Logs,
    /// The state root after the transaction.
    #[error("the state root")]
    StateRoot,
}
