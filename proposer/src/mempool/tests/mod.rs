#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod admission;
mod invariants;
mod shared;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use alloy::{
    consensus::{SignableTransaction as _, TxEip1559, TxEnvelope},
    eips::Encodable2718 as _,
    primitives::{Address, B256, Bytes, TxKind, U256, keccak256},
    signers::{SignerSync as _, local::PrivateKeySigner},
};
use surety_engine::{machine::groups::Block, node::NodeError, rules::limits::Limits, state::Store};

use super::{Chain, Mempool, MempoolError, MempoolSettings, Rejection, SenderState, Tip};

const CHAIN: u64 = 61_017;
const GWEI: u128 = 1_000_000_000;
const ETHER: u128 = 1_000_000_000_000_000_000;

fn user(number: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::with_last_byte(number + 1)).unwrap()
}

/// A transfer of 1 wei that pays 100 gwei at most.
fn transfer(nonce: u64) -> TxEip1559 {
    TxEip1559 {
        chain_id: CHAIN,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 100 * GWEI,
        max_priority_fee_per_gas: GWEI,
        to: TxKind::Call(Address::repeat_byte(7)),
        value: U256::from(1),
        ..TxEip1559::default()
    }
}

fn signed(signer: &PrivateKeySigner, transaction: TxEip1559) -> Bytes {
    let signature = signer.sign_hash_sync(&transaction.signature_hash()).unwrap();
    TxEnvelope::from(transaction.into_signed(signature)).encoded_2718().into()
}

fn hash(raw: &Bytes) -> B256 {
    keccak256(raw)
}

/// An L2 chain whose accounts the test sets.
#[derive(Debug)]
struct Stage {
    limits: Limits,
    at: Mutex<At>,
}

#[derive(Clone, Debug)]
struct At {
    tip: Tip,
    accounts: BTreeMap<Address, SenderState>,
    undone: Vec<B256>,
}

impl Stage {
    fn new(base_fee: u128) -> Arc<Self> {
        let next = Block {
            number: 1,
            base_fee: U256::from(base_fee),
            gas_limit: 12_000_000,
            chain_id: CHAIN,
            ..Block::default()
        };
        let tip = Tip { number: 0, hash: B256::ZERO, state_root: B256::ZERO, next, l1: 1_000 };
        let at = At { tip, accounts: BTreeMap::new(), undone: Vec::new() };
        Arc::new(Self { limits: Limits::SURETY, at: Mutex::new(at) })
    }

    fn fund(&self, account: Address, balance: u128) {
        self.set(account, |state| state.balance = U256::from(balance));
    }

    fn set(&self, account: Address, change: impl FnOnce(&mut SenderState)) {
        change(self.at.lock().unwrap().accounts.entry(account).or_default());
    }

    /// One more block, in which each of these accounts has used nonces.
    fn extend(&self, used: &[(Address, u64)]) {
        let mut at = self.at.lock().unwrap();
        at.tip.number += 1;
        at.tip.l1 += 1;
        at.tip.hash = keccak256([at.tip.hash.as_slice(), &at.tip.l1.to_be_bytes()].concat());
        for (account, nonces) in used {
            at.accounts.entry(*account).or_default().nonce += nonces;
        }
    }

    /// L1 reorganises: the chain is what it was, and goes another way.
    fn undo(&self, earlier: At) {
        let mut at = self.at.lock().unwrap();
        let (gone, l1) = (at.tip.hash, at.tip.l1);
        *at = earlier;
        at.undone.push(gone);
        at.tip.l1 = l1;
    }

    fn now(&self) -> At {
        self.at.lock().unwrap().clone()
    }
}

impl Chain for Stage {
    fn tip(&self) -> Result<Tip, NodeError> {
        Ok(self.now().tip)
    }

    fn sender(&self, _: &Tip, address: Address) -> Result<SenderState, NodeError> {
        Ok(self.now().accounts.get(&address).copied().unwrap_or_default())
    }

    fn holds(&self, tip: &Tip) -> Result<bool, NodeError> {
        Ok(!self.now().undone.contains(&tip.hash))
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// A pool over a stage, with a store that outlives it.
struct Place {
    stage: Arc<Stage>,
    store: Arc<Store>,
    settings: MempoolSettings,
    _directory: tempfile::TempDir,
}

impl Place {
    fn new(settings: MempoolSettings) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(directory.path().join("store")).unwrap());
        let stage = Stage::new(GWEI);
        for number in 0..4 {
            stage.fund(user(number).address(), ETHER);
        }
        Self { stage, store, settings, _directory: directory }
    }

    fn open(&self) -> Mempool {
        let stage = Arc::clone(&self.stage) as Arc<dyn Chain>;
        Mempool::open(stage, Arc::clone(&self.store), self.settings).unwrap()
    }
}

fn rejection(result: Result<B256, MempoolError>) -> Rejection {
    match result {
        Err(MempoolError::Rejected(rejection)) => rejection,
        other => panic!("not rejected: {other:?}"),
    }
}
