//! A plain run of a case: revm over a map of accounts, with revm's own checks, alloy's decoder and alloy's roots. It shares
//! neither decoding nor validation nor tries with the engine.

use std::collections::BTreeMap;

use alloy::{
    consensus::{Transaction as _, TxEnvelope, transaction::SignerRecoverable},
    eips::{Decodable2718, Typed2718},
};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, Log, U256, keccak256, map::B256Map};
use alloy_trie::{
    TrieAccount,
    root::{state_root_unsorted, storage_root_unsorted},
};
use revm::{
    Database, ExecuteEvm, InspectEvm, Inspector, MainBuilder, SystemCallEvm,
    context::{BlockEnv, TxEnv},
    context_interface::{ContextTr, JournalTr},
    handler::MainnetContext,
    interpreter::{Interpreter, interpreter::EthInterpreter},
    state::{AccountInfo, EvmState},
};

use super::case::{Accounts, CHAIN_ID, Case, LIMITS};
use crate::{
    derive::deposits::Deposit,
    execute::{
        database::bytecode,
        environment::{SPEC, block_env, cfg_env},
        error::ExecuteError,
    },
    machine::groups::Block,
    rules::{
        addresses::{BEACON_ROOTS, BLOCK_HASHES},
        limits::BLOCK_HASHES_KEPT,
    },
};

/// What a transaction came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Whether its top frame succeeded.
    pub status: bool,
    /// Gas it used.
    pub gas_used: u64,
    /// Its logs.
    pub logs: Vec<Log>,
}

/// The state of a plain run.
#[derive(Clone, Debug)]
pub struct Reference {
    accounts: Accounts,
    codes: B256Map<Bytes>,
    block: BlockEnv,
    gas_left: u64,
}

impl Reference {
    /// The state before the first entry of `case`, whose system calls have been made.
    ///
    /// # Errors
    /// [`ExecuteError`] when revm refuses a system call.
    pub fn begin(case: &Case) -> Result<Self, ExecuteError> {
        let environment = &case.environment;
        let block = block_env(&Block {
            number: environment.parent.saturating_add(1),
            timestamp: environment.timestamp,
            prev_randao: environment.prev_randao,
            fee_recipient: environment.fee_recipient,
            base_fee: U256::from(environment.base_fee),
            gas_limit: LIMITS.block_gas,
            ..Block::default()
        })?;
        let codes = case.accounts.values().map(|it| (keccak256(&it.code), it.code.clone()));
        let mut reference = Self {
            accounts: case.accounts.clone(),
            codes: codes.collect(),
            block,
            gas_left: LIMITS.block_gas,
        };
        for (callee, input) in
            [(BEACON_ROOTS, environment.l1_message_root), (BLOCK_HASHES, environment.parent_hash)]
        {
            let mut evm = reference.context().build_mainnet();
            let outcome = evm
                .system_call(callee, Bytes::from(input))
                .map_err(|error| ExecuteError::Refused(error.to_string()))?;
            reference.apply(outcome.state);
        }
        Ok(reference)
    }

    fn context(&self) -> MainnetContext<&Self> {
        let mut cfg = cfg_env(CHAIN_ID);
        cfg.tx_gas_limit_cap = Some(LIMITS.transaction_gas);
        MainnetContext::new(self, SPEC).with_cfg(cfg).with_block(self.block.clone())
    }

    /// Executes an entry; gives why it is skipped otherwise.
    ///
    /// # Errors
    /// The reason, in words: the entry is skipped.
    pub fn execute(&mut self, entry: &[u8]) -> Result<Receipt, String> {
        let transaction = self.decode(entry)?;
        let outcome = self.context().build_mainnet().transact(transaction);
        let outcome = outcome.map_err(|error| error.to_string())?;
        self.apply(outcome.state);
        let (status, gas_used) = (outcome.result.is_success(), outcome.result.tx_gas_used());
        self.gas_left = self.gas_left.saturating_sub(gas_used);
        let logs = if status { outcome.result.into_logs() } else { Vec::new() };
        Ok(Receipt { status, gas_used, logs })
    }

    /// The gas that the top frame has left before each of its opcodes, were the entry executed now; nothing if it is not.
    #[must_use]
    pub fn probe(&self, entry: &[u8]) -> Vec<u64> {
        let mut probe = Probe::default();
        if let Ok(transaction) = self.decode(entry) {
            let mut evm = self.context().build_mainnet_with_inspector(&mut probe);
            // whatever it comes to
            let _ = evm.inspect_one_tx(transaction);
        }
        probe.0
    }

