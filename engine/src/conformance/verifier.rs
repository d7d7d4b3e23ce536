//! The compiled step verifier on an L1 in memory: Osaka's rules, EIP-7825's cap on a transaction's gas.

use std::path::{Path, PathBuf};

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_sol_types::{SolCall, SolValue};
use revm::{
    ExecuteEvm,
    context::{TxEnv, result::ExecutionResult},
    database::{CacheDB, EmptyDB},
};

use super::errors::ErrorNames;
use crate::{
    deploy::{
        Artifacts, PlanError,
        rehearsal::{self, Rehearsal, RehearsalError, Site, carry_out},
        verifier as plan,
    },
    l1::bindings::{self, IStepVerifier},
    machine::{StepContext, StepProof, witness::WitnessError},
    rules::limits::Limits,
};

pub use crate::deploy::rehearsal::TRANSACTION_GAS;

/// The verifier cannot be deployed.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// There is nothing to deploy.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A contract's creation fails.
    #[error(transparent)]
    Deploy(#[from] RehearsalError),
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
    evm: Rehearsal,
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
        let creations = plan(&Artifacts::new(out), Address::ZERO, 0, limits.transaction_gas)?;
        let site = Site { chain_id: 1, ..Site::default() };
        let mut evm = rehearsal::at(&site, CacheDB::new(EmptyDB::default()));
        carry_out(&mut evm, Address::ZERO, 0, &creations)?;
        let nonce = creations.len() as u64;
        let address = creations.last().map(|entry| entry.address).unwrap_or_default();
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
        let calldata = calldata(context, pre, witness);
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

/// The call of the verifier with a witness.
#[must_use]
pub fn calldata(context: &StepContext, pre: B256, witness: Bytes) -> Bytes {
    let context = bindings::StepContext {
        slot: context.slot,
        step: context.step,
        inDomain: context.in_domain,
        recordHash: context.record_hash,
    };
    IStepVerifier::nextCall { context, preState: pre, witness }.abi_encode().into()
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
