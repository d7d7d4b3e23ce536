//! Surety's engine: everything the daemons share, from deriving the L2 chain to playing a dispute.

pub mod artifacts;
pub mod authenticated;
pub mod bridge;
pub mod chain;

pub mod commitment;
pub mod conformance;
pub mod deploy;
pub mod derive;
pub mod dispute;
pub mod execute;
pub mod fault;
pub mod genesis;
pub mod inspect;
pub mod l1;
pub mod machine;
pub mod model;
pub mod node;
pub mod relay;
pub mod rules;
pub mod simulate;
pub mod state;
pub mod stateless;
pub mod status;
pub mod swap;
pub mod telemetry;