    fn decode(&self, entry: &[u8]) -> Result<TxEnv, String> {
        let mut rest = entry;
        let envelope = TxEnvelope::decode_2718(&mut rest).map_err(|error| error.to_string())?;
        if !rest.is_empty() {
            return Err("trailing bytes".to_owned());
        }
        if envelope.ty() == 3 {
            return Err("blobs".to_owned());
        }
        if envelope.gas_limit() > self.gas_left {
            return Err("block gas".to_owned());
        }
        let signer = envelope.recover_signer().map_err(|error| error.to_string())?;
        let mut transaction = TxEnv {
            tx_type: envelope.ty(),
            caller: signer,
            gas_limit: envelope.gas_limit(),
            gas_price: envelope.max_fee_per_gas(),
            kind: envelope.kind(),
            value: envelope.value(),
            data: envelope.input().clone(),
            nonce: envelope.nonce(),
            chain_id: envelope.chain_id(),
            access_list: envelope.access_list().cloned().unwrap_or_default(),
            gas_priority_fee: envelope.max_priority_fee_per_gas(),
            blob_hashes: Vec::new(),
            max_fee_per_blob_gas: 0,
            authorization_list: Vec::new(),
        };
        let authorizations = envelope.authorization_list().unwrap_or_default();
        transaction.set_signed_authorization(authorizations.to_vec());
        Ok(transaction)
    }

    /// Credits the deposits of a block's end.
    pub fn credit(&mut self, deposits: &[Deposit]) {
        for deposit in deposits.iter().filter(|deposit| deposit.amount > 0) {
            self.accounts.entry(deposit.account).or_default().balance += deposit.wei();
        }
    }

    fn apply(&mut self, changes: EvmState) {
        for (address, changed) in changes {
            if !changed.is_touched() {
                continue;
            }
            if changed.is_selfdestructed() || changed.is_empty() {
                self.accounts.remove(&address);
                continue;
            }
            let account = self.accounts.entry(address).or_default();
            account.nonce = changed.info.nonce;
            account.balance = changed.info.balance;
            if let Some(code) = &changed.info.code {
                account.code = code.original_bytes();
                self.codes.insert(changed.info.code_hash, account.code.clone());
            }
            for (key, slot) in changed.changed_storage_slots() {
                if slot.present_value.is_zero() {
                    account.storage.remove(key);
                } else {
                    account.storage.insert(*key, slot.present_value);
                }
            }
        }
    }

    /// The state as it is now.
    #[must_use]
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The root of the state as it is now.
    #[must_use]
    pub fn state_root(&self) -> B256 {
        state_root_unsorted(self.accounts.iter().map(|(address, account)| {
            let storage = account.storage.iter();
            let slots: BTreeMap<B256, U256> =
                storage.map(|(key, value)| (keccak256(key.to_be_bytes::<32>()), *value)).collect();
            let account = TrieAccount {
                nonce: account.nonce,
                balance: account.balance,
                storage_root: storage_root_unsorted(slots),
                code_hash: keccak256(&account.code),
            };
            (keccak256(address), account)
        }))
    }
}

impl Database for &Reference {
    type Error = std::convert::Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        Ok(self.accounts.get(&address).map(|account| AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: keccak256(&account.code),
            account_id: None,
            code: None,
        }))
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<revm::bytecode::Bytecode, Self::Error> {
        let empty = code_hash == KECCAK256_EMPTY;
        let code = self.codes.get(&code_hash).filter(|_| !empty).cloned();
        Ok(bytecode(code.unwrap_or_default()))
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, Self::Error> {
        let account = self.accounts.get(&address);
        Ok(account.and_then(|account| account.storage.get(&key)).copied().unwrap_or_default())
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Self::Error> {
        let key = U256::from(number % BLOCK_HASHES_KEPT);
        self.storage(BLOCK_HASHES, key).map(B256::from)
    }
}

/// Notes the gas that the top frame has left.
#[derive(Debug, Default)]
struct Probe(Vec<u64>);

impl<C: ContextTr> Inspector<C, EthInterpreter> for Probe {
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        if context.journal().depth() == 1 {
            self.0.push(interpreter.gas.remaining());
        }
    }
}
