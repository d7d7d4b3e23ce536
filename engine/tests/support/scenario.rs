//! The second committed scenario, `fixtures/scenario`: a genesis of our own and blocks full of failures.
#![allow(dead_code, clippy::unwrap_used, missing_docs, unreachable_pub)]

use alloy_primitives::{Address, B256, Bytes, map::B256Map};
use serde::{Deserialize, Serialize};
use surety_engine::{
    derive::{BlockInput, deposits::Deposit},
    execute::boundary::Genesis,
    genesis::GenesisFile,
    machine::groups::Record,
};

/// Blocks of the scenario.
pub const BLOCKS: u64 = 4;

/// Where the scenario puts the contract `name`: at the name itself.
pub fn address(name: &str) -> Address {
    let mut bytes = [0; 20];
    bytes.iter_mut().zip(name.bytes()).for_each(|(byte, letter)| *byte = letter);
    Address::from(bytes)
}

/// What an entry is for and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryFacts {
    /// The slot that takes it.
    pub slot: u16,
    pub name: String,
    /// `success`, `failure`, or why it is skipped.
    pub outcome: String,
    pub gas_used: u64,
}

/// A block as committed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockFixture {
    /// Encoding of the Record group.
    pub record: Bytes,
    pub batch: Bytes,
    pub deposits: Vec<Deposit>,
    pub entries: Vec<EntryFacts>,
    pub gas_used: u64,
    pub state_root: B256,
    pub block_hash: B256,
}

impl BlockFixture {
    pub fn input(&self) -> BlockInput {
        let record = Record::decode(&self.record).unwrap();
        BlockInput::new(record, self.batch.clone(), self.deposits.clone()).unwrap()
    }
}

/// Nodes and codes, by their hashes.
pub type Memory = B256Map<Bytes>;

/// The genesis with its state.
pub fn genesis() -> (Genesis, Memory) {
    build(&GenesisFile::from_json(&read("genesis.json")).unwrap())
}

/// Builds a genesis state in memory.
pub fn build(state: &GenesisFile) -> (Genesis, Memory) {
    let mut memory = Memory::default();
    let (genesis, codes) = state.build(&mut memory).unwrap();
    memory.extend(codes);
    (genesis, memory)
}

/// Block `number` as committed, from 1.
pub fn block(number: u64) -> BlockFixture {
    serde_json::from_slice(&read(&format!("block-{number}.json"))).unwrap()
}

/// A file of the scenario.
pub fn read(path: &str) -> Vec<u8> {
    std::fs::read(super::root().join("fixtures/scenario").join(path)).unwrap()
}
