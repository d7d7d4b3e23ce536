//! Rows that are more than bytes.

use alloy_primitives::{Address, B256, Bytes, Log, U256, keccak256};
use alloy_rlp::{Decodable, Encodable, RlpDecodable, RlpEncodable};

/// An executed L2 block. The encodings of its parts belong to the rooms that make them.
#[derive(Clone, Debug, Default, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct BlockRow {
    /// Block hash.
    pub hash: B256,
    /// State root after it.
    pub state_root: B256,
    /// The L1 block that appended its batch.
    pub l1_block: u64,
    /// The Inbox's record of it.
    pub record: Bytes,
    /// The batch as appended.
    pub batch: Bytes,
    /// The deposits it credits, packed.
    pub deposits: Bytes,
    /// How many messages its record's message root holds.
    pub messages: u64,
    /// RLP of its header.
    pub header: Bytes,
    /// Facts of its receipts.
    pub receipts: Bytes,
    /// The entries that were executed, one a receipt; the others were skipped.
    pub transactions: Vec<TransactionRow>,
}

/// A batch that the Inbox has announced and that waits for its execution.
#[derive(Clone, Debug, Default, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct AppendedRow {
    /// The L1 block that appended it.
    pub l1_block: u64,
    /// The Inbox's record of its L2 block.
    pub record: Bytes,
    /// The batch as appended; empty if a blob holds it.
    pub batch: Bytes,
    /// The deposits it credits, packed.
    pub deposits: Bytes,
    /// How many messages its record's message root holds.
    pub messages: u64,
}

/// A block as it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutedBlock {
    /// L2 block number.
    pub number: u64,
    /// What is stored of it.
    pub row: BlockRow,
}

/// An entry of a batch that was executed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct TransactionRow {
    /// Its slot in the block.
    pub slot: u16,
    /// keccak256 of the entry.
    pub hash: B256,
    /// Who signed it.
    pub sender: Address,
}

/// Where a transaction is in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct TransactionPlace {
    /// L2 block number.
    pub number: u64,
    /// Its index among the block's transactions.
    pub index: u64,
}

/// A message that L1 sent down, at its leaf of the message tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct MessageRow {
    /// The L1 block that sent it.
    pub l1_block: u64,
    /// Its hash: the leaf.
    pub hash: B256,
    /// Who sent it, on L1.
    pub sender: Address,
    /// Whom it calls on L2.
    pub target: Address,
    /// What the call brings, wei.
    pub value: U256,
    /// The call's data.
    pub data: Bytes,
}

/// A log of the contracts that disputes are played in.
#[derive(Clone, Debug, Default, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct EventRow {
    /// The L1 block.
    pub l1_block: u64,
    /// The log's index in it.
    pub index: u64,
    /// The log.
    pub log: Log,
}

/// A block's leaves in a slot commitment; what lies between the last entry and the seal repeats.
#[derive(Clone, Debug, Default, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct LeavesRow {
    /// Boundary after slot 0.
    pub begin: B256,
    /// Boundary after each entry.
    pub entries: Vec<B256>,
    /// Boundary after slot 1023.
    pub sealed: B256,
}

/// An L1 block, known by its hash, so that a reorg shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, RlpEncodable, RlpDecodable)]
pub struct L1Block {
    /// L1 block number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
}

/// The last executed L2 block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, RlpEncodable, RlpDecodable)]
pub struct Head {
    /// L2 block number.
    pub number: u64,
    /// Block hash.
    pub hash: B256,
    /// State root after it.
    pub state_root: B256,
}

/// How far the node has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct Progress {
    /// The last executed L2 block.
    pub head: Head,
    /// L1 blocks followed, oldest first; the last is the cursor, the others are where a reorg may lead back to. All that the
    /// contracts said up to the cursor is stored; of the batches those after `head` are not executed.
    pub l1: Vec<L1Block>,
}

/// Bytes of a checksum.
const CHECKSUM: usize = 8;

fn checksum(key: &[u8], value: &[u8]) -> [u8; CHECKSUM] {
    let hash = keccak256([key, value].concat());
    let mut checksum = [0; CHECKSUM];
    checksum.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    checksum
}

/// `value` with a checksum that binds it to its key.
pub(super) fn seal(key: &[u8], value: &[u8]) -> Vec<u8> {
    [value, &checksum(key, value)].concat()
}

/// What [`seal`] was given; `None` when it gave something else.
pub(super) fn unseal<'a>(key: &[u8], row: &'a [u8]) -> Option<&'a [u8]> {
    let (value, sum) = row.split_at_checked(row.len().checked_sub(CHECKSUM)?)?;
    (sum == checksum(key, value)).then_some(value)
}

pub(super) fn encode(row: &impl Encodable) -> Vec<u8> {
    alloy_rlp::encode(row)
}

pub(super) fn decode<T: Decodable>(mut value: &[u8]) -> Option<T> {
    let row = T::decode(&mut value).ok()?;
    value.is_empty().then_some(row)
}
