//! What keeps a node from knowing. Every variant means *unknown*: retry and alert, and never sign.

use std::path::PathBuf;

use alloy_primitives::B256;
use thiserror::Error;

use super::deployment::DeploymentError;
use crate::{
    authenticated::proof::ProofError,
    bridge::tree::TreeError,
    commitment::FoldError,
    derive::DeriveError,
    execute::error::ExecuteError,
    genesis::GenesisError,
    l1::{beacon::BeaconError, client::L1Error, follow::FollowError},
    simulate::SimulateError,
    state::{StoreError, witness::WitnessError},
};

/// Why a node could not start or advance.
#[derive(Debug, Error)]
pub enum NodeError {
    /// The deployment file cannot be used.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// L1 could not be read.
    #[error(transparent)]
    L1(#[from] L1Error),
    /// L1 could not be followed.
    #[error(transparent)]
    Follow(#[from] FollowError<L1Error>),
    /// L1 reorganised between two questions; the next tick starts over.
    #[error("L1 changed while block {number} was read")]
    Moving {
        /// The L1 block.
        number: u64,
    },
    /// L1 reorganised below a block that was final: this is another chain, or the node is broken. If L1 itself has undone what
    /// it had finalised, a new store follows it.
    #[error("L1 reorganised down to block {to}, but block {finalized} was final")]
    BelowFinality {
        /// Where the node's chain and what was followed part.
        to: u64,
        /// The newest final block.
        finalized: u64,
    },
    /// L1's answers contradict one another.
    #[error("L1 node contradicts itself: {0}")]
    Contradiction(&'static str),
    /// A record's bytes are not those it commits to.
    #[error("Inbox data: {0}")]
    Derive(#[from] DeriveError),
    /// A blob could not be fetched; nothing is executed from its block on.
    #[error("L2 block {number}: {source}")]
    Blob {
        /// The L2 block.
        number: u64,
        /// The cause.
        source: BeaconError,
    },
    /// The beacon endpoints cannot be used.
    #[error(transparent)]
    Beacon(BeaconError),
    /// L2 blocks came out of order, or one is missing.
    #[error("expected the batch of L2 block {expected}, got that of {got}")]
    Gap {
        /// The block after the head.
        expected: u64,
        /// The block given, or the Inbox's latest.
        got: u64,
    },
    /// Messages came out of order, or one is missing.
    #[error("expected message {expected} to L2, got {got}")]
    MessageGap {
        /// The next leaf of the message tree.
        expected: u64,
        /// The leaf given, or the Inbox's count.
        got: u64,
    },
    /// A record commits to other messages than those that were followed.
    #[error("L2 block {number} has the message root {record}, the messages followed give {ours}")]
    MessageRoot {
        /// The L2 block.
        number: u64,
        /// What its record says.
        record: B256,
        /// What the messages before it give.
        ours: B256,
    },
    /// A message has no place in the tree.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// A block could not be executed.
    #[error("L2 block {number}: {source}")]
    Execute {
        /// The L2 block.
        number: u64,
        /// The cause.
        source: ExecuteError,
    },
    /// A call or an executed block could not be run again.
    #[error("L2 block {number}: {source}")]
    Simulate {
        /// The L2 block.
        number: u64,
        /// The cause.
        source: Box<SimulateError>,
    },
    /// A state could not be read in order to prove something of it.
    #[error("L2 block {number}: {source}")]
    Proof {
        /// The L2 block.
        number: u64,
        /// The cause.
        source: ProofError,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store lacks what a block it has should have left.
    #[error("the store has no {what} of L2 block {number}")]
    Missing {
        /// What is missing.
        what: &'static str,
        /// The L2 block.
        number: u64,
    },
    /// The genesis witness cannot be used.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// The genesis state cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The genesis state cannot be built.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// The genesis state is not the deployment's.
    #[error("{path} does not hold the state of the deployment's genesis")]
    WrongGenesis {
        /// The file.
        path: PathBuf,
    },
    /// A rollup with a Bridge starts from a genesis file: a witness does not show all of a state.
    #[error("a rollup with a Bridge starts from a genesis file, which {path} is not")]
    NoGenesisFile {
        /// The file.
        path: PathBuf,
    },
    /// A predeploy of the genesis state is missing, or belongs to another Bridge.
    #[error("{contract} in {path} is not the end of the deployment's bridge")]
    WrongPredeploy {
        /// Which one.
        contract: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The store was filled for another deployment.
    #[error("{path} is the store of another deployment")]
    OtherDeployment {
        /// The store.
        path: PathBuf,
    },
    /// A commitment could not be built.
    #[error(transparent)]
    Fold(#[from] FoldError),
}

impl NodeError {
    /// Whether it comes of what an L1 endpoint said, so that another one might answer better.
    #[must_use]
    pub const fn is_of_l1(&self) -> bool {
        matches!(
            self,
            Self::L1(_)
                | Self::Follow(_)
                | Self::Moving { .. }
                | Self::BelowFinality { .. }
                | Self::Contradiction(_)
                | Self::Derive(_)
                | Self::Gap { .. }
                | Self::MessageGap { .. }
                | Self::MessageRoot { .. }
        )
    }
}
