//! Section `[mempool]` of the configuration: how much the pool holds, and what it asks.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Bounds of the pool. What does not fit drives out what pays least.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MempoolSettings {
    /// Transactions at most.
    pub(crate) transactions: usize,
    /// Bytes of all of them at most.
    pub(crate) bytes: usize,
    /// Transactions of one sender at most.
    pub(crate) sender_transactions: usize,
    /// Bytes of one sender's transactions at most.
    pub(crate) sender_bytes: usize,
    /// How long a transaction may wait for what it lacks (an earlier nonce, funds), seconds.
    pub(crate) lifetime_seconds: u64,
    /// Least priority fee of a transaction, wei per gas.
    pub(crate) min_priority_fee_wei: u64,
    /// Takes transactions that name no chain (before EIP-155), and that anybody may therefore repeat elsewhere.
    pub(crate) allow_unprotected: bool,
}

impl Default for MempoolSettings {
    fn default() -> Self {
        Self {
            transactions: 8_192,
            bytes: 32 << 20,
            sender_transactions: 128,
            sender_bytes: 1 << 20,
            lifetime_seconds: 3 * 60 * 60,
            // with it a full block pays the Inbox's least append fee
            min_priority_fee_wei: 10_000_000,
            allow_unprotected: false,
        }
    }
}

impl MempoolSettings {
    /// Least priority fee of a transaction, wei per gas.
    pub(crate) const fn least_tip(&self) -> u128 {
        self.min_priority_fee_wei as u128
    }

    /// How long a transaction may wait for what it lacks.
    pub(crate) const fn lifetime(&self) -> Duration {
        Duration::from_secs(self.lifetime_seconds)
    }
}
