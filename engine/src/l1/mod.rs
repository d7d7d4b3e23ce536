//! The only room with a network: following L1 and its blobs, and sending transactions to it.

pub mod append;
pub mod beacon;
pub mod bindings;
pub mod client;
pub mod follow;
pub mod send;
pub mod signer;
pub mod witness;
