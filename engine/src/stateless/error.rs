//! Why a trace does not prove its block. None of these says that a claim is false.

use alloy_primitives::{Address, B256, U256};
use revm::database_interface::bal::EvmDatabaseError;
use thiserror::Error;

use crate::execute::{
    error::{ExecuteError, StateError},
    skip::Skip,
};

/// A trace is not a proof.
#[derive(Debug, Error)]
pub enum NotProven {
    /// Its header is another block's.
    #[error("the header hashes to {computed}, the trace names {named}")]
    BlockHash {
        /// The hash in the trace.
        named: B256,
        /// The header's.
        computed: B256,
    },
    /// It proves another state root.
    #[error("post-state root {claimed} is claimed, the header has {stated}")]
    PostStateRoot {
        /// What was to be proven.
        claimed: B256,
        /// The header's.
        stated: B256,
    },
    /// It starts from another state.
    #[error("pre-state root {claimed} is claimed, the parent has {stated}")]
    PreStateRoot {
        /// What was to be proven.
        claimed: B256,
        /// The parent header's.
        stated: B256,
    },
    /// It proves another amount of gas.
    #[error("gas {claimed} is claimed, the header has {stated}")]
    GasUsed {
        /// What was to be proven.
        claimed: U256,
        /// The header's.
        stated: u64,
    },
    /// An ancestor is not the parent of the block before it.
    #[error("ancestor {index} is not the parent of the block before it")]
    Ancestry {
        /// Its place in the list.
        index: usize,
    },
    /// A field of the header is not what the block gives.
    #[error("header field {field} is {stated}, the block gives {computed}")]
    Header {
        /// The field.
        field: &'static str,
        /// The header's value.
        stated: String,
        /// The value that the block gives.
        computed: String,
    },
    /// The header breaks a rule that stands between it and its parent, or bounds a field.
    #[error("header field {field} breaks a rule: {rule}")]
    Rule {
        /// The field.
        field: &'static str,
        /// The rule.
        rule: &'static str,
    },
    /// A transaction is not valid here.
    #[error("transaction {index} is invalid: {reason}")]
    Transaction {
        /// Its place in the block.
        index: usize,
        /// Why.
        reason: String,
    },
    /// An entry of the batch would be skipped.
    #[error("the entry of slot {slot} would be skipped: {reason}")]
    Skipped {
        /// Its slot.
        slot: u16,
        /// Why.
        reason: Skip,
    },
    /// The deposits are not whole, or too many for a block.
    #[error("{0} bytes are not the packed deposits of a block")]
    Deposits(usize),
    /// The block uses more gas than its header says; what follows was not executed.
    #[error("the block uses at least {used} gas, the header says {stated}")]
    GasExceeded {
        /// Gas used so far.
        used: u64,
        /// The header's.
        stated: u64,
    },
    /// A system call of the block's end failed, which makes a block invalid.
    #[error("the system call of {contract} failed: {reason}")]
    SystemCall {
        /// Whom it calls.
        contract: Address,
        /// How it ended.
        reason: String,
    },
    /// A log of the deposit contract is not a deposit's.
    #[error("a log of the deposit contract is malformed")]
    DepositLog,
    /// State is missing, or malformed: the error names the node with its account and path, or the code, or the block.
    #[error(transparent)]
    State(StateError),
    /// A node that the block does not need.
    #[error("node {0} is not needed")]
    UnneededNode(B256),
    /// A code that the block does not need.
    #[error("code {0} is not needed")]
    UnneededCode(B256),
    /// An ancestor that the block does not need.
    #[error("ancestor {index} is not needed")]
    UnneededAncestor {
        /// Its place in the list.
        index: usize,
    },
    /// Execution contradicts its own checks: a bug.
    #[error("execution failed: {0}")]
    Execution(ExecuteError),
}

impl NotProven {
    /// Whether the trace lacks something, so that a fuller one may prove the same.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::State(cause) if cause.is_unknown())
    }
}

impl From<StateError> for NotProven {
    fn from(cause: StateError) -> Self {
        Self::State(cause)
    }
}

impl From<EvmDatabaseError<StateError>> for NotProven {
    fn from(error: EvmDatabaseError<StateError>) -> Self {
        match error {
            EvmDatabaseError::Database(cause) => Self::State(cause),
            other => Self::Execution(ExecuteError::Refused(other.to_string())),
        }
    }
}

impl From<ExecuteError> for NotProven {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::State(cause) => Self::State(cause),
            other => Self::Execution(other),
        }
    }
}
