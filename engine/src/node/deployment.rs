//! What is fixed when the contracts are deployed: one file that every daemon of a rollup shares.

use std::path::{Path, PathBuf};

use alloy_primitives::{Address, B256, U256, keccak256};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::file::{self, Existing};
use crate::{
    bridge::message::Crossing,
    execute::boundary::{Boundary, Genesis},
};

/// A rollup's contracts on L1 and the boundary its chain starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deployment {
    /// L1 chain id.
    pub l1_chain_id: u64,
    /// The L1 block before the first contract was deployed: following starts after it.
    pub l1_block: u64,
    /// Batches.
    pub inbox: Address,
    /// Accounts of proposers and players.
    pub bonds: Address,
    /// Contests.
    pub tournament: Address,
    /// Claims.
    pub rollup: Address,
    /// The entry of the step verifier.
    pub step_verifier: Address,
    /// Views for operators and users; nothing depends on it.
    pub lens: Address,
    /// Where proofs settle contests; without it nothing but the game does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement: Option<Address>,
    /// The Bridge, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bridge: Option<BridgeContracts>,
    /// Where the L2 chain starts.
    pub genesis: Genesis,
}

/// The contracts between L1 and L2, on L1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BridgeContracts {
    /// Deposits, messages and withdrawals.
    pub bridge: Address,
    /// Makes the calls of messages from L2.
    pub caller: Address,
    /// Holds the tokens that are on L2.
    pub token_escrow: Address,
}

/// A deployment file that cannot be used.
#[derive(Debug, Error)]
pub enum DeploymentError {
    /// It cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// It is not a deployment in JSON.
    #[error("{path} is not a deployment: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: serde_json::Error,
    },
}

impl Deployment {
    /// Reads a deployment file.
    ///
    /// # Errors
    /// [`DeploymentError`].
    pub fn read(path: &Path) -> Result<Self, DeploymentError> {
        let text = std::fs::read(path)
            .map_err(|source| DeploymentError::Io { path: path.to_owned(), source })?;
        serde_json::from_slice(&text)
            .map_err(|source| DeploymentError::Json { path: path.to_owned(), source })
    }

    /// Writes a deployment file, whole or not at all.
    ///
    /// # Errors
    /// [`DeploymentError`].
    pub fn write(&self, path: &Path) -> Result<(), DeploymentError> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|source| DeploymentError::Json { path: path.to_owned(), source })?;
        file::write(path, &text, Existing::Replace)
            .map_err(|source| DeploymentError::Io { path: path.to_owned(), source })
    }

    /// Names the deployment: keccak256 of the chain, where following starts, the contracts and the first boundary.
    #[must_use]
    pub fn identity(&self) -> B256 {
        let mut words = vec![self.start().hash()];
        words.extend([self.l1_chain_id, self.l1_block].map(|word| B256::from(U256::from(word))));
        let contracts = [self.inbox, self.bonds, self.tournament, self.rollup, self.step_verifier];
        words.extend(contracts.map(|contract| contract.into_word()));
        words.extend(self.bridge.map(|contracts| contracts.bridge.into_word()));
        keccak256(words.concat())
    }

    /// The Bridge that messages pass, if there is one.
    #[must_use]
    pub fn crossing(&self) -> Option<Crossing> {
        let bridge = self.bridge?.bridge;
        Some(Crossing { l1_chain_id: self.l1_chain_id, bridge })
    }

    /// The boundary before the first block.
    #[must_use]
    pub fn start(&self) -> Boundary {
        Boundary::genesis(&self.genesis)
    }
}
