//! An L1 transaction that a command has sent, as its report tells of it.

use std::fmt;

use alloy::primitives::B256;
use serde::Serialize;
use surety_engine::l1::send::Sent;

use crate::stage::amounts::grouped;

/// A transaction that is mined on L1. What a call of swaps does on L2 follows with the batch that it appends.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Done {
    /// Its hash.
    pub(crate) transaction: B256,
    /// What it took.
    pub(crate) gas: u64,
}

impl From<Sent> for Done {
    fn from(sent: Sent) -> Self {
        Self { transaction: sent.hash, gas: sent.gas }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} gas", self.transaction, grouped(self.gas))
    }
}
