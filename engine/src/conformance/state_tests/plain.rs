//! What revm alone makes of a subcase: no trie, no tracer, no rule of ours.

use std::{cell::Cell, collections::BTreeMap, convert::Infallible};

use alloy_primitives::{Address, B256, Log, U256, keccak256};
use alloy_trie::{
    TrieAccount,
    root::{state_root_unhashed, storage_root_unhashed},
};
use revm::{
    Database, InspectEvm, Inspector, MainBuilder,
    bytecode::Bytecode,
    context::{BlockEnv, CfgEnv, TxEnv},
    handler::MainnetContext,
    interpreter::{CreateInputs, CreateOutcome, interpreter::EthInterpreter},
    primitives::hardfork::SpecId,
    state::{AccountInfo, EvmState},
};

use super::CHAIN_ID;
use super::fixture::{FixtureAccount, Quantity};

/// The state of a test; block hashes are keccak256 of the number in decimal digits, as state tests have it.
#[derive(Clone, Debug, Default)]
pub struct World(pub BTreeMap<Address, FixtureAccount>);

/// What revm makes of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlainOutcome {
    /// It is invalid, and why.
    Refused(String),
    /// It was executed.
    Executed(PlainExecution),
}

/// What an executed transaction leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainExecution {
    /// State root after it.
    pub state_root: B256,
    /// Whether its top frame succeeded.
    pub status: bool,
    /// Gas it used.
    pub gas_used: u64,
    /// Its logs.
    pub logs: Vec<Log>,
    /// Whether it asked for the hash of a block.
    pub asked_block_hash: bool,
    /// Whether a contract was to be created at an account with storage but neither nonce nor code.
    pub created_over_storage: bool,
}

/// The hash that state tests give block `number`.
#[must_use]
pub fn block_hash(number: u64) -> B256 {
    keccak256(number.to_string())
}

impl World {
    /// Its state root.
    #[must_use]
    pub fn state_root(&self) -> B256 {
        state_root_unhashed(self.0.iter().map(|(address, account)| {
            let slots = account.storage.iter().filter(|(_, value)| !value.is_zero());
            let storage_root =
                storage_root_unhashed(slots.map(|(key, value)| (B256::from(*key), *value)));
            let code_hash = keccak256(&account.code);
            let nonce = account.nonce.narrow().unwrap_or_default();
            (*address, TrieAccount { nonce, balance: account.balance, storage_root, code_hash })
        }))
    }

    /// Executes `transaction` under the rules of `spec`.
    #[must_use]
    pub fn execute(&self, spec: SpecId, block: &BlockEnv, transaction: TxEnv) -> PlainOutcome {
        let mut cfg = CfgEnv::new_with_spec(spec);
        cfg.set_spec_and_mainnet_gas_params(spec);
        cfg.chain_id = CHAIN_ID;
        cfg.set_max_blobs_per_tx(if spec == SpecId::PRAGUE { 9 } else { 6 });
        let view = View { world: self, asked: Cell::new(false) };
        let mut creations = Creations::default();
        let mut evm = MainnetContext::new(&view, spec)
            .with_cfg(cfg)
            .with_block(block.clone())
            .build_mainnet_with_inspector(&mut creations);
        let result = evm.inspect_tx(transaction);
        drop(evm);
        match result {
            Err(error) => PlainOutcome::Refused(error.to_string()),
            Ok(outcome) => PlainOutcome::Executed(PlainExecution {
                state_root: self.after(outcome.state).state_root(),
                status: outcome.result.is_success(),
                gas_used: outcome.result.tx_gas_used(),
                logs: outcome.result.into_logs(),
                asked_block_hash: view.asked.get(),
                created_over_storage: creations.0.iter().any(|it| self.has_only_storage(it)),
            }),
        }
    }

    // EIP-7610
    fn has_only_storage(&self, address: &Address) -> bool {
        self.0.get(address).is_some_and(|account| {
            account.nonce == Quantity::default()
                && account.code.is_empty()
                && account.storage.values().any(|value| !value.is_zero())
        })
    }

    fn after(&self, changes: EvmState) -> Self {
        let mut world = self.clone();
        for (address, changed) in changes {
            if !changed.is_touched() {
                continue;
            }
            if changed.is_selfdestructed() || changed.is_empty() {
                world.0.remove(&address);
                continue;
            }
            let account = world.0.entry(address).or_default();
            account.nonce = Quantity(Some(U256::from(changed.info.nonce)));
            account.balance = changed.info.balance;
            if let Some(code) = &changed.info.code {
                account.code = code.original_bytes();
            }
            if changed.is_created() {
                account.storage.clear();
            }
            let slots = changed.storage.iter().map(|(key, slot)| (*key, slot.present_value));
            account.storage.extend(slots);
        }
        world
    }
}

/// Where contracts were to be created.
#[derive(Debug, Default)]
struct Creations(Vec<Address>);

impl<DB: Database> Inspector<MainnetContext<DB>, EthInterpreter> for Creations {
    fn create(
        &mut self,
        context: &mut MainnetContext<DB>,
        inputs: &mut CreateInputs,
    ) -> Option<CreateOutcome> {
        let creator = context.journaled_state.state.get(&inputs.caller());
        let nonce = creator.map_or(0, |creator| creator.info.nonce);
        self.0.push(inputs.created_address(nonce));
        None
    }
}

/// A world as revm asks for it.
struct View<'a> {
    world: &'a World,
    asked: Cell<bool>,
}

impl View<'_> {
    fn info(&self, address: Address) -> Option<AccountInfo> {
        let account = self.world.0.get(&address)?;
        let nonce = account.nonce.narrow().unwrap_or_default();
        let code = crate::execute::database::bytecode(account.code.clone());
        let code_hash = keccak256(&account.code);
        Some(AccountInfo {
            balance: account.balance,
            nonce,
            code_hash,
            account_id: None,
            code: Some(code),
        })
    }
}

impl Database for &View<'_> {
    type Error = Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.info(address))
    }

    // revm gets every code with its account
    fn code_by_hash(&mut self, _: B256) -> Result<Bytecode, Infallible> {
        Ok(Bytecode::default())
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, Infallible> {
        let account = self.world.0.get(&address);
        Ok(account.and_then(|account| account.storage.get(&key).copied()).unwrap_or_default())
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Infallible> {
        self.asked.set(true);
        Ok(block_hash(number))
    }
}
