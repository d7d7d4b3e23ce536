//! The contracts of swaps: one SwapArbiter an L1, one SwapVault a rollup, by anybody through the deterministic deployment
//! proxy. Their addresses prove their code.

use alloy_primitives::{Address, B256, Bytes, address, keccak256};

use super::{
    SwapError,
    terms::{LegNumber, Terms},
};
use crate::{
    artifacts::{ArtifactError, Artifacts},
    genesis::DEPLOYMENT_PROXY,
};

/// The SwapArbiter on every L1.
pub const SWAP_ARBITER: Address = address!("fb0DC707575abeE4Dc1D821C3c4EEB964362F7EC");
/// The SwapVault on every rollup.
pub const SWAP_VAULT: Address = address!("fC8a60D85836F6BE9F5175a226C285f14c794102");

/// The salt of both.
const SALT: B256 = B256::ZERO;

/// How a contract without constructor arguments is made by the [`DEPLOYMENT_PROXY`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// Where it will be.
    pub address: Address,
    /// What the proxy is called with.
    pub data: Bytes,
}

/// The creation of `contract`, as it is compiled.
///
/// # Errors
/// [`ArtifactError`].
pub fn creation(artifacts: &Artifacts, contract: &str) -> Result<Creation, ArtifactError> {
    let initcode = artifacts.initcode(contract)?;
    let address = DEPLOYMENT_PROXY.create2(SALT, keccak256(&initcode));
    Ok(Creation { address, data: [SALT.as_slice(), &initcode].concat().into() })
}

/// Checks that terms name the arbiter and the vaults of this version: another arbiter might be anybody's.
///
/// # Errors
/// [`SwapError::OtherContract`].
pub fn check(terms: &Terms) -> Result<(), SwapError> {
    let arbiter = ("SwapArbiter", SWAP_ARBITER, terms.arbiter);
    let vaults = LegNumber::ALL.map(|number| ("SwapVault", SWAP_VAULT, terms.leg(number).vault));
    for (contract, expected, got) in [arbiter].into_iter().chain(vaults) {
        if got != expected {
            return Err(SwapError::OtherContract { contract, expected, got });
        }
    }
    Ok(())
}
