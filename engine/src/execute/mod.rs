//! Executes L2 blocks with revm, slot by slot, exactly as `docs/protocol.md` says.
//!
//! An entry of the batch is [decoded](decode), then [validated](validate) before revm sees it; whatever fails is a
//! [`Skip`](skip::Skip). State is read from tries through [`database::TrieDatabase`], where a missing node is an error,
//! and [written back](apply) after each transaction, so that there is a state root after every slot.

pub mod apply;
pub mod base_fee;
pub mod block;
pub mod boundary;
pub mod database;
pub mod decode;
pub mod environment;
pub mod error;
pub mod evm;
pub mod header;
pub mod pending;
pub mod receipts;
mod rlp;
pub mod skip;
pub mod transaction;
pub mod validate;
