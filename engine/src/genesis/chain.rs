//! A new chain's genesis, from what its deployer chooses.

use alloy_primitives::Address;

use super::{Alloc, GenesisError, GenesisFile, predeploys};
use crate::{artifacts::Artifacts, bridge::message::Crossing};

/// The contracts on L1 that the L2's ends of a bridge talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BridgeEnds {
    /// The Bridge and its chain.
    pub crossing: Crossing,
    /// Holds the tokens that are on L2.
    pub token_escrow: Address,
}

/// What a new chain's deployer chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChain {
    /// L2 chain id.
    pub chain_id: u64,
    /// L2 time of the genesis, seconds.
    pub timestamp: u64,
    /// Base fee of the genesis, wei per gas.
    pub base_fee: u128,
    /// Gas limit of every block.
    pub gas_limit: u64,
    /// Where the Bridge will be, if there is one.
    pub bridge: Option<BridgeEnds>,
    /// Accounts beyond the predeploys. With a Bridge they have no ether.
    pub alloc: Alloc,
}

impl NewChain {
    /// The genesis: the predeploys and the accounts chosen. `artifacts` is read if there is a Bridge.
    ///
    /// # Errors
    /// [`GenesisError::Ether`] and [`GenesisError::Occupied`] for accounts that must not be there,
    /// [`GenesisError::Artifact`] and [`GenesisError::Constructor`].
    pub fn file(&self, artifacts: &Artifacts) -> Result<GenesisFile, GenesisError> {
        let mut alloc = predeploys::standard();
        if let Some(ends) = &self.bridge {
            alloc.extend(predeploys::bridge(artifacts, ends)?);
        }
        for (address, account) in &self.alloc {
            if alloc.insert(*address, account.clone()).is_some() {
                return Err(GenesisError::Occupied(*address));
            }
        }
        let Self { chain_id, timestamp, base_fee, gas_limit, .. } = *self;
        let file = GenesisFile::new(chain_id, timestamp, base_fee, gas_limit, alloc);
        if self.bridge.is_some() {
            file.check_no_ether()?;
        }
        Ok(file)
    }
}
