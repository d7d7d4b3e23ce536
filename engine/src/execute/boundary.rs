//! A machine state between slots.

use alloy::consensus::Header;
use alloy_primitives::{B256, U256};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{error::ExecuteError, header::seal};
use crate::{
    machine::groups::{Block, GroupError, Machine},
    rules::gas::ELASTICITY,
};

/// Bytes that are not a boundary's encoding.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BoundaryError {
    /// One of its groups is malformed.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// The machine is in the middle of something, or its Block group is another.
    #[error("the machine is not at a boundary of this block")]
    NotBoundary,
}

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

impl Genesis {
    /// A new chain's: number 0, half of its gas limit used, and the hash of a header that has these values.
    ///
    /// # Errors
    /// [`ExecuteError::BaseFee`] above 64 bits.
    pub fn new_chain(
        chain_id: u64,
        state_root: B256,
        timestamp: u64,
        base_fee: U256,
        gas_limit: u64,
    ) -> Result<Self, ExecuteError> {
        let gas_used = gas_limit / ELASTICITY;
        let hash = B256::ZERO;
        let number = 0;
        let new =
            Self { chain_id, number, hash, state_root, timestamp, base_fee, gas_limit, gas_used };
        Ok(Self { hash: new.seal()?.hash_slow(), ..new })
    }

    /// The header of a new chain; `None` for another chain's block, of which not all is known.
    #[must_use]
    pub fn header(&self) -> Option<Header> {
        self.seal().ok().filter(|header| header.hash_slow() == self.hash)
    }

    fn seal(&self) -> Result<Header, ExecuteError> {
        let &Self { number, state_root, timestamp, base_fee, gas_limit, gas_used, .. } = self;
        let block = Block { number, timestamp, base_fee, gas_limit, gas_used, ..Block::default() };
        seal(&block, state_root)
    }
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

    /// The boundary at the end of the block that `header` seals, with what only its header remembers.
    #[must_use]
    pub fn in_block(mut self, header: &Header) -> Self {
        self.block.fee_recipient = header.beneficiary;
        self.block.prev_randao = header.mix_hash;
        self
    }

    /// The machine in this state; all groups but Block are absent.
    #[must_use]
    pub fn machine(&self) -> Machine {
        Machine { block_hash: self.block.hash(), state_root: self.state_root, ..Machine::default() }
    }

    /// The machine's encoding followed by the Block group's: all that there is to know of this state.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [self.machine().encode().as_slice(), &self.block.encode()].concat()
    }

    /// The boundary that `data` encodes.
    ///
    /// # Errors
    /// [`BoundaryError`].
    pub fn decode(data: &[u8]) -> Result<Self, BoundaryError> {
        let (machine, block) = data.split_at_checked(Machine::SIZE).unwrap_or((data, &[]));
        let machine = Machine::decode(machine)?;
        let boundary = Self { state_root: machine.state_root, block: Block::decode(block)? };
        if boundary.machine() != machine {
            return Err(BoundaryError::NotBoundary);
        }
        Ok(boundary)
    }

    /// The machine's hash: a leaf of a slot commitment.
    #[must_use]
    pub fn hash(&self) -> B256 {
        self.machine().hash()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn decoding_undoes_encoding_and_refuses_everything_else() {
        let block = Block { number: 7, gas_limit: 12_000_000, open: true, ..Block::default() };
        let boundary = Boundary { state_root: B256::repeat_byte(3), block };
        let encoding = boundary.encode();
        assert_eq!(Boundary::decode(&encoding).unwrap(), boundary);
        for at in 0..encoding.len() {
            let mut other = encoding.clone();
            if let Some(byte) = other.get_mut(at) {
                *byte ^= 1;
            }
            // the state root alone is free
            let is_root = (130..162).contains(&at);
            assert_eq!(Boundary::decode(&other).is_ok(), is_root, "byte {at}");
        }
        assert!(Boundary::decode(&[]).is_err());
    }

    #[test]
    fn a_new_chain_keeps_its_base_fee_and_binds_its_values() {
        let new = |timestamp, gas_limit| {
            let root = B256::repeat_byte(1);
            Genesis::new_chain(7, root, timestamp, U256::from(1_000_000_000), gas_limit).unwrap()
        };
        let genesis = new(5, 12_000_000);
        assert_eq!((genesis.number, genesis.gas_used), (0, 6_000_000));
        assert_eq!(genesis.header().unwrap().hash_slow(), genesis.hash);
        assert_eq!(Genesis { hash: B256::repeat_byte(2), ..genesis }.header(), None);
        assert_ne!(genesis.hash, new(6, 12_000_000).hash);
        assert_ne!(genesis.hash, new(5, 13_000_000).hash);
        let machine = Boundary::genesis(&genesis).machine();
        assert_eq!((machine.phase, machine.scratch_root), (0, B256::ZERO));
        assert_eq!(machine.state_root, genesis.state_root);
    }
}
