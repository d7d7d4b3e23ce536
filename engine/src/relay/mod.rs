//! Carrying messages: what stands where, and the transactions that bring them on.
//!
//! Everything is read from a node that has executed the chain itself, and from L1 as of the block at which that node
//! stands. Nothing is kept: whoever starts anew finds the same.

pub mod account;
pub mod carry_out;
pub mod down;
mod error;
pub mod relayer;
pub mod up;

pub use error::RelayError;
