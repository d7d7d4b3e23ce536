//! A machine state between slots.

use alloy_primitives::{B256, U256};
use serde::{Deserialize, Serialize};

use crate::machine::groups::{Block, Machine};

/// A machine state in phase Boundary, with its Block group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boundary {
    /// World state root.
    pub state_root: B256,
    /// The block under way, or the last one sealed.
    pub block: Block,
}

/// What a chain starts from: the last block of whatever came before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Genesis {
    /// L2 chain id.
    pub chain_id: u64,
    /// Block number.
    pub number: u64,
    /// Block hash.
    pub hash: B256,
    /// World state root.
    pub state_root: B256,
    /// L2 time, seconds.
    pub timestamp: u64,
    /// Base fee, wei per gas.
    pub base_fee: U256,
    /// Block gas limit, of every block.
    pub gas_limit: u64,
    /// Gas the block used: half the limit keeps the base fee.
    pub gas_used: u64,
}

impl Boundary {
    /// The state before the first block.
    #[must_use]
    pub fn genesis(genesis: &Genesis) -> Self {
        Self {
            state_root: genesis.state_root,
            block: Block {
                number: genesis.number,
                timestamp: genesis.timestamp,
                base_fee: genesis.base_fee,
                gas_limit: genesis.gas_limit,
                chain_id: genesis.chain_id,
                head_hash: genesis.hash,
                gas_used: genesis.gas_used,
                ..Block::default()
            },
        }
    }

    /// The machine in this state; all groups but Block are absent.
    #[must_use]
    pub fn machine(&self) -> Machine {
        Machine { block_hash: self.block.hash(), state_root: self.state_root, ..Machine::default() }
    }

    /// The machine's hash: a leaf of a slot commitment.
    #[must_use]
    pub fn hash(&self) -> B256 {
        self.machine().hash()
    }
}
