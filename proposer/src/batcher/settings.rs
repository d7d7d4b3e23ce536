//! Section `[batcher]` of the configuration.

use std::time::Duration;

use alloy::primitives::Address;
use serde::{Deserialize, Serialize};
use surety_engine::l1::signer::KeySource;

/// When and how batches are posted.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BatcherConfig {
    /// Whether any are.
    pub(crate) enabled: bool,
    /// The key that pays for them. Absent: the proposer's, whose moves come before batches; then no batch goes into a blob,
    /// because only another blob replaces one that is stuck in L1's pool, and a move has none.
    pub(crate) key: Option<KeySource>,
    /// Who gets the priority fees of the L2 blocks; absent: the key's address.
    pub(crate) fee_recipient: Option<Address>,
    /// How long a transaction, deposit or message waits for company, milliseconds.
    pub(crate) max_wait_ms: u64,
    /// Least time between two batches, milliseconds.
    pub(crate) min_interval_ms: u64,
    /// Least time between two batches of which the second's priority fees pay nothing of its cost on L1, milliseconds; the more
    /// they pay, the less.
    pub(crate) max_unpaid_wait_ms: u64,
    /// A batch that fills so much of a block's gas, of the batch's bytes or of its slots does not wait, percent.
    pub(crate) fill_percent: u8,
    /// Where the data goes.
    pub(crate) data: DataForm,
}

/// Where a batch's data goes.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DataForm {
    /// Wherever it is cheaper now; blobs only if `[node.beacon]` tells where they can be read back.
    #[default]
    Cheapest,
    /// Into the transaction.
    Calldata,
    /// Into a blob.
    Blob,
}

impl Default for BatcherConfig {
    fn default() -> Self {
        Self {
            enabled: false,
            key: None,
            fee_recipient: None,
            max_wait_ms: 2_000,
            min_interval_ms: 1_000,
            max_unpaid_wait_ms: 300_000,
            fill_percent: 80,
            data: DataForm::Cheapest,
        }
    }
}

impl BatcherConfig {
    /// How long something waits for company.
    pub(crate) const fn max_wait(&self) -> Duration {
        Duration::from_millis(self.max_wait_ms)
    }

    /// Least time between two batches.
    pub(crate) const fn min_interval(&self) -> Duration {
        Duration::from_millis(self.min_interval_ms)
    }

    /// Least time between two batches of which the second pays nothing of its cost.
    pub(crate) const fn max_unpaid_wait(&self) -> Duration {
        Duration::from_millis(self.max_unpaid_wait_ms)
    }
}
