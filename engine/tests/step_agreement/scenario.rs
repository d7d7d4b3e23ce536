//! A chain of our own: accounts, then one block of transactions whose every step the verifier repeats.
// shared with the worst cases; neither uses all of it
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::path::Path;

use alloy::{
    consensus::{
        SignableTransaction, Signed, TxEip1559, TxEip2930, TxEip7702, TxEnvelope, TxLegacy,
    },
    eips::{
        eip2718::Encodable2718, eip2930::AccessList, eip2935::HISTORY_STORAGE_CODE,
        eip4788::BEACON_ROOTS_CODE, eip7702::SignedAuthorization,
    },
    network::TxSignerSync,
    signers::local::PrivateKeySigner,
};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256};
use surety_engine::{
    authenticated::{
        account::{self, Account},
        blob::Blob,
        mpt::EMPTY_ROOT,
        storage,
    },
    conformance::{Report, Selection, Verifier, check_block},
    derive::{
        BatchData, BlockInput, batch,
        deposits::{Deposit, pack},
    },
    execute::{
        block::{BlockOutcome, execute_block},
        boundary::{Boundary, Genesis},
        pending::Pending,
    },
    machine::groups::Record,
    rules::{
        addresses::{BEACON_ROOTS, BLOCK_HASHES},
        limits::Limits,
    },
};

use crate::empty::Empty;

pub const CHAIN_ID: u64 = 61_331;
pub const FEE_RECIPIENT: Address = Address::repeat_byte(0xfe);
pub const BASE_FEE: u64 = 1_000_000_000;
/// What a transaction pays for a unit of gas.
pub const GAS_PRICE: u128 = 2_000_000_000;
pub const ETHER: u128 = 1_000_000_000_000_000_000;

/// One block over a state of our own.
pub struct Scenario {
    pending: Pending<Empty>,
    state_root: B256,
    nonces: BTreeMap<u8, u64>,
    entries: Vec<Bytes>,
    deposits: Vec<Deposit>,
    pub limits: Limits,
    pub fee_recipient: Address,
    /// Whether a blob holds the batch.
    pub in_blob: bool,
}

/// What a scenario's block came to.
pub struct Checked {
    pub report: Report,
    pub outcome: BlockOutcome,
    pub pending: Pending<Empty>,
}

impl Scenario {
    /// No account at all.
    pub fn bare() -> Self {
        Self {
            pending: Pending::default(),
            state_root: EMPTY_ROOT,
            nonces: BTreeMap::new(),
            entries: Vec::new(),
            deposits: Vec::new(),
            limits: Limits::SURETY,
            fee_recipient: FEE_RECIPIENT,
            in_blob: false,
        }
    }

    /// A state made elsewhere.
    pub fn over(pending: Pending<Empty>, state_root: B256) -> Self {
        Self { pending, state_root, ..Self::bare() }
    }

    /// The system contracts and four rich senders.
    pub fn new() -> Self {
        let mut scenario = Self::bare();
        scenario.contract(BEACON_ROOTS, &BEACON_ROOTS_CODE);
        scenario.contract(BLOCK_HASHES, &HISTORY_STORAGE_CODE);
        for key in 1..5 {
            scenario.fund(address(key), 1000 * ETHER);
        }
        scenario
    }

    fn edit(&mut self, address: Address, edit: impl FnOnce(&mut Account)) {
        let mut account =
            account::read(&self.pending, self.state_root, address).unwrap().unwrap_or_default();
        edit(&mut account);
        self.state_root =
            account::write(&mut self.pending, self.state_root, address, &account).unwrap();
    }

    pub fn fund(&mut self, address: Address, wei: u128) {
        self.edit(address, |account| account.balance += U256::from(wei));
    }

    pub fn nonce(&mut self, address: Address, nonce: u64) {
        self.edit(address, |account| account.nonce = nonce);
    }

    /// A contract with an ether.
    pub fn contract(&mut self, address: Address, code: &[u8]) -> Address {
        self.pending.insert_code(Bytes::copy_from_slice(code));
        self.edit(address, |account| {
            account.nonce = 1;
            account.balance += U256::from(ETHER);
            account.code_hash = keccak256(code);
        });
        address
    }

    pub fn slot(&mut self, address: Address, key: u64, value: u64) {
        let account =
            account::read(&self.pending, self.state_root, address).unwrap().unwrap_or_default();
        let (key, value) = (U256::from(key), U256::from(value));
        let storage_root =
            storage::write(&mut self.pending, account.storage_root, key, value).unwrap();
        self.edit(address, |account| account.storage_root = storage_root);
    }

    /// Bytes of an entry, whatever they are.
    pub fn entry(&mut self, bytes: impl Into<Bytes>) {
        self.entries.push(bytes.into());
    }

    pub fn next_nonce(&mut self, key: u8) -> u64 {
        let nonce = self.nonces.entry(key).or_default();
        *nonce += 1;
        *nonce - 1
    }

    pub fn deposit(&mut self, account: Address, gwei: u64) {
        let index = self.deposits.len() as u64;
        self.deposits.push(Deposit { index, account, amount: gwei });
    }

    /// A dynamic-fee transaction of the sender with key `key`.
    pub fn send(&mut self, key: u8, to: TxKind, gas_limit: u64, value: u128, input: &[u8]) {
        let transaction = TxEip1559 {
            chain_id: CHAIN_ID,
            nonce: self.next_nonce(key),
            gas_limit,
            max_fee_per_gas: GAS_PRICE,
            max_priority_fee_per_gas: 7,
            to,
            value: U256::from(value),
            access_list: AccessList::default(),
            input: Bytes::copy_from_slice(input),
        };
        self.entry(signed(key, transaction));
    }

