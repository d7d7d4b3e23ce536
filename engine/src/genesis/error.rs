//! Why no chain may start from a genesis.

use alloy_primitives::Address;

use crate::{artifacts::ArtifactError, authenticated::mpt::MptError, execute::error::ExecuteError};

/// A genesis that no chain may start from.
#[derive(Debug, thiserror::Error)]
pub enum GenesisError {
    /// Not a genesis in geth's format.
    #[error("not a genesis file: {0}")]
    Json(#[from] serde_json::Error),
    /// It is not pinned to the rules that every deployment is pinned to.
    #[error("the rules are not Osaka's from the genesis on")]
    Rules,
    /// There is no base fee.
    #[error("there is no baseFeePerGas")]
    NoBaseFee,
    /// A header field that is zero in every genesis of ours.
    #[error("{0} is not zero")]
    Header(&'static str),
    /// An account that Ethereum's rules would not keep
    /// ([EIP-161](https://eips.ethereum.org/EIPS/eip-161)).
    #[error("account {0} is empty")]
    EmptyAccount(Address),
    /// Storage without code or nonce: a contract could be created over it
    /// ([EIP-7610](https://eips.ethereum.org/EIPS/eip-7610)).
    #[error("account {0} has storage but neither code nor nonce")]
    StrayStorage(Address),
    /// A code that could not have been deployed.
    #[error("code of {account} has {length} bytes")]
    CodeLength {
        /// Whose code.
        account: Address,
        /// Its length.
        length: usize,
    },
    /// A system contract is missing or is another contract.
    #[error("account {0} is not the system contract")]
    SystemContract(Address),
    /// The account would take a predeploy's place.
    #[error("account {0} is a predeploy's")]
    Occupied(Address),
    /// Ether that nobody has deposited: it would be withdrawn against other people's deposits.
    #[error("account {0} has ether, but the rollup has a Bridge")]
    Ether(Address),
    /// A contract is not compiled.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// A predeploy's constructor does not just give a code.
    #[error("the constructor of {contract}: {reason}")]
    Constructor {
        /// The contract.
        contract: &'static str,
        /// What it does instead.
        reason: String,
    },
    /// The trie could not be built.
    #[error(transparent)]
    Trie(#[from] MptError),
    /// The genesis header could not be made.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
}
