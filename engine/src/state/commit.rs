//! What is written together.

use alloy_primitives::{B256, Bloom, Bytes, keccak256};

use super::{
    AppendedRow, BlockRow, EventRow, LeavesRow, MessageRow, Progress, Table, TransactionPlace, rows,
};
use crate::authenticated::blob::Blob;

/// Rows that [`Store::commit`](super::Store::commit) writes all or none of.
#[derive(Debug, Default)]
pub struct Commit {
    pub(super) batch: sled::Batch,
}

impl Commit {
    /// Nothing to write.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Trie nodes, each with its keccak256.
    pub fn nodes(&mut self, nodes: impl IntoIterator<Item = (B256, Bytes)>) -> &mut Self {
        for (hash, node) in nodes {
            self.batch.insert(Table::Node.hash_key(hash), node.as_ref());
        }
        self
    }

    /// Contract codes.
    pub fn codes(&mut self, codes: impl IntoIterator<Item = Bytes>) -> &mut Self {
        for code in codes {
            self.batch.insert(Table::Code.hash_key(keccak256(&code)), code.as_ref());
        }
        self
    }

    /// A blob whose commitment was computed. What names it does not depend on the chain: it stays when blocks are undone.
    pub fn blob(&mut self, blob: &Blob) -> &mut Self {
        let row = [blob.commitment().as_slice(), blob.bytes().as_slice()].concat();
        self.sealed(Table::Blob.hash_key(blob.versioned_hash()), &row)
    }

    /// A batch that waits for its execution.
    pub fn appended(&mut self, number: u64, row: &AppendedRow) -> &mut Self {
        self.sealed(Table::Appended.number_key(number), &rows::encode(row))
    }

    /// An executed block, and where its hash and those of its transactions lead. Its batch waits no longer.
    pub fn block(&mut self, number: u64, row: &BlockRow) -> &mut Self {
        self.sealed(Table::BlockHash.hash_key(row.hash), &rows::encode(&number));
        for (index, transaction) in (0..).zip(&row.transactions) {
            let place = TransactionPlace { number, index };
            self.sealed(Table::Transaction.hash_key(transaction.hash), &rows::encode(&place));
        }
        self.batch.remove(Table::Appended.number_key(number));
        self.sealed(Table::Block.number_key(number), &rows::encode(row))
    }

    /// The bloom filter of an executed block's logs.
    pub fn bloom(&mut self, number: u64, bloom: &Bloom) -> &mut Self {
        self.sealed(Table::Bloom.number_key(number), bloom.as_slice())
    }

    /// A block's leaves.
    pub fn leaves(&mut self, number: u64, row: &LeavesRow) -> &mut Self {
        self.sealed(Table::Leaves.number_key(number), &rows::encode(row))
    }

    /// A message from L1, at its leaf.
    pub fn message(&mut self, index: u64, row: &MessageRow) -> &mut Self {
        self.sealed(Table::Message.number_key(index), &rows::encode(row))
    }

    /// A log of the contracts that disputes are played in.
    pub fn event(&mut self, row: &EventRow) -> &mut Self {
        self.sealed(Table::Event.place_key(row.l1_block, row.index), &rows::encode(row))
    }

    /// The encoded boundary after a slot of a block.
    pub fn boundary(&mut self, number: u64, slot: u16, boundary: &[u8]) -> &mut Self {
        self.sealed(Table::Boundary.slot_key(number, slot), boundary)
    }

    /// How far the node has come.
    pub fn progress(&mut self, progress: &Progress) -> &mut Self {
        self.sealed(Table::Progress.key(&[]), &rows::encode(progress))
    }

    /// An L2 transaction that this node has accepted and the chain has yet to execute.
    pub fn waiting(&mut self, raw: &Bytes) -> &mut Self {
        self.batch.insert(Table::Waiting.hash_key(keccak256(raw)), raw.as_ref());
        self
    }

    /// Forgets a transaction that waited.
    pub fn done_waiting(&mut self, hash: B256) -> &mut Self {
        self.batch.remove(Table::Waiting.hash_key(hash));
        self
    }

    /// Bytes under a name, for another room.
    pub fn meta(&mut self, name: &str, value: &[u8]) -> &mut Self {
        self.sealed(Table::Meta.key(name.as_bytes()), value)
    }

    /// Forgets the bytes under a name.
    pub fn remove_meta(&mut self, name: &str) -> &mut Self {
        self.batch.remove(Table::Meta.key(name.as_bytes()));
        self
    }

    pub(super) fn sealed(&mut self, key: Vec<u8>, value: &[u8]) -> &mut Self {
        let row = rows::seal(&key, value);
        self.batch.insert(key, row);
        self
    }
}
