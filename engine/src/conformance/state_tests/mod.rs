//! State tests of Ethereum: each subcase is run by revm alone, by the machine, and step by step by the verifier.

pub mod case;
pub mod fixture;
pub mod normal;
pub mod plain;
pub mod run;
pub mod steps;
pub mod tally;
pub mod transaction;

pub use run::{Options, RunError, run};
pub use tally::{Report, Tally};

/// The chain that state tests are for.
pub const CHAIN_ID: u64 = 1;
