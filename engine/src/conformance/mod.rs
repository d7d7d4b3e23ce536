//! Whether engine, verifier and Ethereum agree: a mainnet block is executed in Ethereum's environment and as a Surety
//! block, and every step of it is repeated by the compiled verifier.

pub mod block;

pub use block::{BlockError, SuretyBlock};
