//! The three authenticated structures everything is committed with: Merkle-Patricia tries, word trees and hash chains; and
//! Ethereum's blobs, which batches come in.
//!
//! - [`mpt`]: Ethereum's trie over hashed paths; [`account`], [`storage`] and [`scratch`] say what is kept in which trie,
//!   [`proof`] which nodes show it.
//! - [`word_tree`]: binary Merkle trees of 32-byte words; a [`slice`] refers to a part of one.
//! - [`hash_chain`]: stack, logs, receipts, frames.
//! - [`blob`]: a KZG commitment, and openings of it.
//!
//! Mirrors `contracts/src/authenticated`. Whatever is content-addressed is reached through the traits of [`source`].

pub mod account;
pub mod blob;
pub mod hash_chain;
pub mod mpt;
pub mod proof;
pub mod scratch;
pub mod slice;
pub mod source;
pub mod storage;
pub mod word_tree;
