//! What keeps a message from being carried on.

use alloy_primitives::{Address, B256, Bytes, U256};
use thiserror::Error;

use crate::{
    bridge::{tree::TreeError, withdrawal::OutboxError},
    derive::batch::EntryLength,
    dispute::{domain::ClaimId, observe::ObserveError},
    execute::error::ExecuteError,
    l1::{append::AppendError, client::L1Error, send::LaneError},
    node::NodeError,
    state::StoreError,
};

/// Why nothing came of it.
#[derive(Debug, Error)]
pub enum RelayError {
    /// The deployment has no Bridge.
    #[error("the deployment has no Bridge")]
    NoBridge,
    /// The node does not know: unknown.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The claims could not be read: unknown.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// L1 could not be read: unknown.
    #[error(transparent)]
    L1(#[from] L1Error),
    /// A transaction on L1 was not made.
    #[error(transparent)]
    Lane(#[from] LaneError),
    /// A batch was not appended.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The state of L2 could not be read.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// The message tree has no such leaf.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The message is not in the Outbox, or that could not be read.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// A transaction is too long for a batch.
    #[error(transparent)]
    Entry(#[from] EntryLength),
    /// The key refused to sign.
    #[error(transparent)]
    Signer(#[from] alloy::signers::Error),
    /// A call on L2 would fail now; nothing was signed.
    #[error("the call on L2 would fail: {output}")]
    WouldFail {
        /// What it would revert with.
        output: Bytes,
    },
    /// The account cannot pay for its calls on L2; nothing was signed.
    #[error("{account} needs {needed} wei on L2 and has {balance}")]
    Funds {
        /// The account.
        account: Address,
        /// What its calls take at most.
        needed: U256,
        /// What it has.
        balance: U256,
    },
    /// What L2 answers cannot be decoded.
    #[error("an answer on L2 that cannot be decoded: {0}")]
    Decode(#[from] alloy_sol_types::Error),
    /// No L2 block carries a root that holds the message.
    #[error("message {0} is under no root on L2 yet: a batch has to be appended")]
    NotRooted(u64),
    /// There is no such message.
    #[error("no message {0} was sent")]
    UnknownMessage(B256),
    /// No claim that holds the message is confirmed.
    #[error("message {0} is in no confirmed claim yet")]
    NotConfirmed(B256),
    /// A confirmed claim is not what was executed here: L1 or this node is wrong, and nothing is proven from either.
    #[error("claim {claim} is confirmed, and it is not what this node executed")]
    Contradiction {
        /// The claim.
        claim: ClaimId,
    },
    /// The transaction left no event of what it did.
    #[error("transaction {0} left no event of what it did")]
    NoEvent(B256),
}

impl RelayError {
    /// Whether another L1 endpoint might answer better.
    #[must_use]
    pub const fn is_of_l1(&self) -> bool {
        match self {
            Self::Node(error) => error.is_of_l1(),
            Self::Observe(_) | Self::L1(_) | Self::Append(AppendError::L1(_)) => true,
            _ => false,
        }
    }

    /// Whether an L1 transaction of ours is refused by what it calls, now or when it was mined: the target's failure, or
    /// somebody else was faster. Another call may well succeed.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Lane(LaneError::WouldRevert { .. } | LaneError::Reverted { .. }))
    }
}
