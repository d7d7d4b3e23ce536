//! The compiled step verifier on an L1 in memory: Osaka's rules, EIP-7825's cap on a transaction's gas.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use alloy_primitives::{Address, B256, Bytes, Selector, TxKind, U256, hex};
use alloy_sol_types::{SolCall, SolValue, sol};
use revm::{
    ExecuteCommitEvm, ExecuteEvm, MainBuilder,
    context::{
        BlockEnv, TxEnv,
        result::{EVMError, ExecutionResult},
    },
    database::{CacheDB, EmptyDB},
    handler::{MainnetContext, MainnetEvm},
};

use super::artifact::{Artifact, ArtifactError, error_signatures};
use crate::{
    execute::environment::{SPEC, cfg_env},
    machine::{StepProof, witness::WitnessError},
    rules::limits::Limits,
};

sol! {
    /// See `contracts/src/interfaces/IStepVerifier.sol`.
    struct StepContext { uint32 slot; uint32 step; bool inDomain; bytes32 recordHash; }
    /// See `contracts/src/interfaces/IStepVerifier.sol`.
    function next(StepContext context, bytes32 preState, bytes witness) returns (bytes32 postState);
}

/// Gas that an L1 transaction can have ([EIP-7825](https://eips.ethereum.org/EIPS/eip-7825)).
pub const TRANSACTION_GAS: u64 = 1 << 24;

/// The contracts of `contracts/src/verifier/Family.sol`, in its order.
const FAMILIES: [&str; 26] = [
    "Arithmetic",
    "Comparison",
    "Bitwise",
    "StackItems",
    "ControlFlow",
    "Return",
    "Environment",
    "StateReads",
    "MemoryAccess",
    "Copies",
    "Keccak",
    "Log",
    "Storage",
    "Calls",
    "Create",
    "SelfDestruct",
    "FixedPoint",
    "BlockBegin",
    TRANSACTION_BEGIN,
    "AccessList",
    "Enter",
    "Precompiles",
    "Copy",
    "Settle",
    "Destruct",
    "BlockEnd",
];
/// The family that the limit on a transaction's gas is given to.
const TRANSACTION_BEGIN: &str = "TxBegin";

/// The verifier cannot be deployed.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// An artifact cannot be used.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// A contract's creation fails.
    #[error("deploying {name}: {reason}")]
    Deploy {
        /// The contract.
        name: String,
        /// Why.
        reason: String,
    },
}

/// The verifier does not make the successor that the engine makes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The witness cannot be encoded.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// It reverts.
    #[error("reverts with {0}")]
    Reverted(String),
    /// It halts or is not even a valid transaction.
    #[error("fails: {0}")]
    Failed(String),
    /// Its successor is another.
    #[error("gives the successor {0}")]
    Successor(B256),
}

/// The deployed verifier.
pub struct Verifier {
    evm: MainnetEvm<MainnetContext<CacheDB<EmptyDB>>>,
    out: PathBuf,
    linked: BTreeMap<String, Address>,
    errors: BTreeMap<Selector, String>,
    address: Address,
    nonce: u64,
}

impl Verifier {
    /// Deploys the contracts that forge compiled into `out`.
    ///
    /// # Errors
    /// [`VerifierError`].
    pub fn deploy(out: &Path, limits: &Limits) -> Result<Self, VerifierError> {
        let context = MainnetContext::new(CacheDB::new(EmptyDB::default()), SPEC)
            .with_cfg(cfg_env(1))
            .with_block(BlockEnv {
                basefee: 0,
                prevrandao: Some(B256::ZERO),
                ..BlockEnv::default()
            });
        let mut verifier = Self {
            evm: context.build_mainnet(),
            out: out.to_owned(),
            linked: BTreeMap::new(),
            errors: BTreeMap::new(),
            address: Address::ZERO,
            nonce: 0,
        };
        let mut families = Vec::new();
        for name in FAMILIES {
            let arguments = match name {
                TRANSACTION_BEGIN => limits.transaction_gas.abi_encode(),
                _ => Vec::new(),
            };
            families.push(verifier.create(name, &arguments)?);
        }
        verifier.address = verifier.create("StepVerifier", &families.abi_encode_params())?;
        Ok(verifier)
    }

