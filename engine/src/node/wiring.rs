//! Whether the contracts on L1 are those of the deployment file, and safe to play in: checked before anything is signed.

use alloy::{eips::BlockId, providers::Provider};
use alloy_primitives::{Address, B256, Bytes, U256, aliases::U40};
use alloy_sol_types::SolCall;
use thiserror::Error;
use tracing::warn;

use super::{
    code::{self, CodeError, UnknownCode},
    deployment::{BridgeContracts, Deployment},
};
use crate::{
    dispute::{
        domain::{ClaimId, ClaimKey},
        observe::{ChainReader, ReadError},
    },
    l1::{
        bindings::{IBonds, IBridge, ICaller, IInbox, IRollup, ITokenEscrow, ITournament},
        client::{L1Client, L1Error},
        follow::Headers,
    },
    rules::{
        limits::Limits,
        parameters::{BondSizes, Clocks, LONGEST_LINE_GAS, ParameterError, Parameters},
    },
};

/// Why a deployment is not played in.
#[derive(Debug, Error)]
pub enum WiringError {
    /// L1 could not be read: unknown.
    #[error(transparent)]
    L1(#[from] L1Error),
    /// A view could not be read: unknown, or not such a contract.
    #[error("{what}: {source}")]
    View {
        /// Which one.
        what: &'static str,
        /// The cause.
        source: ReadError,
    },
    /// A view does not decode: not such a contract.
    #[error("{what}: {source}")]
    Decode {
        /// Which one.
        what: &'static str,
        /// The cause.
        source: alloy_sol_types::Error,
    },
    /// There is no contract.
    #[error("there is no code at {address}, the deployment's {contract}")]
    NoCode {
        /// Which one.
        contract: &'static str,
        /// Where it should be.
        address: Address,
    },
    /// A contract's code is not the one that this build knows.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// A contract refers to another one than the deployment's.
    #[error("{what} is {actual}, in the deployment {expected}")]
    Elsewhere {
        /// Which reference.
        what: &'static str,
        /// What the contract says.
        actual: Address,
        /// What the deployment says.
        expected: Address,
    },
    /// The chain starts from another boundary.
    #[error("the genesis claim is {actual}, in the deployment {expected}")]
    Genesis {
        /// What the Rollup says.
        actual: ClaimId,
        /// What the deployment's boundary gives.
        expected: ClaimId,
    },
    /// With these parameters an honest player can lose or pay for its defence.
    #[error("unsafe parameters: {0}")]
    Parameters(#[from] ParameterError),
    /// A number on L1 is below what is safe.
    #[error("{what} is {actual}, at least {least} is safe")]
    TooSmall {
        /// Which one.
        what: &'static str,
        /// What the contract says.
        actual: U256,
        /// What it takes.
        least: U256,
    },
}

/// Reads the contracts at one block.
struct Contracts<'a> {
    l1: &'a L1Client,
    at: B256,
}

impl Contracts<'_> {
    async fn view<C: SolCall>(
        &self,
        to: Address,
        call: C,
        what: &'static str,
    ) -> Result<C::Return, WiringError> {
        let answer = self.l1.call(self.at, to, call.abi_encode().into()).await;
        let answer = answer.map_err(|source| WiringError::View { what, source })?;
        C::abi_decode_returns_validate(&answer)
            .map_err(|source| WiringError::Decode { what, source })
    }

    async fn code(&self, address: Address) -> Result<Bytes, WiringError> {
        let code = self.l1.provider().get_code_at(address);
        Ok(code.block_id(BlockId::hash_canonical(self.at)).await.map_err(L1Error::from)?)
    }

    async fn exists(&self, contract: &'static str, address: Address) -> Result<(), WiringError> {
        let code = self.code(address).await?;
        if code.is_empty() { Err(WiringError::NoCode { contract, address }) } else { Ok(()) }
    }

    async fn refers<C: SolCall<Return = Address>>(
        &self,
        from: Address,
        call: C,
        what: &'static str,
        expected: Address,
    ) -> Result<(), WiringError> {
        let actual = self.view(from, call, what).await?;
        if actual == expected {
            Ok(())
        } else {
            Err(WiringError::Elsewhere { what, actual, expected })
        }
    }
}

