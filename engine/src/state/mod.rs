//! What a node knows, kept on disk: every acknowledged write survives `kill -9` and power loss, and whatever is read is
//! what was written or a typed error.
//!
//! One sled tree; one [`Commit`] a block, applied atomically, flushed and synced before [`Store::commit`] returns. Trie
//! nodes and codes are found by their keccak256 and checked against it when read; all other rows carry a checksum. Nodes
//! are never deleted, so every state root ever committed stays readable. The indexes by hash are hints, which a rollback
//! leaves: a reading compares them with the block that they lead to. Nothing here is the only copy of anything but the
//! transactions that wait for a batch: a store that is lost is rebuilt from L1, the genesis witness and a beacon API that
//! still has the blobs.
//!
//! The only room that uses sled.

mod cache;
mod commit;
mod database;
mod error;
mod rows;
mod store;
mod tables;
pub mod witness;

#[cfg(test)]
mod tests;

pub use cache::CacheSize;
pub use commit::Commit;
pub use error::StoreError;
pub use rows::{
    AppendedRow, BlockRow, EventRow, ExecutedBlock, Head, L1Block, LeavesRow, MessageRow, Progress,
    TransactionPlace, TransactionRow,
};
pub use store::Store;
pub use tables::Table;
