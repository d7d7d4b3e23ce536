//! Whether the contracts on L1 run the code that this build knows: with every immutable zeroed their runtime code has the hash
//! in `snapshots/Runtime.json`, which `scripts/runtime-code` writes. What the immutables refer to, `wiring` asks; the verifier's
//! families, which nothing tells of, are found in its code.

use std::{collections::BTreeMap, sync::LazyLock};

use alloy_primitives::{Address, B256, U256, keccak256};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::deployment::{BridgeContracts, Deployment};
use crate::rules::limits::Limits;

/// What the contracts' code is, as they were compiled.
static KNOWN: LazyLock<Option<Known>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../snapshots/Runtime.json")).ok());

/// What to do about contracts with other code.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum UnknownCode {
    /// Not to start: what such contracts do with a bond nobody here knows.
    #[default]
    Refuse,
    /// To say so and to go on: for deployments that were checked by other means.
    Warn,
}

/// Why a contract's code is not the one that this build knows.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CodeError {
    /// It is other code.
    #[error("the code at {address} is not that of {contract} in this build")]
    Differs {
        /// Which contract.
        contract: &'static str,
        /// Where.
        address: Address,
    },
    /// One immutable has two values.
    #[error("the code at {address} contradicts itself about an immutable of {contract}")]
    Immutable {
        /// Which contract.
        contract: &'static str,
        /// Where.
        address: Address,
    },
    /// The verifier allows transactions another gas limit.
    #[error("the verifier's transactions have at most {actual} gas, expected {expected}")]
    GasLimit {
        /// What its code says.
        actual: U256,
        /// What this build executes by.
        expected: u64,
    },
    /// This build knows no code at all.
    #[error("this build does not know the contracts' code")]
    Unknown,
}

#[derive(Deserialize)]
struct Known {
    contracts: BTreeMap<String, Runtime>,
    families: BTreeMap<String, Runtime>,
}

/// Runtime code: its hash without immutables, and where each of these stands.
#[derive(Deserialize)]
struct Runtime {
    hash: B256,
    length: usize,
    immutables: Vec<Vec<usize>>,
}

impl Runtime {
    /// The values of the immutables in `code`.
    fn read(&self, code: &[u8]) -> Result<Vec<U256>, Mismatch> {
        if code.len() != self.length {
            return Err(Mismatch::Code);
        }
        let mut bare = code.to_vec();
        let mut values = Vec::with_capacity(self.immutables.len());
        for places in &self.immutables {
            let mut found: Option<U256> = None;
            for &place in places {
                let word = bare.get_mut(place..).and_then(|rest| rest.first_chunk_mut::<32>());
                let word = word.ok_or(Mismatch::Code)?;
                let value = U256::from_be_bytes(std::mem::take(word));
                if found.is_some_and(|found| found != value) {
                    return Err(Mismatch::Immutable);
                }
                found = Some(value);
            }
            values.push(found.unwrap_or_default());
        }
        if keccak256(&bare) == self.hash { Ok(values) } else { Err(Mismatch::Code) }
    }
}

enum Mismatch {
    Code,
    Immutable,
}

/// The contracts whose addresses the deployment gives.
pub(super) fn contracts(deployment: &Deployment) -> Vec<(&'static str, Address)> {
    let Deployment { inbox, bonds, tournament, rollup, step_verifier, lens, .. } = *deployment;
    let mut contracts = vec![
        ("Inbox", inbox),
        ("Bonds", bonds),
        ("Tournament", tournament),
        ("Rollup", rollup),
        ("Lens", lens),
        ("StepVerifier", step_verifier),
    ];
    contracts.extend(deployment.settlement.map(|settlement| ("Settlement", settlement)));
    if let Some(BridgeContracts { bridge, caller, token_escrow }) = deployment.bridge {
        contracts.extend([("Bridge", bridge), ("Caller", caller), ("TokenEscrow", token_escrow)]);
    }
    contracts
}

