//! Why nothing came of a call.

use alloy_primitives::{B256, Bytes, U256};
use thiserror::Error;

use crate::l1::{client::L1Error, signer};

/// Why nothing came of a call.
#[derive(Debug, Error)]
pub enum LaneError {
    /// It would revert now; nothing was signed. The revert data tells why.
    #[error("{label} would revert: {data}")]
    WouldRevert {
        /// The call's label.
        label: &'static str,
        /// ABI-encoded error.
        data: Bytes,
    },
    /// It was mined and reverted: somebody else was faster.
    #[error("{label} reverted in transaction {hash}")]
    Reverted {
        /// The call's label.
        label: &'static str,
        /// The transaction.
        hash: B256,
    },
    /// The key's funds do not cover it and the floor.
    #[error("{label} needs {needed} wei, the key has {balance}")]
    Funds {
        /// The call's label.
        label: &'static str,
        /// Wei needed at most.
        needed: U256,
        /// Wei there.
        balance: U256,
    },
    /// Another transaction of the key took the nonce.
    #[error("{label}: nonce {nonce} was used by another transaction")]
    NonceTaken {
        /// The call's label.
        label: &'static str,
        /// The nonce.
        nonce: u64,
    },
    /// It was not mined within all attempts. It may still be.
    #[error("{label} was not mined within {attempts} attempts")]
    NotMined {
        /// The call's label.
        label: &'static str,
        /// How many.
        attempts: u32,
        /// The last one, if there was one.
        hash: Option<B256>,
    },
    /// It was sent, and no L1 endpoint could be read since: it may be mined.
    #[error("{label} was sent in transaction {hash}, and then: {source}")]
    Unseen {
        /// The call's label.
        label: &'static str,
        /// The transaction.
        hash: B256,
        /// The cause.
        source: L1Error,
    },
    /// The key refused to sign.
    #[error("{label}: {source}")]
    Signer {
        /// The call's label.
        label: &'static str,
        /// The cause.
        source: alloy::signers::Error,
    },
    /// It gave way to a call that does not. If it was sent, it may still be mined, unless the other takes its nonce.
    #[error("{label} gave way")]
    Yielded {
        /// The call's label.
        label: &'static str,
    },
    /// No L1 endpoint could be read: unknown. Nothing was sent.
    #[error("{label}: {source}")]
    Transport {
        /// The call's label.
        label: &'static str,
        /// The cause.
        source: L1Error,
    },
}

impl LaneError {
    /// Whether it comes of what an L1 endpoint said, so that another one might answer better. The contracts say why they revert:
    /// an endpoint that does not is one that cannot tell.
    #[must_use]
    pub fn is_of_l1(&self) -> bool {
        match self {
            Self::Unseen { .. } | Self::Transport { .. } => true,
            Self::WouldRevert { data, .. } => data.is_empty(),
            _ => false,
        }
    }

    /// Whether another call has to wait until the chain was read again: this one, or an earlier one, may have been mined or
    /// may still be, so that another would take its nonce or act on what is past; or there is nobody to sign.
    #[must_use]
    pub fn holds_the_lane(&self) -> bool {
        match self {
            Self::NotMined { .. }
            | Self::NonceTaken { .. }
            | Self::Yielded { .. }
            | Self::Unseen { .. }
            | Self::Transport { .. } => true,
            // one that refuses this call may sign the next
            Self::Signer { source, .. } => signer::is_unreachable(source),
            Self::WouldRevert { .. } | Self::Reverted { .. } | Self::Funds { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_still_be_mined_holds_the_lane_and_what_was_refused_does_not() {
        let label = "turn";
        let empty = LaneError::WouldRevert { label, data: Bytes::new() };
        let refused = LaneError::WouldRevert { label, data: Bytes::from([1; 4]) };
        assert!(empty.is_of_l1() && !refused.is_of_l1());
        assert!(!empty.holds_the_lane() && !refused.holds_the_lane());
        let source = || L1Error::Inconsistent("answers");
        for error in [
            LaneError::NotMined { label, attempts: 3, hash: None },
            LaneError::Unseen { label, hash: B256::ZERO, source: source() },
            LaneError::NonceTaken { label, nonce: 3 },
            LaneError::Transport { label, source: source() },
        ] {
            assert!(error.holds_the_lane(), "{error}");
        }
        assert!(LaneError::Transport { label, source: source() }.is_of_l1());
        let policy = alloy::signers::Error::message("this key does not sign that");
        assert!(!LaneError::Signer { label, source: policy }.holds_the_lane());
    }
}
