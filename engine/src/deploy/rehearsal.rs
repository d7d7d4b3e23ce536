//! A plan carried out on an L1 in memory: what each creation costs, and exactly the code that it leaves.

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use revm::{
    ExecuteCommitEvm, MainBuilder,
    bytecode::Bytecode,
    context::{BlockEnv, TxEnv, result::ExecutionResult},
    database::{CacheDB, EmptyDB},
    handler::{MainnetContext, MainnetEvm},
    state::AccountInfo,
};
use thiserror::Error;

use super::Creation;
use crate::execute::environment::{SPEC, cfg_env};

/// Gas that an L1 transaction can have ([EIP-7825](https://eips.ethereum.org/EIPS/eip-7825)).
pub const TRANSACTION_GAS: u64 = 1 << 24;

/// An L1 in memory.
pub(crate) type Rehearsal = MainnetEvm<MainnetContext<CacheDB<EmptyDB>>>;

/// The L1 on which creations are rehearsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Its chain id.
    pub chain_id: u64,
    /// Number of the block.
    pub number: u64,
    /// Its time, seconds.
    pub timestamp: u64,
    /// Contracts that are there already, with their code.
    pub contracts: Vec<(Address, Bytes)>,
}

/// What a creation does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsed {
    /// Gas of its transaction.
    pub gas: u64,
    /// The code that it leaves.
    pub code: Bytes,
}

/// A creation that fails.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the creation of {name} fails: {reason}")]
pub struct RehearsalError {
    /// The contract.
    pub name: &'static str,
    /// Why.
    pub reason: String,
}

/// Carries out creations of `deployer` from its nonce on, at `site`.
///
/// # Errors
/// [`RehearsalError`] for the first that fails, or ends up elsewhere than planned.
pub fn rehearse(
    site: &Site,
    deployer: Address,
    nonce: u64,
    creations: &[Creation],
) -> Result<Vec<Rehearsed>, RehearsalError> {
    let mut accounts = CacheDB::new(EmptyDB::default());
    accounts.insert_account_info(deployer, AccountInfo { nonce, ..AccountInfo::default() });
    for (address, code) in &site.contracts {
        let code = Bytecode::new_legacy(code.clone());
        accounts.insert_account_info(*address, AccountInfo::from_bytecode(code).with_nonce(1));
    }
    carry_out(&mut at(site, accounts), deployer, nonce, creations)
}

/// An L1 in memory with these accounts.
pub(crate) fn at(site: &Site, accounts: CacheDB<EmptyDB>) -> Rehearsal {
    let block = BlockEnv {
        number: U256::from(site.number),
        timestamp: U256::from(site.timestamp),
        basefee: 0,
        prevrandao: Some(B256::ZERO),
        ..BlockEnv::default()
    };
    let context = MainnetContext::new(accounts, SPEC).with_cfg(cfg_env(site.chain_id));
    context.with_block(block).build_mainnet()
}

/// Carries out creations of `deployer` from its nonce on.
pub(crate) fn carry_out(
    l1: &mut Rehearsal,
    deployer: Address,
    nonce: u64,
    creations: &[Creation],
) -> Result<Vec<Rehearsed>, RehearsalError> {
    let mut rehearsed = Vec::with_capacity(creations.len());
    for (creation, nonce) in creations.iter().zip(nonce..) {
        let transaction = TxEnv {
            caller: deployer,
            kind: TxKind::Create,
            data: creation.initcode.clone(),
            nonce,
            gas_limit: TRANSACTION_GAS,
            gas_price: 0,
            chain_id: None,
            ..TxEnv::default()
        };
        let failed = |reason| RehearsalError { name: creation.name, reason };
        let result = l1.transact_commit(transaction).map_err(|error| failed(error.to_string()))?;
        match &result {
            ExecutionResult::Success { output, .. }
                if output.address() == Some(&creation.address) =>
            {
                rehearsed
                    .push(Rehearsed { gas: result.tx_gas_used(), code: output.data().clone() });
            }
            ExecutionResult::Success { output, .. } => {
                return Err(failed(format!(
                    "it is at {:?}, not {}",
                    output.address(),
                    creation.address
                )));
            }
            failure => return Err(failed(format!("{failure:?}"))),
        }
    }
    Ok(rehearsed)
}
