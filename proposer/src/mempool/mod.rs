//! Transactions that wait for a batch: what the L2's JSON-RPC takes in and the batcher takes out.
//!
//! [`Pool`] holds the rules and knows neither disk nor chain; [`Mempool`] is the one that everybody shares. A transaction
//! is on the disk before its hash is given back, and stays there until L1 can no longer undo the block that spent its
//! nonce: what a reorganisation of L1 throws out of the chain comes back by itself, also over a restart.

mod admission;
mod chain;
mod pool;
mod queue;
mod rejection;
mod settings;
mod shared;

pub(crate) use chain::{Chain, Tip};
pub(crate) use pool::Pooled;
pub(crate) use queue::SenderState;
pub(crate) use rejection::Rejection;
pub(crate) use settings::MempoolSettings;
pub(crate) use shared::{Mempool, MempoolError, Waiting, keep_up};

#[cfg(test)]
mod tests;
