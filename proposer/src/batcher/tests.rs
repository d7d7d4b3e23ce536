#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use alloy::{
    consensus::{SignableTransaction as _, TxEip1559, TxEnvelope},
    eips::Encodable2718 as _,
    primitives::{Address, B256, Bytes, TxKind, U256, map::B256Map},
    signers::{SignerSync as _, local::PrivateKeySigner},
};
use proptest::prelude::*;
use surety_engine::{
    authenticated::{
        account::{self, Account},
        mpt::EMPTY_ROOT,
    },
    derive::{BlockInput, batch::entry_at},
    execute::{
        block::execute_block,
        boundary::{Boundary, Genesis},
        decode::decode_entry,
        pending::Pending,
    },
    machine::groups::Record,
    rules::limits::Limits,
};

use super::{
    BatcherConfig,
    build::{Built, MAX_ENTRIES, build},
    due::{Load, is_worth_posting},
    price::Prices,
};
use crate::mempool::{Pooled, Waiting};

const CHAIN: u64 = 61_017;
const GWEI: u128 = 1_000_000_000;

/// A state, by the hashes of its nodes.
type State = B256Map<Bytes>;

fn user(number: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::with_last_byte(number + 1)).unwrap()
}

/// A chain on which the first `users` have this many wei; its next block's base fee is 1 gwei.
fn chain(users: u8, balance: u128) -> (State, Boundary) {
    let mut pending = Pending::new(State::default());
    let account = Account { balance: U256::from(balance), ..Account::default() };
    let state_root = (0..users).fold(EMPTY_ROOT, |root, number| {
        account::write(&mut pending, root, user(number).address(), &account).unwrap()
    });
    let (nodes, _) = pending.take();
    let fee = U256::from(GWEI);
    let genesis = Genesis::new_chain(CHAIN, state_root, 1_000, fee, 12_000_000).unwrap();
    (nodes, Boundary::genesis(&genesis))
}

fn transfer(nonce: u64, tip: u128) -> TxEip1559 {
    TxEip1559 {
        chain_id: CHAIN,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 1_000 * GWEI,
        max_priority_fee_per_gas: tip,
        to: TxKind::Call(Address::repeat_byte(7)),
        value: U256::from(1),
        ..TxEip1559::default()
    }
}

fn pooled(number: u8, transaction: TxEip1559) -> Arc<Pooled> {
    let signature = user(number).sign_hash_sync(&transaction.signature_hash()).unwrap();
    let raw: Bytes = TxEnvelope::from(transaction.into_signed(signature)).encoded_2718().into();
    let transaction = decode_entry(&raw, CHAIN).unwrap();
    Arc::new(Pooled { transaction, raw, since: Instant::now() })
}

fn waiting(number: u8, ready: Vec<Arc<Pooled>>) -> Waiting {
    Waiting { sender: user(number).address(), ready, queued: Vec::new() }
}

fn record() -> Record {
    let recipient = Address::repeat_byte(0xfe);
    Record { number: 1, timestamp: 1_001, fee_recipient: recipient, ..Record::default() }
}

fn batch_of(chain: &(State, Boundary), waiting: Vec<Waiting>) -> Built {
    build(chain.0.clone(), &chain.1, record(), waiting, &Limits::SURETY).unwrap()
}

/// Executes the batch as a node does; nothing may be skipped.
fn execute(chain: &(State, Boundary), built: &Built) -> Vec<B256> {
    let input = BlockInput::committed(record(), built.batch.clone()).unwrap();
    let mut pending = Pending::new(chain.0.clone());
    let outcome = execute_block(&mut pending, &chain.1, &input, &Limits::SURETY).unwrap();
    assert_eq!(outcome.skipped().count(), 0, "nothing in a batch is skipped");
    assert_eq!(outcome.header.gas_used, built.gas_used);
    outcome.executed().map(|executed| executed.transaction.hash).collect()
}

const ETHER: u128 = 1_000_000_000_000_000_000;

