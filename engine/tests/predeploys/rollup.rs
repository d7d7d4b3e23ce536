//! A rollup with a Bridge, from its genesis on: an Inbox that takes deposits and messages, and blocks whose every step the
//! compiled verifier repeats.

use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::eip2718::Encodable2718,
    network::TxSignerSync,
    signers::local::PrivateKeySigner,
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256, map::B256Map};
use alloy_sol_types::SolCall;
use surety_engine::{
    artifacts::Artifacts,
    authenticated::account::{self, Account},
    bridge::{
        message::{Crossing, Direction, Message},
        predeploys::L1_MESSENGER,
        tree::MessageTree,
    },
    conformance::{Selection, Verifier, check_block},
    derive::{
        BlockInput, batch,
        deposits::{Deposit, pack},
    },
    execute::{
        block::{BlockOutcome, execute_block},
        boundary::Boundary,
        pending::Pending,
    },
    genesis::{Alloc, BridgeEnds, NewChain},
    machine::groups::Record,
    rules::limits::Limits,
};

use crate::{
    contracts::{self, IL1Messenger},
    support::root,
};

pub(crate) const CHAIN_ID: u64 = 61_331;
pub(crate) const GENESIS_TIME: u64 = 1_800_000_000;
pub(crate) const GWEI: u64 = 1_000_000_000;
pub(crate) const ETHER: u64 = 1_000_000_000 * GWEI;
pub(crate) const ESCROW: Address = Address::repeat_byte(0xe5);
pub(crate) const CROSSING: Crossing =
    Crossing { l1_chain_id: 31_337, bridge: Address::repeat_byte(0xb1) };
const GAS_PRICE: u128 = 2_000_000_000;

/// What the rollup's deployer chooses.
pub(crate) fn chain(alloc: Alloc) -> NewChain {
    NewChain {
        chain_id: CHAIN_ID,
        timestamp: GENESIS_TIME,
        base_fee: GWEI.into(),
        gas_limit: Limits::SURETY.block_gas,
        bridge: Some(BridgeEnds { crossing: CROSSING, token_escrow: ESCROW }),
        alloc,
    }
}

pub(crate) fn artifacts() -> Artifacts {
    Artifacts::new(root().join("out"))
}

/// The one account that sends transactions.
pub(crate) fn alice() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(1)).unwrap()
}

pub(crate) struct Rollup {
    pending: Pending<B256Map<Bytes>>,
    boundary: Boundary,
    verifier: Verifier,
    tree: MessageTree,
    waiting: Vec<Deposit>,
    entries: Vec<Bytes>,
    nonce: u64,
    deposits: u64,
}

impl Rollup {
    pub(crate) fn new() -> Self {
        let mut memory = B256Map::<Bytes>::default();
        let file = chain(Alloc::new()).file(&artifacts()).unwrap();
        let (genesis, codes) = file.build(&mut memory).unwrap();
        memory.extend(codes);
        Self {
            pending: Pending::new(memory),
            boundary: Boundary::genesis(&genesis),
            verifier: Verifier::deploy(&root().join("out"), &Limits::SURETY).unwrap(),
            tree: MessageTree::default(),
            waiting: Vec::new(),
            entries: Vec::new(),
            nonce: 0,
            deposits: 0,
        }
    }

    /// A deposit on L1, for the next block.
    pub(crate) fn deposit(&mut self, account: Address, gwei: u64) {
        self.waiting.push(Deposit { index: self.deposits, account, amount: gwei });
        self.deposits += 1;
    }

    /// A message on L1 without the deposit of its value.
    pub(crate) fn unpaid(
        &mut self,
        sender: Address,
        target: Address,
        wei: u64,
        data: Vec<u8>,
    ) -> Message {
        let nonce = self.tree.len();
        let message = Message { nonce, sender, target, value: U256::from(wei), data: data.into() };
        self.tree.push(message.hash(Direction::Down, &CROSSING)).unwrap();
        message
    }

    /// A message on L1, and its value on the way.
    pub(crate) fn message(
        &mut self,
        sender: Address,
        target: Address,
        wei: u64,
        data: Vec<u8>,
    ) -> Message {
        if wei > 0 {
            self.deposit(L1_MESSENGER, wei / GWEI);
        }
        self.unpaid(sender, target, wei, data)
    }

    /// A transaction of Alice's in the next block.
    pub(crate) fn send(&mut self, to: Address, wei: u64, input: Vec<u8>) {
        let mut transaction = TxEip1559 {
            chain_id: CHAIN_ID,
            nonce: self.nonce,
            gas_limit: 3_000_000,
            max_fee_per_gas: GAS_PRICE,
            to: TxKind::Call(to),
            value: U256::from(wei),
            input: input.into(),
            ..TxEip1559::default()
        };
        self.nonce += 1;
        let signature = alice().sign_transaction_sync(&mut transaction).unwrap();
        let signed = TxEnvelope::from(transaction.into_signed(signature));
        self.entries.push(signed.encoded_2718().into());
    }

    /// Relays a message in the next block, by the root of the block before.
    pub(crate) fn relay(&mut self, message: &Message) {
        let siblings = self.tree.siblings(message.nonce, self.tree.len()).unwrap();
        let message = contracts::Message {
            nonce: message.nonce,
            sender: message.sender,
            target: message.target,
            value: message.value,
            data: message.data.clone(),
        };
        let timestamp = self.boundary.block.timestamp;
        let call = IL1Messenger::relayCall { message, timestamp, siblings };
        self.send(L1_MESSENGER, 0, call.abi_encode());
    }

    /// Makes the next block; the verifier agrees about every step. Gives whether each transaction has succeeded.
    pub(crate) fn block(&mut self) -> Vec<bool> {
        let (parent, input) = (self.boundary.clone(), self.input());
        let limits = Limits::SURETY;
        let outcome = execute_block(&mut self.pending, &parent, &input, &limits).unwrap();
        let report = check_block(
            &self.pending,
            &parent,
            (&input, &outcome),
            &limits,
            Selection::All,
            &mut self.verifier,
        )
        .unwrap();
        assert!(report.failures().is_empty(), "{report}");
        self.boundary = outcome.boundary.clone();
        statuses(&outcome)
    }

    fn input(&mut self) -> BlockInput {
        let deposits = std::mem::take(&mut self.waiting);
        let batch = Bytes::from(batch::encode(std::mem::take(&mut self.entries)).unwrap());
        let slice = batch::slice(&batch).unwrap();
        let record = Record {
            number: self.boundary.block.number + 1,
            timestamp: self.boundary.block.timestamp + 12,
            prev_randao: keccak256("randomness"),
            fee_recipient: Address::repeat_byte(0xfe),
            l1_message_root: self.tree.root(),
            batch_root: slice.root,
            batch_length: slice.length,
            deposits_hash: keccak256(pack(&deposits)),
            deposit_count: deposits.len().try_into().unwrap(),
            ..Record::default()
        };
        BlockInput::new(record, batch, deposits).unwrap()
    }

    pub(crate) fn account(&self, address: Address) -> Account {
        account::read(&self.pending, self.state_root(), address).unwrap().unwrap_or_default()
    }

    pub(crate) const fn state_root(&self) -> B256 {
        self.boundary.state_root
    }

    pub(crate) const fn nodes(&self) -> &Pending<B256Map<Bytes>> {
        &self.pending
    }
}

fn statuses(outcome: &BlockOutcome) -> Vec<bool> {
    outcome.executed().map(|executed| executed.status).collect()
}
