//! Writes the scenario: signs its transactions, executes its blocks and compares with what is committed.

use std::{collections::BTreeMap, fs};

use alloy::{
    consensus::{
        SignableTransaction, Signed, TxEip1559, TxEip2930, TxEip7702, TxEnvelope, TxLegacy,
    },
    eips::{
        eip2718::Encodable2718,
        eip2930::{AccessList, AccessListItem},
        eip2935::HISTORY_STORAGE_CODE,
        eip4788::BEACON_ROOTS_CODE,
        eip7702::{Authorization, SignedAuthorization},
    },
    genesis::GenesisAccount,
    network::TxSignerSync,
    signers::{SignerSync, local::PrivateKeySigner},
};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256};
use serde_json::json;
use surety_engine::{
    authenticated::{account, storage},
    derive::{
        BlockInput, batch,
        deposits::{Deposit, pack},
    },
    execute::{
        block::{Effect, LAST_SLOT, execute_slot},
        boundary::Boundary,
        pending::Pending,
        receipts::Executed,
        skip::Skip,
    },
    genesis::{Alloc, GenesisFile},
    machine::groups::Record,
    rules::{
        addresses::{BEACON_ROOTS, BLOCK_HASHES},
        limits::Limits,
    },
};

use crate::{
    assembler::assemble,
    support::{
        check_fixture, root,
        scenario::{self, BLOCKS, BlockFixture, EntryFacts, Memory, address},
    },
};

pub(crate) const CHAIN_ID: u64 = 61_331;
/// A contract that has no nonce left.
pub(crate) const LAST_NONCE: &str = "creates-at-last-nonce";
/// Accounts that delegate: to a contract, to another delegated account, to a precompile.
pub(crate) const DELEGATIONS: [Key; 3] = [Key::Delegated, Key::Looped, Key::ToPrecompile];
const GENESIS_TIME: u64 = 1_800_000_000;
const GWEI: u128 = 1_000_000_000;
const ETHER: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

/// The development keys that Anvil and Hardhat print, each with its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// Sends most transactions.
    User,
    /// Sends creations.
    Creator,
    /// Delegates to a contract.
    Delegated,
    /// Delegates to a delegated account.
    Looped,
    /// Delegates to a precompile.
    ToPrecompile,
    /// Its account is a contract.
    Contract,
    /// The accounts it would create are there already.
    Collider,
    /// Cannot pay for gas.
    Poor,
}

impl Key {
    const fn secret(self) -> &'static str {
        match self {
            Self::User => "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
            Self::Creator => "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
            Self::Delegated => "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
            Self::Looped => "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
            Self::ToPrecompile => {
                "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"
            }
            Self::Contract => "8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba",
            Self::Collider => "92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e",
            Self::Poor => "4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356",
        }
    }

    fn signer(self) -> PrivateKeySigner {
        self.secret().parse().unwrap()
    }

    pub(crate) fn address(self) -> Address {
        self.signer().address()
    }
}

/// What an entry must do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expect {
    Success,
    Failure,
    Skipped(Skip),
    /// It succeeds, and the calling contract remembers whether its call did.
    Remembers(bool),
    /// It succeeds, and logs the address of a created contract, or 0.
    Created(bool),
}

struct Draft {
    name: String,
    bytes: Vec<u8>,
    expect: Expect,
}

pub(crate) struct Author {
    pending: Pending<Memory>,
    boundary: Boundary,
    nonces: BTreeMap<Key, u64>,
    drafts: Vec<Draft>,
}

/// An address as a word of calldata.
pub(crate) fn word(address: Address) -> Vec<u8> {
    address.into_word().to_vec()
}

/// A number as a word of calldata.
pub(crate) fn word_of(value: u64) -> Vec<u8> {
    U256::from(value).to_be_bytes::<32>().to_vec()
}

/// The initcode with the listing `initcodes/<name>.evm`.
pub(crate) fn initcode(name: &str) -> Vec<u8> {
    listing(&format!("initcodes/{name}.evm"))
}

fn listing(path: &str) -> Vec<u8> {
    assemble(&String::from_utf8(scenario::read(path)).unwrap())
}

