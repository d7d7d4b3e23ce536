//! Sending, as the player sees it: one call at a time, and what a refusal means.

use std::sync::Arc;

use alloy_sol_types::SolError;
use async_trait::async_trait;

use crate::l1::bindings::{IRollup, ITournament};
use crate::l1::send::{Call, Lane, LaneError, Sent};

/// Sends the transactions of one key.
#[async_trait]
pub trait TransactionLane: Send + Sync {
    /// Sends one call and waits until it is mined.
    async fn send(&self, call: &Call) -> Result<Sent, LaneError>;

    /// The same for a call that protects a bond or brings money home: it may use what is kept for that.
    async fn defend(&self, call: &Call) -> Result<Sent, LaneError> {
        self.send(call).await
    }
}

#[async_trait]
impl TransactionLane for Lane {
    async fn send(&self, call: &Call) -> Result<Sent, LaneError> {
        Self::send(self, call).await
    }

    async fn defend(&self, call: &Call) -> Result<Sent, LaneError> {
        Self::defend(self, call).await
    }
}

#[async_trait]
impl<L: TransactionLane + ?Sized> TransactionLane for Arc<L> {
    async fn send(&self, call: &Call) -> Result<Sent, LaneError> {
        (**self).send(call).await
    }

    async fn defend(&self, call: &Call) -> Result<Sent, LaneError> {
        (**self).defend(call).await
    }
}

/// Errors with which the contracts say that the chain has moved on: somebody did this, or something after it, already.
const OVERTAKEN: [[u8; 4]; 14] = [
    ITournament::AlreadySettled::SELECTOR,
    ITournament::AlreadyOpened::SELECTOR,
    ITournament::UnexpectedNode::SELECTOR,
    ITournament::WrongTurn::SELECTOR,
    ITournament::WrongPhase::SELECTOR,
    ITournament::NothingToMerge::SELECTOR,
    ITournament::BondSettled::SELECTOR,
    IRollup::AlreadyConfirmed::SELECTOR,
    IRollup::AlreadyVoid::SELECTOR,
    IRollup::NotFirstChild::SELECTOR,
    IRollup::WrongBondStatus::SELECTOR,
    IRollup::BondElsewhere::SELECTOR,
    IRollup::ParentNotConfirmed::SELECTOR,
    IRollup::NotWinner::SELECTOR,
];

/// Whether a refusal only says that the chain has moved on, so that planning anew is all there is to do.
#[must_use]
pub fn is_overtaken(error: &LaneError) -> bool {
    match error {
        LaneError::WouldRevert { data, .. } => {
            data.first_chunk().is_some_and(|selector| OVERTAKEN.contains(selector))
        }
        LaneError::Reverted { .. } | LaneError::NonceTaken { .. } => true,
        LaneError::Funds { .. }
        | LaneError::NotMined { .. }
        | LaneError::Unseen { .. }
        | LaneError::Yielded { .. }
        | LaneError::Signer { .. }
        | LaneError::Transport { .. } => false,
    }
}
