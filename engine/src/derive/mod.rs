//! From an Inbox record and its batch to what one L2 block executes: pure, and the same on every node.

pub mod batch;
pub mod deposits;
mod input;

pub use input::{BatchData, BlockInput, DeriveError};
