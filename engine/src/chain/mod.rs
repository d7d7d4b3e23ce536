//! Executed blocks as those see them who read the chain: header, transactions, receipts, logs, and the state after each.
//!
//! Reads the store alone, so a reader never waits for who follows L1; a block that falls out between two readings is
//! [`ChainError::NoSuchBlock`].

mod block;
mod error;
mod reader;

pub use block::{Block, Receipt, TransactionAt};
pub use error::ChainError;
pub use reader::{Chain, Sealed};