/// The input of block `number`, as an Inbox would fix it.
pub(crate) fn input(number: u64, batch: Bytes, deposits: Vec<Deposit>) -> BlockInput {
    let slice = batch::slice(&batch).unwrap();
    let record = Record {
        number,
        timestamp: GENESIS_TIME + 12 * number,
        prev_randao: keccak256(format!("randomness of block {number}")),
        fee_recipient: address("fee-recipient"),
        l1_message_root: keccak256(format!("message root at block {number}")),
        batch_root: slice.root,
        batch_length: slice.length,
        blob_hash: B256::ZERO,
        deposits_hash: keccak256(pack(&deposits)),
        deposit_count: u8::try_from(deposits.len()).unwrap(),
    };
    BlockInput::new(record, batch, deposits).unwrap()
}

fn genesis() -> GenesisFile {
    let contract = |code: Vec<u8>| GenesisAccount {
        nonce: Some(1),
        balance: ETHER,
        code: Some(code.into()),
        ..GenesisAccount::default()
    };
    let system = |code: &Bytes| contract(code.to_vec()).with_balance(U256::ZERO);
    let purse = |ether: u64| GenesisAccount::default().with_balance(U256::from(ether) * ETHER);
    let mut alloc = Alloc::from([
        (BEACON_ROOTS, system(&BEACON_ROOTS_CODE)),
        (BLOCK_HASHES, system(&HISTORY_STORAGE_CODE)),
    ]);
    for file in fs::read_dir(root().join("fixtures/scenario/contracts")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let code = listing(&format!("contracts/{name}.evm"));
        assert!(alloc.insert(address(name), contract(code)).is_none(), "{name}");
    }
    let one = B256::with_last_byte(1);
    alloc.get_mut(&address("refunds")).unwrap().storage =
        Some(BTreeMap::from([(one, one), (B256::with_last_byte(2), one)]));
    let last = contract(listing("contracts/creates.evm")).with_nonce(Some(u64::MAX));
    alloc.insert(address(LAST_NONCE), last);
    alloc.extend([Key::User, Key::Creator, Key::Collider].map(|key| (key.address(), purse(1_000))));
    let delegates = [address("returns"), Key::Delegated.address(), Address::with_last_byte(4)];
    for (key, delegate) in DELEGATIONS.into_iter().zip(delegates) {
        let code = [&[0xef, 0x01, 0x00], delegate.as_slice()].concat().into();
        alloc.insert(key.address(), purse(10).with_code(Some(code)));
    }
    let code = Bytes::from_static(&[0x00]);
    alloc.insert(Key::Contract.address(), purse(10).with_code(Some(code)));
    alloc.insert(Key::Poor.address(), purse(0).with_balance(U256::ONE));
    let collider = Key::Collider.address();
    alloc.insert(collider.create(0), purse(0).with_nonce(Some(1)));
    alloc.insert(collider.create(1), purse(1));
    GenesisFile::new(CHAIN_ID, GENESIS_TIME, GWEI, Limits::SURETY.block_gas, alloc)
}

impl Author {
    pub(crate) fn new() -> Self {
        let file = genesis();
        check_fixture("scenario/genesis.json", &json!(file));
        let (genesis, memory) = scenario::build(&file);
        Self {
            pending: Pending::new(memory),
            boundary: Boundary::genesis(&genesis),
            nonces: BTreeMap::new(),
            drafts: Vec::new(),
        }
    }

    pub(crate) fn entry(&mut self, name: String, bytes: Vec<u8>, expect: Expect) {
        self.drafts.push(Draft { name, bytes, expect });
    }

    pub(crate) fn skipped(&mut self, name: &str, bytes: Vec<u8>, reason: Skip) {
        self.entry(name.into(), bytes, Expect::Skipped(reason));
    }

    fn next_nonce(&mut self, key: Key) -> u64 {
        let nonce = self.nonces.entry(key).or_default();
        *nonce += 1;
        *nonce - 1
    }

    /// A transaction that is changed and then signed; it takes no nonce.
    pub(crate) fn variant(&self, key: Key, change: impl FnOnce(&mut TxEip1559)) -> Vec<u8> {
        let mut transaction = TxEip1559 {
            chain_id: CHAIN_ID,
            nonce: self.nonces.get(&key).copied().unwrap_or_default(),
            gas_limit: 60_000,
            max_fee_per_gas: 100 * GWEI,
            max_priority_fee_per_gas: GWEI,
            to: TxKind::Call(address("returns")),
            ..TxEip1559::default()
        };
        change(&mut transaction);
        sign(key, transaction)
    }

