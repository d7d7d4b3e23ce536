//! Keys: one byte names the table, big-endian numbers after it keep rows in order.

use alloy_primitives::B256;

/// A kind of row; the discriminant is the first byte of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Table {
    /// hash → trie node.
    Node = b'n',
    /// hash → contract code.
    Code = b'c',
    /// versioned hash → commitment and blob.
    Blob = b'e',
    /// L2 number → [`AppendedRow`](super::AppendedRow) of a block that is not executed.
    Appended = b'a',
    /// L2 number → [`BlockRow`](super::BlockRow).
    Block = b'b',
    /// L2 number → bloom filter of the block's logs.
    Bloom = b'g',
    /// L2 block hash → its number, or what was its number.
    BlockHash = b'h',
    /// L2 transaction hash → [`TransactionPlace`](super::TransactionPlace), or what was its place.
    Transaction = b't',
    /// L2 number → [`LeavesRow`](super::LeavesRow).
    Leaves = b'l',
    /// L2 number, slot → the encoded boundary after that slot.
    Boundary = b's',
    /// leaf of the message tree → [`MessageRow`](super::MessageRow).
    Message = b'd',
    /// L1 number, index → [`EventRow`](super::EventRow) of the Rollup, the Tournament or Bonds.
    Event = b'v',
    /// hash → L2 transaction that waits for a block, or whose block L1 may still undo.
    Waiting = b'w',
    /// → [`Progress`](super::Progress).
    Progress = b'p',
    /// name → bytes that mean something to another room.
    Meta = b'm',
    /// → version of this layout.
    Format = b'f',
}

impl Table {
    pub(super) fn key(self, rest: &[u8]) -> Vec<u8> {
        let mut key = Vec::with_capacity(1 + rest.len());
        key.push(self as u8);
        key.extend_from_slice(rest);
        key
    }

    pub(super) fn hash_key(self, hash: B256) -> Vec<u8> {
        self.key(hash.as_slice())
    }

    pub(super) fn number_key(self, number: u64) -> Vec<u8> {
        self.key(&number.to_be_bytes())
    }

    pub(super) fn place_key(self, block: u64, index: u64) -> Vec<u8> {
        let mut key = self.number_key(block);
        key.extend_from_slice(&index.to_be_bytes());
        key
    }

    pub(super) fn slot_key(self, number: u64, slot: u16) -> Vec<u8> {
        let mut key = self.number_key(number);
        key.extend_from_slice(&slot.to_be_bytes());
        key
    }
}
