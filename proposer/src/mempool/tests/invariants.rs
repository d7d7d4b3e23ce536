use std::time::Instant;

use alloy::primitives::address;
use proptest::prelude::*;
use surety_engine::execute::transaction::{Transaction, TransactionType};

use super::*;
use crate::mempool::{Pooled, pool::Pool, queue::cost};

const SENDERS: u8 = 4;
const BASE_FEE: u128 = 10;
const BALANCE: u128 = 20_000_000;

#[derive(Clone, Debug)]
enum Deed {
    Send { sender: u8, nonce: u64, fee: u128, tip: u128, size: usize },
    Use { sender: u8, nonces: u64, balance: u128 },
    Remove { nth: usize },
}

fn deed() -> impl Strategy<Value = Deed> {
    let send = (0..SENDERS, 0..8_u64, 5..60_u128, 0..60_u128, 1..400_usize).prop_map(
        |(sender, nonce, fee, tip, size)| Deed::Send {
            sender,
            nonce,
            fee,
            tip: tip.min(fee),
            size,
        },
    );
    let r#use = (0..SENDERS, 0..3_u64, 0..BALANCE)
        .prop_map(|(sender, nonces, balance)| Deed::Use { sender, nonces, balance });
    prop_oneof![8 => send, 1 => r#use, 1 => (0..16_usize).prop_map(|nth| Deed::Remove { nth })]
}

fn address_of(sender: u8) -> Address {
    Address::with_last_byte(sender)
}

fn pooled(sender: u8, nonce: u64, fee: u128, tip: u128, size: usize) -> Arc<Pooled> {
    let raw = Bytes::from(vec![sender; size]);
    let identity = format!("{sender} {nonce} {fee} {tip} {size}");
    let transaction = Transaction {
        kind: TransactionType::DynamicFee,
        hash: keccak256(identity),
        sender: address_of(sender),
        chain_id: Some(CHAIN),
        nonce,
        gas_limit: 21_000,
        max_fee: fee,
        max_priority_fee: tip,
        to: TxKind::Call(address!("0000000000000000000000000000000000000009")),
        value: U256::from(size),
        data: Bytes::new(),
        data_range: 0..0,
        access_list: alloy::eips::eip2930::AccessList::default(),
        access_list_range: 0..0,
        authorizations: Vec::new(),
        authorizations_range: 0..0,
    };
    Arc::new(Pooled { transaction, raw, since: Instant::now() })
}

fn all(pool: &Pool) -> impl Iterator<Item = &Arc<Pooled>> {
    pool.queues().flat_map(|(_, queue)| queue.ready().chain(queue.waiting()))
}

/// What must be true of a pool, whatever has happened.
fn check(pool: &Pool, settings: &MempoolSettings, accounts: &[SenderState]) {
    let (mut count, mut bytes) = (0, 0);
    for (sender, queue) in pool.queues() {
        let account = accounts[usize::from(sender.0[19])];
        assert!(!queue.is_empty() && queue.len() <= settings.sender_transactions);
        let all: Vec<_> = queue.ready().chain(queue.waiting()).collect();
        let nonces: Vec<u64> = all.iter().map(|it| it.transaction.nonce).collect();
        assert!(nonces.is_sorted_by(|one, two| one < two), "one a nonce, in order: {nonces:?}");
        assert!(nonces[0] >= account.nonce, "none is spent");
        let ready: Vec<_> = queue.ready().collect();
        let order = ready.iter().map(|it| it.transaction.nonce);
        assert!(order.eq((account.nonce..).take(ready.len())), "they can follow one another");
        let costs = ready.iter().map(|it| cost(&it.transaction));
        assert!(costs.fold(U256::ZERO, |sum, cost| sum + cost) <= account.balance);
        assert_eq!(queue.next_nonce(), account.nonce + ready.len() as u64);
        assert_eq!(ready.len() + queue.waiting().count(), queue.len());
        let own: usize = all.iter().map(|it| it.raw.len()).sum();
        assert_eq!(own, queue.bytes());
        assert!(own <= settings.sender_bytes);
        for it in all {
            assert_eq!(pool.get(it.transaction.hash), Some(it));
        }
        count += queue.len();
        bytes += own;
    }
    assert_eq!((pool.len(), pool.bytes()), (count, bytes));
    assert!(count <= settings.transactions && bytes <= settings.bytes);
}

proptest! {
    #[test]
    fn the_pool_keeps_its_invariants(deeds in prop::collection::vec(deed(), 1..120)) {
        let settings = MempoolSettings {
            transactions: 12,
            bytes: 2_000,
            sender_transactions: 5,
            sender_bytes: 1_200,
            ..MempoolSettings::default()
        };
        let mut pool = Pool::new(settings);
        let account = SenderState { nonce: 0, balance: U256::from(BALANCE), is_contract: false };
        let mut accounts = vec![account; SENDERS.into()];
        for deed in deeds {
            match deed {
                Deed::Send { sender, nonce, fee, tip, size } => {
                    let new = pooled(sender, nonce, fee, tip, size);
                    let account = accounts[usize::from(sender)];
                    if nonce < account.nonce || pool.check_account_limit(&new).is_err() {
                        continue;
                    }
                    let before: Vec<Arc<Pooled>> =
                        all(&pool).cloned().collect();
                    let Ok(displaced) = pool.admit(&new, account, U256::from(BASE_FEE)) else { continue };
                    pool.insert(Arc::clone(&new), account, &displaced);
                    prop_assert!(pool.get(new.transaction.hash).is_some());
                    for old in before {
                        let left = displaced.iter().any(|it| *it == old);
                        prop_assert_eq!(pool.get(old.transaction.hash).is_none(), left);
                    }
                }
                Deed::Use { sender, nonces, balance } => {
                    let account = &mut accounts[usize::from(sender)];
                    account.nonce += nonces;
                    account.balance = U256::from(balance);
                    let spent = pool.advance(address_of(sender), *account);
                    prop_assert!(spent.iter().all(|it| it.transaction.nonce < account.nonce));
                }
                Deed::Remove { nth } => {
                    let hash = all(&pool).nth(nth);
                    if let Some(hash) = hash.map(|it| it.transaction.hash) {
                        prop_assert!(pool.remove(hash).is_some());
                    }
                }
            }
            check(&pool, &settings, &accounts);
        }
    }
}
