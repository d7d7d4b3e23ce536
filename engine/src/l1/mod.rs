//! The only room with a network: following L1 and its blobs, and sending transactions to it.

pub(crate) mod again;
pub mod append;
pub mod beacon;
pub mod bindings;
pub mod client;
mod endpoint;
mod fallback;
pub mod follow;
mod heads;
mod probe;
pub mod receipts;
pub mod send;
pub mod settings;
pub mod signer;
pub mod witness;
