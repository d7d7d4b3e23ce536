//! What a chain of our own starts from: a genesis file in geth's format, the contracts that are in it, and the state it makes.

mod chain;
mod config;
mod constructor;
mod error;
mod file;
mod predeploys;
mod state;

pub use chain::{BridgeEnds, NewChain};
pub use error::GenesisError;
pub use file::GenesisFile;
pub use predeploys::{DEPLOYMENT_PROXY, MULTICALL3};

/// Accounts, as geth's genesis has them.
pub type Alloc =
    std::collections::BTreeMap<alloy_primitives::Address, alloy::genesis::GenesisAccount>;
