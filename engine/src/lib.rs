//! Surety's engine: everything the daemons share, from deriving the L2 chain to playing a dispute.

pub mod authenticated;
pub mod commitment;
pub mod execute;
pub mod l1;
#[cfg(feature = "test-utils")]
pub mod fault;
pub mod machine;
pub mod rules;