    /// Lets the verifier repeat a step; gives the gas of an L1 transaction that does just this.
    ///
    /// # Errors
    /// [`Rejection`].
    pub fn check(&mut self, proof: &StepProof) -> Result<u64, Rejection> {
        let context = StepContext {
            slot: proof.context.slot,
            step: proof.context.step,
            inDomain: proof.context.in_domain,
            recordHash: proof.context.record_hash,
        };
        let witness = Bytes::from(proof.witness.encode()?);
        let call = nextCall { context, preState: proof.pre, witness };
        let transaction =
            self.transaction(TxKind::Call(self.address), Bytes::from(call.abi_encode()));
        let outcome = self.evm.transact(transaction);
        match outcome.map(|outcome| outcome.result) {
            Ok(result @ ExecutionResult::Success { .. }) => {
                let output = result.output().cloned().unwrap_or_default();
                match B256::abi_decode(&output) {
                    Ok(post) if post == proof.post => Ok(result.tx_gas_used()),
                    Ok(post) => Err(Rejection::Successor(post)),
                    Err(error) => Err(Rejection::Failed(error.to_string())),
                }
            }
            Ok(ExecutionResult::Revert { output, .. }) => {
                Err(Rejection::Reverted(self.describe(&output)))
            }
            Ok(ExecutionResult::Halt { reason, .. }) => {
                Err(Rejection::Failed(format!("{reason:?}")))
            }
            Err(error) => Err(Rejection::Failed(format!("{error}"))),
        }
    }

    fn create(&mut self, name: &str, arguments: &[u8]) -> Result<Address, VerifierError> {
        let artifact = Artifact::read(&self.out, name)?;
        for library in artifact.libraries() {
            if !self.linked.contains_key(library) {
                let address = self.create(library, &[])?;
                self.linked.insert(library.to_owned(), address);
            }
        }
        let code = [&artifact.creation_code(&self.linked)?, arguments].concat();
        let transaction = self.transaction(TxKind::Create, code.into());
        let created = Address::ZERO.create(self.nonce);
        self.nonce += 1;
        let failed = |reason| VerifierError::Deploy { name: name.to_owned(), reason };
        match self.evm.transact_commit(transaction) {
            Ok(ExecutionResult::Success { .. }) => Ok(created),
            Ok(ExecutionResult::Revert { output, .. }) => Err(failed(self.describe(&output))),
            Ok(ExecutionResult::Halt { reason, .. }) => Err(failed(format!("{reason:?}"))),
            Err(EVMError::Transaction(error)) => Err(failed(error.to_string())),
            Err(error) => Err(failed(format!("{error}"))),
        }
    }

    fn transaction(&self, kind: TxKind, data: Bytes) -> TxEnv {
        TxEnv {
            kind,
            data,
            nonce: self.nonce,
            gas_limit: TRANSACTION_GAS,
            gas_price: 0,
            value: U256::ZERO,
            ..TxEnv::default()
        }
    }

    /// The name of a revert, with its arguments' bytes.
    fn describe(&mut self, data: &[u8]) -> String {
        if self.errors.is_empty() {
            self.errors = error_signatures(&self.out).unwrap_or_default();
        }
        let name = data
            .first_chunk::<4>()
            .and_then(|selector| self.errors.get(&Selector::from(*selector)).cloned());
        match (name, data.get(4..)) {
            (Some(name), Some([])) => name,
            (Some(name), Some(arguments)) => format!("{name} {}", hex::encode(arguments)),
            _ => format!("0x{}", hex::encode(data)),
        }
    }
}