/// Checks a contract's code; gives the contracts that only its code tells of.
///
/// # Errors
/// [`CodeError`].
pub(super) fn check(
    contract: &'static str,
    address: Address,
    code: &[u8],
) -> Result<Vec<(&'static str, Address)>, CodeError> {
    let known = KNOWN.as_ref().ok_or(CodeError::Unknown)?;
    let runtime = known.contracts.get(contract).or_else(|| known.families.get(contract));
    let values = runtime.ok_or(CodeError::Unknown)?.read(code).map_err(|found| match found {
        Mismatch::Code => CodeError::Differs { contract, address },
        Mismatch::Immutable => CodeError::Immutable { contract, address },
    })?;
    if contract == "TxBegin" {
        let (actual, expected) = (values.first().copied(), Limits::SURETY.transaction_gas);
        let actual = actual.unwrap_or_default();
        if actual != U256::from(expected) {
            return Err(CodeError::GasLimit { actual, expected });
        }
    }
    if contract == "StepVerifier" {
        let families = values.into_iter().map(|word| Address::from_word(B256::from(word)));
        return Ok(crate::deploy::FAMILIES.into_iter().zip(families).collect());
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use alloy_primitives::hex;

    use super::*;

    /// Runtime code as forge compiled it, which has zeros for immutables.
    fn compiled(contract: &str) -> Vec<u8> {
        let out = concat!(env!("CARGO_MANIFEST_DIR"), "/../out");
        let path = format!("{out}/{contract}.sol/{contract}.json");
        let artifact: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        hex::decode(artifact["deployedBytecode"]["object"].as_str().unwrap()).unwrap()
    }

    fn fill(code: &mut [u8], contract: &str, immutable: usize, value: U256) {
        let known = KNOWN.as_ref().unwrap();
        let runtime = known.contracts.get(contract).or_else(|| known.families.get(contract));
        for place in &runtime.unwrap().immutables[immutable] {
            code[*place..place + 32].copy_from_slice(&value.to_be_bytes::<32>());
        }
    }

    #[test]
    fn the_committed_hashes_are_those_of_the_compiled_contracts() {
        let known = KNOWN.as_ref().unwrap();
        assert_eq!(known.families.len(), crate::deploy::FAMILIES.len());
        for (name, runtime) in known.contracts.iter().chain(&known.families) {
            assert!(runtime.read(&compiled(name)).is_ok(), "{name}: run scripts/runtime-code");
        }
    }

    #[test]
    fn whatever_the_immutables_are_and_nothing_else_may_differ() {
        let address = Address::repeat_byte(1);
        let mut code = compiled("Bonds");
        fill(&mut code, "Bonds", 0, U256::from(7));
        assert_eq!(check("Bonds", address, &code), Ok(Vec::new()));
        let place = KNOWN.as_ref().unwrap().contracts["Bonds"].immutables[0][0];
        code[place] ^= 1;
        let twice = CodeError::Immutable { contract: "Bonds", address };
        assert_eq!(check("Bonds", address, &code), Err(twice));
        let differs = Err(CodeError::Differs { contract: "Bonds", address });
        for (at, bit) in [(0, 1), (1_000, 128), (code.len() - 1, 4)] {
            let mut code = compiled("Bonds");
            code[at] ^= bit;
            assert_eq!(check("Bonds", address, &code), differs, "byte {at}");
        }
        assert_eq!(check("Bonds", address, &compiled("Inbox")), differs);
        assert_eq!(check("Bonds", address, &[]), differs);
    }

    #[test]
    fn the_verifiers_code_tells_of_its_families() {
        let mut code = compiled("StepVerifier");
        for family in 0..crate::deploy::FAMILIES.len() {
            fill(&mut code, "StepVerifier", family, U256::from(family + 1));
        }
        let families = check("StepVerifier", Address::ZERO, &code).unwrap();
        let last = Address::with_last_byte(u8::try_from(families.len()).unwrap());
        assert_eq!(families.first(), Some(&("Arithmetic", Address::with_last_byte(1))));
        assert_eq!(families.last(), Some(&("BlockEnd", last)));
    }

    #[test]
    fn a_verifier_of_larger_transactions_is_refused() {
        let mut code = compiled("TxBegin");
        fill(&mut code, "TxBegin", 0, U256::from(8_000_000));
        assert_eq!(check("TxBegin", Address::ZERO, &code), Ok(Vec::new()));
        fill(&mut code, "TxBegin", 0, U256::from(1 << 24));
        let larger = CodeError::GasLimit { actual: U256::from(1 << 24), expected: 8_000_000 };
        assert_eq!(check("TxBegin", Address::ZERO, &code), Err(larger));
    }
}
