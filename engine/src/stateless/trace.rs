//! A trace: a block, and all that executing it without any other state takes.

use alloy::{consensus::Header, eips::eip4895::Withdrawal};
use alloy_primitives::{B256, Bytes};

use super::{
    scheme::{Fork, Scheme},
    witness::Witness,
};

/// What an EXECUTE call executes. Its encodings are in [`super::encoding`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Chain id.
    pub chain_id: u64,
    /// Hash of the header: binds also what execution leaves free.
    pub block_hash: B256,
    /// The header to produce, which is the block's environment, too.
    pub header: Header,
    /// Headers of the blocks before it, its parent's first; empty, or as many as the block needs.
    pub ancestors: Vec<Header>,
    /// What the header's scheme commits to.
    pub body: Body,
    /// The part of the parent's state that the block needs.
    pub witness: Witness,
}

/// Transactions, and ether that comes from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Of a block of ours.
    Surety {
        /// The batch.
        batch: Bytes,
        /// The deposits, packed.
        deposits: Bytes,
    },
    /// Of an Ethereum block.
    Ethereum {
        /// Its rules.
        fork: Fork,
        /// Signed transactions, EIP-2718 encoded.
        transactions: Vec<Bytes>,
        /// Withdrawals; none before Shanghai.
        withdrawals: Vec<Withdrawal>,
    },
}

impl Trace {
    /// The scheme of its header.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        match &self.body {
            Body::Surety { .. } => Scheme::Surety,
            Body::Ethereum { fork, .. } => Scheme::Ethereum(*fork),
        }
    }

    /// State root of its parent, if the parent's header is among the ancestors.
    #[must_use]
    pub fn pre_state_root(&self) -> Option<B256> {
        self.ancestors.first().map(|parent| parent.state_root)
    }
}
