//! A step verifier that is deployed already: whether it is, contract by contract, the one that this version compiles.

use alloy_primitives::Address;
use alloy_sol_types::{SolCall as _, SolValue as _};
use thiserror::Error;

use super::{
    Creation, PlanError, Planner, RehearsalError, Rehearsed, Site, Surveyor, rehearsal::rehearse,
};
use crate::{
    artifacts::Artifacts,
    dispute::observe::{ChainReader as _, ReadError},
    l1::{
        bindings::IStepVerifier,
        client::{L1Client, L1Error},
    },
    machine::family::FAMILIES,
};

/// Why a verifier is not used.
#[derive(Debug, Error)]
pub enum VerifierMismatch {
    /// L1 could not be read: unknown.
    #[error(transparent)]
    L1(#[from] L1Error),
    /// It does not say what its families are: not a step verifier.
    #[error("{address} is no step verifier: {source}")]
    NoVerifier {
        /// Where.
        address: Address,
        /// The cause.
        source: ReadError,
    },
    /// A contract is not compiled.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// It cannot be rehearsed.
    #[error(transparent)]
    Rehearsal(#[from] RehearsalError),
    /// One of its contracts has other code.
    #[error("{name} at {address} is not the contract that is compiled here")]
    Code {
        /// Which.
        name: &'static str,
        /// Where.
        address: Address,
    },
}

/// Compares the verifier at `entry` and all its families with those that are compiled.
///
/// # Errors
/// [`VerifierMismatch`].
pub async fn check_verifier(
    l1: &L1Client,
    artifacts: &Artifacts,
    entry: Address,
    transaction_gas: u64,
) -> Result<(), VerifierMismatch> {
    let surveyor = Surveyor::arrive(l1, Address::ZERO).await?;
    let mut families = Vec::with_capacity(FAMILIES.len());
    for family in 0..FAMILIES.len() {
        let family = u8::try_from(family).unwrap_or(u8::MAX);
        let call = IStepVerifier::contractOfCall { family }.abi_encode().into();
        let no_verifier = |source| VerifierMismatch::NoVerifier { address: entry, source };
        let answer = l1.call(surveyor.head().hash, entry, call).await.map_err(no_verifier)?;
        let family = IStepVerifier::contractOfCall::abi_decode_returns_validate(&answer);
        families.push(family.map_err(|error| no_verifier(ReadError::new(error)))?);
    }

    let mut planner =
        Planner { artifacts, deployer: Address::ZERO, nonce: 0, creations: Vec::new() };
    planner.families(transaction_gas)?;
    // the entry holds its families' addresses, so it is rehearsed among them as they are
    let mut contracts = Vec::with_capacity(families.len());
    let rehearsed = rehearse(&Site::default(), Address::ZERO, 0, &planner.creations)?;
    for ((creation, Rehearsed { code, .. }), address) in
        planner.creations.iter().zip(rehearsed).zip(&families)
    {
        if surveyor.code(*address).await? != code {
            return Err(VerifierMismatch::Code { name: creation.name, address: *address });
        }
        contracts.push((*address, code));
    }
    let mut planner =
        Planner { artifacts, deployer: Address::ZERO, nonce: 0, creations: Vec::new() };
    planner.create("StepVerifier", &(families,).abi_encode_params())?;
    let site = Site { contracts, ..Site::default() };
    let expected = rehearse(&site, Address::ZERO, 0, &planner.creations)?;
    match (expected.first(), planner.creations.first()) {
        (Some(expected), Some(&Creation { name, .. })) => {
            if surveyor.code(entry).await? == expected.code {
                Ok(())
            } else {
                Err(VerifierMismatch::Code { name, address: entry })
            }
        }
        _ => Ok(()),
    }
}