    /// A call without value and input.
    pub fn call(&mut self, to: Address, gas_limit: u64) {
        self.send(1, TxKind::Call(to), gas_limit, 0, &[]);
    }

    pub fn send_legacy(&mut self, key: u8, to: TxKind, gas_limit: u64, input: &[u8]) {
        let transaction = TxLegacy {
            chain_id: Some(CHAIN_ID),
            nonce: self.next_nonce(key),
            gas_price: GAS_PRICE,
            gas_limit,
            to,
            value: U256::ZERO,
            input: Bytes::copy_from_slice(input),
        };
        self.entry(signed(key, transaction));
    }

    pub fn send_with_list(
        &mut self,
        key: u8,
        to: Address,
        gas_limit: u64,
        access_list: AccessList,
    ) {
        let transaction = TxEip2930 {
            chain_id: CHAIN_ID,
            nonce: self.next_nonce(key),
            gas_price: GAS_PRICE,
            gas_limit,
            to: TxKind::Call(to),
            value: U256::ZERO,
            access_list,
            input: Bytes::new(),
        };
        self.entry(signed(key, transaction));
    }

    /// The boundary before the block, the block, and the state.
    pub fn into_block(self) -> (Boundary, BlockInput, Pending<Empty>) {
        let (parent, input) = self.block();
        (parent, input, self.pending)
    }

    /// A transaction of type 4, without value and input.
    pub fn send_authorizations(
        &mut self,
        key: u8,
        to: Address,
        gas_limit: u64,
        authorization_list: Vec<SignedAuthorization>,
    ) {
        let transaction = TxEip7702 {
            nonce: self.next_nonce(key),
            gas_limit,
            to,
            authorization_list,
            ..set_code()
        };
        self.entry(signed(key, transaction));
    }

    fn block(&self) -> (Boundary, BlockInput) {
        let parent = Boundary::genesis(&Genesis {
            chain_id: CHAIN_ID,
            number: 299,
            hash: B256::repeat_byte(0x77),
            state_root: self.state_root,
            timestamp: 1_000,
            base_fee: U256::from(BASE_FEE),
            gas_limit: self.limits.block_gas,
            gas_used: self.limits.block_gas / 2,
        });
        let batch = batch::encode(&self.entries).unwrap();
        let data: BatchData = if self.in_blob {
            Blob::of_batch(&batch).unwrap().into()
        } else {
            Bytes::from(batch).into()
        };
        let record = Record {
            number: 300,
            timestamp: 1_012,
            prev_randao: keccak256("randomness"),
            fee_recipient: self.fee_recipient,
            l1_message_root: keccak256("messages"),
            deposits_hash: keccak256(pack(&self.deposits)),
            deposit_count: self.deposits.len().try_into().unwrap(),
            ..Record::default()
        };
        let record = data.commit(record).unwrap();
        (parent, BlockInput::new(record, data, self.deposits.clone()).unwrap())
    }

    /// Executes the block and lets the verifier repeat every step; all of them must agree.
    #[track_caller]
    pub fn check(self) -> Checked {
        self.into_checked().2
    }

    /// The same, with what the block was executed from.
    #[track_caller]
    pub fn into_checked(self) -> (Boundary, BlockInput, Checked) {
        let (parent, input) = self.block();
        let mut pending = self.pending;
        let outcome = execute_block(&mut pending, &parent, &input, &self.limits).unwrap();
        let mut verifier = verifier(&self.limits);
        let report = check_block(
            &pending,
            &parent,
            (&input, &outcome),
            &self.limits,
            Selection::All,
            &mut verifier,
        )
        .unwrap();
        assert!(report.failures().is_empty(), "{report}");
        (parent, input, Checked { report, outcome, pending })
    }
}

/// A transaction of type 4 to be filled in.
pub fn set_code() -> TxEip7702 {
    TxEip7702 {
        chain_id: CHAIN_ID,
        max_fee_per_gas: GAS_PRICE,
        max_priority_fee_per_gas: 7,
        ..TxEip7702::default()
    }
}

impl Checked {
    /// An account after the block.
    pub fn account(&self, address: Address) -> Account {
        account::read(&self.pending, self.outcome.boundary.state_root, address)
            .unwrap()
            .unwrap_or_default()
    }

    /// Gas that each transaction has used.
    pub fn gas_used(&self) -> Vec<u64> {
        self.outcome.executed().map(|executed| executed.gas_used).collect()
    }

    /// Whether each transaction has succeeded.
    pub fn statuses(&self) -> Vec<bool> {
        self.outcome.executed().map(|executed| executed.status).collect()
    }
}

/// The compiled verifier.
pub fn verifier(limits: &Limits) -> Verifier {
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("../out");
    Verifier::deploy(&out, limits).unwrap()
}

pub fn signer(key: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(key)).unwrap()
}

/// The sender with key `key`.
pub fn address(key: u8) -> Address {
    signer(key).address()
}

pub fn signed<T: SignableTransaction<Signature>>(key: u8, mut transaction: T) -> Bytes
where
    TxEnvelope: From<Signed<T>>,
{
    let signature = signer(key).sign_transaction_sync(&mut transaction).unwrap();
    TxEnvelope::from(transaction.into_signed(signature)).encoded_2718().into()
}