#[test]
fn what_pays_more_comes_first_and_each_senders_in_order() {
    let chain = chain(2, ETHER);
    let of = |number, fees: [u128; 3]| {
        (0..).zip(fees).map(|(nonce, tip)| pooled(number, transfer(nonce, tip))).collect::<Vec<_>>()
    };
    let (one, two) = (of(0, [2, 9, 1]), of(1, [3, 1, 5]));
    let built = batch_of(&chain, vec![waiting(0, one.clone()), waiting(1, two.clone())]);
    let order = [&two[0], &one[0], &one[1], &one[2], &two[1], &two[2]];
    assert_eq!(built.tips, U256::from(21_000 * (2 + 9 + 1 + 3 + 1 + 5)));
    // of equal tips what has waited longer comes first
    assert_eq!(built.transactions, order.map(|it| it.transaction.hash));
    assert_eq!(execute(&chain, &built), built.transactions);
}

#[test]
fn what_would_be_skipped_stays_and_so_does_what_comes_after_it() {
    let chain = chain(2, ETHER);
    let cheap = TxEip1559 { max_fee_per_gas: GWEI / 2, ..transfer(1, 1) };
    let poor = TxEip1559 { value: U256::from(ETHER), ..transfer(0, 7) };
    let one = [transfer(0, 1), cheap, transfer(2, 9)].map(|it| pooled(0, it));
    let two = [poor, transfer(1, 9)].map(|it| pooled(1, it));
    let built = batch_of(&chain, vec![waiting(0, one.to_vec()), waiting(1, two.to_vec())]);
    assert_eq!(built.transactions, [one[0].transaction.hash]);
    assert_eq!(execute(&chain, &built), built.transactions);
}

#[test]
fn a_batch_keeps_to_the_blocks_gas_its_bytes_and_its_slots() {
    let chain = chain(12, 1_000_000 * ETHER);
    // initcode that stops at once and asks for much gas
    let greedy = TxEip1559 { gas_limit: 8_000_000, ..transfer(0, 5) };
    let long = |number| TxEip1559 {
        gas_limit: 4_000_000,
        input: vec![0; 60_000].into(),
        ..transfer(0, u128::from(number))
    };
    let mut many = vec![waiting(0, vec![pooled(0, greedy)])];
    many.extend((1..5).map(|number| waiting(number, vec![pooled(number, long(number))])));
    let first = batch_of(&chain, many);
    assert!(first.batch.len() <= 126_976);
    let longest = first.transactions.len();
    assert_eq!(longest, 3, "two long ones fill the batch; the greedy one is short");
    assert_eq!(execute(&chain, &first), first.transactions);

    let each = 200;
    let all = (0..6).map(|number| {
        waiting(number, (0..each).map(|nonce| pooled(number, transfer(nonce, 1))).collect())
    });
    let full = batch_of(&chain, all.collect());
    // 12,000,000 of gas
    assert_eq!(full.transactions.len(), 571);
    assert!(full.transactions.len() <= MAX_ENTRIES);
    assert_eq!(execute(&chain, &full), full.transactions);
}

#[test]
fn the_bytes_are_the_transactions_in_order() {
    let chain = chain(1, ETHER);
    let ready: Vec<_> = (0..3).map(|nonce| pooled(0, transfer(nonce, 1))).collect();
    let built = batch_of(&chain, vec![waiting(0, ready.clone())]);
    let mut cursor = 0;
    for it in &ready {
        let entry = entry_at(&built.batch, cursor).unwrap();
        assert_eq!(entry.bytes, &it.raw[..]);
        cursor = entry.range.end;
    }
    assert_eq!(usize::try_from(cursor).unwrap(), built.batch.len());
    assert_eq!(batch_of(&chain, Vec::new()).batch, Bytes::new());
}

