//! What a lane tells of its transactions.

use std::time::SystemTime;

use super::{LaneError, Sent};
use crate::telemetry::{names, unix_time};

/// While it lives, a transaction is waited for.
pub(super) struct Waiting;

impl Waiting {
    pub(super) fn begin() -> Self {
        names::TRANSACTION_PENDING_SINCE.set(unix_time(SystemTime::now()));
        Self
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        names::TRANSACTION_PENDING_SINCE.set(0.0);
    }
}

/// Counts what became of a call.
pub(super) fn count(sent: &Result<Sent, LaneError>) {
    let outcome = match sent {
        Ok(_) => "mined",
        Err(LaneError::Reverted { .. }) => "reverted",
        Err(LaneError::WouldRevert { .. }) => "would_revert",
        Err(LaneError::Funds { .. }) => "funds",
        Err(LaneError::NonceTaken { .. }) => "nonce_taken",
        Err(LaneError::NotMined { .. }) => "not_mined",
        Err(LaneError::Yielded { .. }) => "yielded",
        Err(LaneError::Signer { .. }) => "signer",
        Err(LaneError::Transport { .. }) => "transport",
    };
    names::TRANSACTIONS.with([outcome]).increment(1);
}
