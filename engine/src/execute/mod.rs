//! Executes L2 blocks with revm, slot by slot, exactly as `docs/protocol.md` says.
//!
//! An entry of the batch is [decoded](decode), then [validated](validate) before revm sees it; whatever fails is a
//! [`Skip`](skip::Skip). State is read from tries through [`database::TrieDatabase`], where a missing node is an error.

pub mod base_fee;
pub mod database;
pub mod decode;
pub mod environment;
pub mod error;
pub mod pending;
mod rlp;
pub mod skip;
pub mod transaction;
pub mod validate;
