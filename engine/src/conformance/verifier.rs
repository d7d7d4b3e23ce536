//! The compiled step verifier on an L1 in memory: Osaka's rules, EIP-7825's cap on a transaction's gas.

use std::path::{Path, PathBuf};

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_sol_types::{SolCall, SolValue};
use revm::{
    ExecuteCommitEvm, ExecuteEvm, MainBuilder,
    context::{BlockEnv, TxEnv, result::ExecutionResult},
    database::{CacheDB, EmptyDB},
    handler::{MainnetContext, MainnetEvm},
};

use super::errors::ErrorNames;
use crate::{
    deploy::{Artifacts, PlanError, verifier as plan},
    execute::environment::{SPEC, cfg_env},
    machine::{StepContext, StepProof, witness::WitnessError},
    rules::limits::Limits,
};

mod abi {
    alloy_sol_types::sol! {
        /// See `contracts/src/interfaces/IStepVerifier.sol`.
        struct StepContext { uint32 slot; uint32 step; bool inDomain; bytes32 recordHash; }
        /// See `contracts/src/interfaces/IStepVerifier.sol`.
        function next(StepContext context, bytes32 preState, bytes witness) returns (bytes32 postState);
    }
}

/// Gas that an L1 transaction can have ([EIP-7825](https://eips.ethereum.org/EIPS/eip-7825)).
pub const TRANSACTION_GAS: u64 = 1 << 24;

/// The verifier cannot be deployed.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// There is nothing to deploy.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A contract's creation fails.
    #[error("deploying {name}: {reason}")]
    Deploy {
        /// The contract.
        name: &'static str,
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
    errors: Option<ErrorNames>,
    address: Address,
    nonce: u64,
    gas_limit: u64,
}

/// What a step costs on L1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Gas of an L1 transaction that does just this.
    pub gas: u64,
    /// Bytes of the witness.
    pub witness_bytes: usize,
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
        let mut evm = context.build_mainnet();
        let creations = plan(&Artifacts::new(out), Address::ZERO, 0, limits.transaction_gas)?;
        let (mut nonce, mut address) = (0, Address::ZERO);
        for creation in creations {
            let transaction = transaction(TxKind::Create, creation.initcode, nonce);
            let failed = |reason| VerifierError::Deploy { name: creation.name, reason };
            match evm.transact_commit(transaction) {
                Ok(ExecutionResult::Success { .. }) => {}
                Ok(failure) => return Err(failed(format!("{failure:?}"))),
                Err(error) => return Err(failed(format!("{error:?}"))),
            }
            (nonce, address) = (nonce + 1, creation.address);
        }
        Ok(Self {
            evm,
            out: out.to_owned(),
            errors: None,
            address,
            nonce,
            gas_limit: TRANSACTION_GAS,
        })
    }

    /// From now on a step may use `gas` instead of [`TRANSACTION_GAS`]: for limits that no deployment has.
    pub const fn allow_gas(&mut self, gas: u64) {
        self.gas_limit = gas;
    }

    /// Lets the verifier repeat a step; gives the gas of an L1 transaction that does just this.
    ///
    /// # Errors
    /// [`Rejection`].
    pub fn check(&mut self, proof: &StepProof) -> Result<u64, Rejection> {
        self.verify(proof).map(|cost| cost.gas)
    }

    /// Lets the verifier repeat a step; gives what that costs.
    ///
    /// # Errors
    /// [`Rejection`].
    pub fn verify(&mut self, proof: &StepProof) -> Result<Cost, Rejection> {
        let witness = Bytes::from(proof.witness.encode()?);
        let witness_bytes = witness.len();
        let (post, gas) = self.next(&proof.context, proof.pre, witness)?;
        if post == proof.post {
            Ok(Cost { gas, witness_bytes })
        } else {
            Err(Rejection::Successor(post))
        }
    }

    /// The successor that the verifier makes of a witness, and the gas of an L1 transaction that asks just this.
    ///
    /// # Errors
    /// [`Rejection`], except [`Rejection::Successor`].
    pub fn next(
        &mut self,
        context: &StepContext,
        pre: B256,
        witness: Bytes,
    ) -> Result<(B256, u64), Rejection> {
        let context = abi::StepContext {
            slot: context.slot,
            step: context.step,
            inDomain: context.in_domain,
            recordHash: context.record_hash,
        };
        let call = abi::nextCall { context, preState: pre, witness };
        let calldata = Bytes::from(call.abi_encode());
        let transaction = TxEnv {
            gas_limit: self.gas_limit,
            ..transaction(TxKind::Call(self.address), calldata, self.nonce)
        };
        let outcome = self.evm.transact(transaction);
        match outcome.map(|outcome| outcome.result) {
            Ok(result @ ExecutionResult::Success { .. }) => {
                let output = result.output().cloned().unwrap_or_default();
                match B256::abi_decode(&output) {
                    Ok(post) => Ok((post, result.tx_gas_used())),
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

    fn describe(&mut self, data: &[u8]) -> String {
        self.errors.get_or_insert_with(|| ErrorNames::read(&self.out)).describe(data)
    }
}

fn transaction(kind: TxKind, data: Bytes, nonce: u64) -> TxEnv {
    TxEnv {
        kind,
        data,
        nonce,
        gas_limit: TRANSACTION_GAS,
        gas_price: 0,
        value: U256::ZERO,
        ..TxEnv::default()
    }
}
