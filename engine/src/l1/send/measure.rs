//! What becomes of a lane's calls, in numbers.

use super::{LaneError, Sent};
use crate::telemetry::names;

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
        Err(LaneError::Unseen { .. } | LaneError::Transport { .. }) => "transport",
    };
    names::TRANSACTIONS.with([outcome]).increment(1);
}