    /// A call that takes no nonce.
    pub(crate) fn unsent(&self, key: Key, to: Address, input: Vec<u8>, gas_limit: u64) -> Vec<u8> {
        self.variant(key, |transaction| {
            transaction.to = TxKind::Call(to);
            transaction.input = input.into();
            transaction.gas_limit = gas_limit;
        })
    }

    pub(crate) fn call(
        &mut self,
        key: Key,
        to: Address,
        input: Vec<u8>,
        gas_limit: u64,
    ) -> Vec<u8> {
        let transaction = self.unsent(key, to, input, gas_limit);
        self.next_nonce(key);
        transaction
    }

    pub(crate) fn pay(&mut self, key: Key, to: Address, wei: u64) -> Vec<u8> {
        let transaction = self.variant(key, |transaction| {
            transaction.to = TxKind::Call(to);
            transaction.value = U256::from(wei);
        });
        self.next_nonce(key);
        transaction
    }

    pub(crate) fn create(
        &mut self,
        key: Key,
        initcode: Vec<u8>,
        wei: u64,
        gas_limit: u64,
    ) -> Vec<u8> {
        let transaction = self.variant(key, |transaction| {
            transaction.to = TxKind::Create;
            transaction.input = initcode.into();
            transaction.value = U256::from(wei);
            transaction.gas_limit = gas_limit;
        });
        self.next_nonce(key);
        transaction
    }

    pub(crate) fn legacy(
        &mut self,
        key: Key,
        chain_id: Option<u64>,
        to: Address,
        gas_limit: u64,
    ) -> Vec<u8> {
        let nonce = self.next_nonce(key);
        let gas_price = 50 * GWEI;
        let to = TxKind::Call(to);
        sign(key, TxLegacy { chain_id, nonce, gas_price, gas_limit, to, ..TxLegacy::default() })
    }

    /// A call whose access list names the callee and its slots, one of them twice, and others.
    pub(crate) fn access_list(&mut self, key: Key, to: Address, gas_limit: u64) -> Vec<u8> {
        let slot = B256::with_last_byte(5);
        let item = |address, storage_keys| AccessListItem { address, storage_keys };
        let access_list = AccessList(vec![
            item(to, vec![slot, B256::ZERO, slot]),
            item(address("nobody"), Vec::new()),
            item(address("nobody"), vec![slot]),
        ]);
        let nonce = self.next_nonce(key);
        let transaction = TxEip2930 {
            chain_id: CHAIN_ID,
            nonce,
            gas_price: 50 * GWEI,
            gas_limit,
            to: TxKind::Call(to),
            access_list,
            ..TxEip2930::default()
        };
        sign(key, transaction)
    }

    /// A call that delegates accounts: whose, to whom, and at which nonce.
    pub(crate) fn set_code(
        &mut self,
        key: Key,
        to: Address,
        gas_limit: u64,
        delegations: &[(Key, Address, u64)],
    ) -> Vec<u8> {
        let authorization_list = delegations.iter().map(|it| authorization(*it)).collect();
        let transaction = TxEip7702 {
            chain_id: CHAIN_ID,
            nonce: self.next_nonce(key),
            gas_limit,
            max_fee_per_gas: 100 * GWEI,
            max_priority_fee_per_gas: GWEI,
            to,
            authorization_list,
            ..TxEip7702::default()
        };
        sign(key, transaction)
    }

    /// A transaction to the contract `caller`, which calls `target` in its way.
    pub(crate) fn through(
        &mut self,
        caller: &str,
        target: Address,
        gas: u64,
        wei: u64,
        input: &[u8],
    ) -> Vec<u8> {
        let words = [word(target), word_of(gas), word_of(wei), input.to_vec()].concat();
        // the caller's own writes and logs, and what it may not give away
        let gas_limit = 170_000 + gas + gas / 32 + 20 * u64::try_from(input.len()).unwrap();
        self.call(Key::User, address(caller), words, gas_limit)
    }

    /// A transaction that has the contract `creator` create one.
    pub(crate) fn creator(
        &mut self,
        creator: &str,
        initcode: &[u8],
        wei: u64,
        gas: u64,
    ) -> Vec<u8> {
        let salt = if creator == "create2" { word_of(0x5a17) } else { Vec::new() };
        let input = [word_of(wei), salt, initcode.to_vec()].concat();
        self.through("call", address(creator), gas, 0, &input)
    }

