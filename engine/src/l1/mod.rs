//! The only room with a network: following L1 and sending transactions to it.

pub mod signer;