/// Checks that the contracts are there, refer to one another as the deployment says, start from its genesis, and have
/// clocks and bonds as the protocol's formulas ask. How long the clocks are is the deployer's choice: short ones pass.
///
/// # Errors
/// [`WiringError`]: nothing is to be signed.
pub async fn check(l1: &L1Client, deployment: &Deployment) -> Result<(), WiringError> {
    let Deployment { inbox, bonds, tournament, rollup, step_verifier, .. } = *deployment;
    let contracts = Contracts { l1, at: Headers::head(l1).await?.hash };
    for (contract, address) in [
        ("Inbox", inbox),
        ("Bonds", bonds),
        ("Tournament", tournament),
        ("Rollup", rollup),
        ("StepVerifier", step_verifier),
    ] {
        contracts.exists(contract, address).await?;
    }

    contracts.refers(rollup, IRollup::inboxCall {}, "the Rollup's Inbox", inbox).await?;
    contracts.refers(rollup, IRollup::bondsCall {}, "the Rollup's Bonds", bonds).await?;
    contracts
        .refers(rollup, IRollup::tournamentCall {}, "the Rollup's Tournament", tournament)
        .await?;
    if let Some(settlement) = deployment.settlement {
        contracts.exists("Settlement", settlement).await?;
    }
    let settlement = deployment.settlement.unwrap_or_default();
    contracts
        .refers(rollup, IRollup::settlementCall {}, "the Rollup's Settlement", settlement)
        .await?;
    contracts.refers(bonds, IBonds::rollupCall {}, "Bonds' Rollup", rollup).await?;
    contracts.refers(bonds, IBonds::tournamentCall {}, "Bonds' Tournament", tournament).await?;
    contracts
        .refers(tournament, ITournament::askerCall {}, "the Tournament's Rollup", rollup)
        .await?;
    contracts
        .refers(tournament, ITournament::bondsCall {}, "the Tournament's Bonds", bonds)
        .await?;
    contracts
        .refers(tournament, ITournament::recordsCall {}, "the Tournament's Inbox", inbox)
        .await?;
    contracts
        .refers(
            tournament,
            ITournament::verifierCall {},
            "the Tournament's verifier",
            step_verifier,
        )
        .await?;

    let expected = deployment.bridge.map_or(Address::ZERO, |contracts| contracts.bridge);
    contracts.refers(inbox, IInbox::bridgeCall {}, "the Inbox's Bridge", expected).await?;
    if let Some(bridge) = deployment.bridge {
        check_bridge(&contracts, deployment, bridge).await?;
    }
    genesis(&contracts, deployment).await?;
    parameters(&contracts, deployment).await
}

/// Holds the code of every contract against the code that this build knows.
///
/// # Errors
/// [`WiringError::Code`], unless it is only to be said; [`WiringError::L1`] when the code cannot be read.
pub async fn check_code(
    l1: &L1Client,
    deployment: &Deployment,
    unknown: UnknownCode,
) -> Result<(), WiringError> {
    let reader = Contracts { l1, at: Headers::head(l1).await?.hash };
    let mut contracts = code::contracts(deployment);
    while let Some((contract, address)) = contracts.pop() {
        match (code::check(contract, address, &reader.code(address).await?), unknown) {
            (Ok(more), _) => contracts.extend(more),
            (Err(error), UnknownCode::Refuse) => return Err(error.into()),
            (Err(error), UnknownCode::Warn) => warn!(%error, "played in all the same"),
        }
    }
    Ok(())
}

async fn check_bridge(
    contracts: &Contracts<'_>,
    deployment: &Deployment,
    BridgeContracts { bridge, caller, token_escrow }: BridgeContracts,
) -> Result<(), WiringError> {
    for (contract, address) in
        [("Bridge", bridge), ("Caller", caller), ("TokenEscrow", token_escrow)]
    {
        contracts.exists(contract, address).await?;
    }
    let Deployment { inbox, rollup, .. } = *deployment;
    contracts.refers(bridge, IBridge::inboxCall {}, "the Bridge's Inbox", inbox).await?;
    contracts.refers(bridge, IBridge::rollupCall {}, "the Bridge's Rollup", rollup).await?;
    contracts.refers(bridge, IBridge::callerCall {}, "the Bridge's Caller", caller).await?;
    contracts.refers(caller, ICaller::bridgeCall {}, "the Caller's Bridge", bridge).await?;
    contracts
        .refers(token_escrow, ITokenEscrow::bridgeCall {}, "the TokenEscrow's Bridge", bridge)
        .await
}

async fn genesis(contracts: &Contracts<'_>, deployment: &Deployment) -> Result<(), WiringError> {
    let key = ClaimKey { boundary: deployment.start().hash(), ..ClaimKey::default() };
    let (actual, expected) =
        (contracts.view(deployment.rollup, IRollup::genesisCall {}, "genesis").await?, key.id());
    if actual == expected.0 {
        // The Rollup's constructor compared its number and time with the Inbox's.
        Ok(())
    } else {
        Err(WiringError::Genesis { actual: ClaimId(actual), expected })
    }
}

async fn parameters(contracts: &Contracts<'_>, deployment: &Deployment) -> Result<(), WiringError> {
    let Deployment { tournament, rollup, .. } = *deployment;
    let timing = contracts.view(tournament, ITournament::timingCall {}, "timing").await?;
    let cap = contracts.view(tournament, ITournament::gasPriceCapCall {}, "gasPriceCap").await?;
    let step_bond = contracts.view(tournament, ITournament::stepBondCall {}, "stepBond").await?;
    let root_bond = contracts.view(rollup, IRollup::rootBondCall {}, "rootBond").await?;

    let blocks = |blocks: U40| blocks.to::<u64>();
    let clocks = Clocks {
        censorship: blocks(timing.censorship),
        grace: blocks(timing.response),
        build: blocks(timing.build),
    };
    let bonds = BondSizes {
        honest_line: cap.saturating_mul(U256::from(LONGEST_LINE_GAS)),
        delay: U256::ZERO,
        append_fee_floor: U256::ZERO,
    };
    let least = Parameters::new(Limits::SURETY, clocks, bonds, Parameters::HEIGHTS)?;
    for (what, actual, least) in [
        ("the budget", U256::from(blocks(timing.budget)), U256::from(least.clocks().budget())),
        ("the step bond", step_bond, least.bonds().step()),
        ("the root bond", root_bond, least.bonds().root()),
    ] {
        if actual < least {
            return Err(WiringError::TooSmall { what, actual, least });
        }
    }
    Ok(())
}