    /// Ends the block's batch with `tail`, executes it, and compares it with the committed one.
    pub(crate) fn seal(&mut self, tail: &[u8], deposits: Vec<Deposit>) {
        let drafts = std::mem::take(&mut self.drafts);
        let entries = batch::encode(drafts.iter().map(|draft| &draft.bytes)).unwrap();
        let number = self.boundary.block.number + 1;
        let batch = Bytes::from([&entries, tail].concat());
        let input = input(number, batch, deposits);
        self.slot(0, &input);
        let mut facts = Vec::new();
        for (slot, draft) in (1..).zip(&drafts) {
            let effect = self.slot(slot, &input);
            self.check_entry(draft, &effect);
            facts.push(describe(slot, &draft.name, &effect));
        }
        let next = u16::try_from(drafts.len()).unwrap() + 1;
        assert_eq!(self.slot(next, &input), Effect::Idle);
        let Effect::Sealed(header) = self.slot(LAST_SLOT, &input) else { panic!("not sealed") };
        let fixture = BlockFixture {
            record: input.record().encode().to_vec().into(),
            batch: input.batch().clone(),
            deposits: input.deposits().to_vec(),
            entries: facts,
            gas_used: header.gas_used,
            state_root: header.state_root,
            block_hash: header.hash_slow(),
        };
        check_fixture(&format!("scenario/block-{number}.json"), &json!(fixture));
    }

    fn slot(&mut self, slot: u16, input: &BlockInput) -> Effect {
        let outcome =
            execute_slot(&mut self.pending, &self.boundary, slot, input, &Limits::SURETY).unwrap();
        self.boundary = outcome.boundary;
        outcome.effect
    }

    fn check_entry(&self, draft: &Draft, effect: &Effect) {
        let name = &draft.name;
        match (draft.expect, effect) {
            (Expect::Skipped(expected), Effect::Skipped(reason)) => {
                assert_eq!(*reason, expected, "{name}");
            }
            (Expect::Success, Effect::Executed(executed)) => assert!(executed.status, "{name}"),
            (Expect::Failure, Effect::Executed(executed)) => assert!(!executed.status, "{name}"),
            (Expect::Remembers(succeeds), Effect::Executed(executed)) => {
                assert!(executed.status, "{name}");
                assert_eq!(self.first_slot(executed), 1 + u64::from(succeeds), "{name}");
            }
            (Expect::Created(succeeds), Effect::Executed(executed)) => {
                assert!(executed.status, "{name}");
                let returned = &executed.logs.last().unwrap().data.data;
                let created = returned.iter().take(32).any(|byte| *byte != 0);
                assert_eq!(created, succeeds, "{name}");
            }
            (expected, effect) => panic!("{name}: {expected:?}, but {effect:?}"),
        }
    }

    fn first_slot(&self, executed: &Executed) -> U256 {
        let callee = executed.transaction.target();
        let root = self.boundary.state_root;
        let account = account::read(&self.pending, root, callee).unwrap().unwrap();
        storage::read(&self.pending, account.storage_root, U256::ZERO).unwrap()
    }

    /// All blocks were written.
    pub(crate) fn check(&self) {
        assert_eq!(self.boundary.block.number, BLOCKS);
        assert!(self.drafts.is_empty());
    }
}

fn authorization((key, address, nonce): (Key, Address, u64)) -> SignedAuthorization {
    let authorization = Authorization { chain_id: U256::from(CHAIN_ID), address, nonce };
    let signature = key.signer().sign_hash_sync(&authorization.signature_hash()).unwrap();
    authorization.into_signed(signature)
}

fn sign<T: SignableTransaction<Signature>>(key: Key, mut transaction: T) -> Vec<u8>
where
    TxEnvelope: From<Signed<T>>,
{
    let signature = key.signer().sign_transaction_sync(&mut transaction).unwrap();
    TxEnvelope::from(transaction.into_signed(signature)).encoded_2718()
}

fn describe(slot: u16, name: &str, effect: &Effect) -> EntryFacts {
    let (outcome, gas_used) = match effect {
        Effect::Executed(executed) if executed.status => ("success".into(), executed.gas_used),
        Effect::Executed(executed) => ("failure".into(), executed.gas_used),
        Effect::Skipped(reason) => (json!(reason).as_str().unwrap().into(), 0),
        other => panic!("{name}: {other:?}"),
    };
    EntryFacts { slot, name: name.into(), outcome, gas_used }
}
