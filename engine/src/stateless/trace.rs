//! A trace: a block, and all that executing it without any other state takes.

use std::iter;

use alloy::{
    consensus::{
        EthereumTxEnvelope, Header, Transaction, TxEip4844,
        proofs::{calculate_withdrawals_root, ordered_trie_root_with_encoder},
    },
    eips::{eip2718::Decodable2718, eip4895::Withdrawal},
};
use alloy_primitives::{B256, Bytes, keccak256};

use super::{
    scheme::{Fork, Scheme},
    witness::Witness,
};
use crate::{
    derive::batch::{self, entry_at},
    execute::decode::decode_entry,
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

impl Body {
    /// What the header says of transactions and of withdrawals.
    #[must_use]
    pub fn roots(&self) -> (B256, Option<B256>) {
        match self {
            Self::Surety { batch, deposits } => {
                let root = batch::slice(batch).unwrap_or_default().root;
                (root, Some(keccak256(deposits)))
            }
            Self::Ethereum { fork, transactions, withdrawals } => {
                let root = ordered_trie_root_with_encoder(transactions, |transaction, out| {
                    out.extend_from_slice(transaction);
                });
                let has_withdrawals = *fork >= Fork::Shanghai;
                (root, has_withdrawals.then(|| calculate_withdrawals_root(withdrawals)))
            }
        }
    }
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

    /// The sum of its transactions' gas limits: no execution of them takes more. What is no transaction counts 0, for execution
    /// ends there.
    #[must_use]
    pub fn gas_limits(&self) -> u64 {
        let sum = |limits: &mut dyn Iterator<Item = u64>| limits.fold(0, u64::saturating_add);
        match &self.body {
            Body::Surety { batch, .. } => {
                let mut entry = entry_at(batch, 0);
                let entries = iter::from_fn(|| {
                    let this = entry.take()?;
                    entry = entry_at(batch, this.range.end);
                    Some(this.bytes)
                });
                sum(&mut entries.map(|entry| {
                    decode_entry(entry, self.chain_id).map_or(0, |decoded| decoded.gas_limit)
                }))
            }
            Body::Ethereum { transactions, .. } => sum(&mut transactions.iter().map(|encoded| {
                EthereumTxEnvelope::<TxEip4844>::decode_2718_exact(encoded)
                    .map_or(0, |decoded| decoded.gas_limit())
            })),
        }
    }
}
