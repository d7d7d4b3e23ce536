//! Why nothing came of a swap's step.

use alloy_primitives::{Address, Bytes};
use thiserror::Error;

use super::terms::{LegNumber, LegState, SwapState};
use crate::{
    deploy::ArtifactError, dispute::observe::ObserveError, l1::send::LaneError, node::NodeError,
    relay::RelayError,
};

/// Why nothing came of it.
#[derive(Debug, Error)]
pub enum SwapError {
    /// The rollup's node does not know, or a message cannot be carried on.
    #[error(transparent)]
    Relay(#[from] RelayError),
    /// A transaction on L1 was not made.
    #[error(transparent)]
    Lane(#[from] LaneError),
    /// The contracts are not compiled.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The leg is on another rollup than the one at hand.
    #[error("leg {number} is on the rollup of Bridge {expected}, and this one's is {got}")]
    OtherRollup {
        /// The leg.
        number: LegNumber,
        /// The leg's Bridge.
        expected: Address,
        /// The rollup's.
        got: Address,
    },
    /// The rollups have different L1s.
    #[error("the rollups are on different L1s: {one} and {two}")]
    OtherL1 {
        /// Chain id of the first leg's L1.
        one: u64,
        /// Chain id of the second leg's.
        two: u64,
    },
    /// The terms name a contract that is not the one of this name: whoever wrote it decides.
    #[error("the terms' {contract} is {got}, and the right one is {expected}")]
    OtherContract {
        /// SwapArbiter or SwapVault.
        contract: &'static str,
        /// Where it is, by its code.
        expected: Address,
        /// What the terms say.
        got: Address,
    },
    /// The contract is not deployed.
    #[error("there is no {contract} at {address}")]
    NotDeployed {
        /// SwapArbiter or SwapVault.
        contract: &'static str,
        /// Where it would be.
        address: Address,
    },
    /// Another account's leg.
    #[error("leg {number} is locked by {from}, and this key is {key}")]
    OtherAccount {
        /// The leg.
        number: LegNumber,
        /// Who locks it.
        from: Address,
        /// Whose key it is.
        key: Address,
    },
    /// The swap or the leg cannot be locked any more.
    #[error(
        "leg {number} cannot be locked: the swap is {swap}, the leg {leg}, at L1 time {now} with deadline {deadline}"
    )]
    NotLockable {
        /// The leg.
        number: LegNumber,
        /// The swap.
        swap: SwapState,
        /// The leg's state.
        leg: LegState,
        /// L1 time.
        now: u64,
        /// The deadline.
        deadline: u64,
    },
    /// A contract answered what it cannot answer.
    #[error("{what} cannot be {answer}")]
    Answer {
        /// What was asked.
        what: &'static str,
        /// What it said.
        answer: Bytes,
    },
}

impl From<NodeError> for SwapError {
    fn from(error: NodeError) -> Self {
        Self::Relay(error.into())
    }
}

impl From<ObserveError> for SwapError {
    fn from(error: ObserveError) -> Self {
        Self::Relay(error.into())
    }
}