#[test]
fn a_batch_is_due_when_something_has_waited_or_much_has_come() {
    let (config, limits) = (BatcherConfig::default(), Limits::SURETY);
    let (now, fee) = (Instant::now(), U256::from(GWEI));
    let at = |passed: u64| now + Duration::from_millis(passed);
    let one = [waiting(0, vec![pooled(0, transfer(0, 1))])];
    let load = Load::of(&one, fee);
    assert!(!load.is_due(&config, &limits, None, at(1_000)));
    assert!(load.is_due(&config, &limits, None, at(3_000)));
    assert!(!load.is_due(&config, &limits, Some(at(2_500)), at(3_000)), "the least interval");
    // 80 % of 12,000,000
    let many: Vec<_> = (0..458).map(|nonce| pooled(0, transfer(nonce, 1))).collect();
    assert!(Load::of(&[waiting(0, many.clone())], fee).is_due(&config, &limits, None, now));
    let fewer = Load::of(&[waiting(0, many[..457].to_vec())], fee);
    assert!(!fewer.is_due(&config, &limits, None, now));
    // what does not pay the base fee does not count, nor what comes after it
    let nothing = Load::of(&[waiting(0, many)], U256::from(2_000 * GWEI));
    assert!(!nothing.is_due(&config, &limits, None, at(60_000)));
    assert!(nothing.and(Some(now)).is_due(&config, &limits, None, at(2_000)), "a deposit waits");
}

#[test]
fn each_form_has_its_price() {
    let cheaper = |calldata, blob, gas, blob_gas| {
        let prices = Prices { gas, blob_gas };
        prices.blob(blob) < prices.calldata(calldata)
    };
    assert!(cheaper(1_300_000, 75_000, 10 * GWEI, GWEI));
    assert!(!cheaper(1_300_000, 75_000, 10 * GWEI, 94 * GWEI));
    assert!(cheaper(1_300_000, 75_000, 10 * GWEI, 93 * GWEI));
    assert!(!cheaper(120_000, 75_000, GWEI, GWEI));
    let free = Prices { gas: GWEI, blob_gas: 0 };
    assert_eq!(free.blob(5), free.calldata(5));
}

#[test]
fn what_is_not_paid_waits_and_what_is_paid_does_not() {
    let cost = U256::from(300_000 * GWEI);
    let worth = |paid: u128, passed: u64| {
        let (passed, longest) = (Duration::from_secs(passed), Duration::from_secs(300));
        is_worth_posting(U256::from(paid * GWEI), cost, passed, longest)
    };
    assert!(worth(300_000, 0) && worth(900_000, 0));
    assert!(!worth(0, 299) && worth(0, 300));
    assert!(!worth(150_000, 149) && worth(150_000, 150));
    assert!(is_worth_posting(U256::ZERO, cost, Duration::MAX, Duration::MAX), "the first one");
    assert!(is_worth_posting(U256::ZERO, cost, Duration::ZERO, Duration::ZERO), "at any loss");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_waits_no_batch_has_what_is_skipped(
        users in prop::collection::vec(
            prop::collection::vec((0..4_u128, 0..3_u64, 0..9_u8), 0..6),
            1..5,
        ),
        balance in 1..ETHER,
    ) {
        let chain = chain(5, balance);
        let waiting = (0..).zip(&users).map(|(number, sends)| {
            let ready = (0..).zip(sends).map(|(nonce, (tip, size, value))| {
                let data = vec![1; usize::try_from(size * 300).unwrap()];
                let value = U256::from(u128::from(*value) * (ETHER / 10));
                let gas_limit = 21_000 + 40 * data.len() as u64;
                let it = TxEip1559 { input: data.into(), value, gas_limit, ..transfer(nonce, *tip) };
                pooled(number, TxEip1559 { max_fee_per_gas: GWEI * (1 + tip), ..it })
            });
            waiting(number, ready.collect())
        });
        let built = batch_of(&chain, waiting.collect());
        prop_assert_eq!(execute(&chain, &built), built.transactions);
    }

    #[test]
    fn little_is_lost_whoever_sends_what(tips in prop::collection::vec(0..2_000_u64, 1..40)) {
        let (cost, longest) = (1_000_u64, Duration::from_secs(300));
        let (mut lost, mut now) = (0, 0);
        for tips in tips {
            let worth = |passed: &u64| {
                let passed = Duration::from_secs(*passed);
                is_worth_posting(U256::from(tips), U256::from(cost), passed, longest)
            };
            // as soon as it may
            now += (0..).find(worth).unwrap();
            lost += cost.saturating_sub(tips);
            prop_assert!(lost * longest.as_secs() <= cost * now);
        }
    }
}
