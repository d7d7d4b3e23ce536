//! Trie operations on a state of 100,000 accounts, and writes to EVM memory as a word tree.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::hint::black_box;

use alloy_primitives::{Address, B256, U256, map::B256Map};
use criterion::{Criterion, criterion_group, criterion_main};
use surety_engine::authenticated::{
    account::{self, Account},
    mpt::{EMPTY_ROOT, Overlay},
    word_tree::WordTree,
};

const ACCOUNTS: u64 = 100_000;
/// 4 MiB, what 8M gas can expand memory to.
const MEMORY_WORDS: u32 = 1 << 17;

fn address(n: u64) -> Address {
    Address::from_word(B256::from(U256::from(n)))
}

fn account(balance: u64) -> Account {
    Account { nonce: 1, balance: U256::from(balance), ..Account::default() }
}

fn tries(c: &mut Criterion) {
    let mut nodes = B256Map::default();
    let root = (0..ACCOUNTS).fold(EMPTY_ROOT, |root, n| {
        account::write(&mut nodes, root, address(n), &account(n + 1)).unwrap()
    });
    let mut group = c.benchmark_group("account of 100,000");
    let mut n = 0;
    group.bench_function("read", |b| {
        b.iter(|| {
            n = (n + 7919) % ACCOUNTS;
            black_box(account::read(&nodes, root, address(n)).unwrap())
        });
    });
    group.bench_function("write", |b| {
        let mut tries = Overlay::new(&nodes);
        let mut root = root;
        b.iter(|| {
            n = (n + 7919) % ACCOUNTS;
            root = account::write(&mut tries, root, address(n), &account(n + 2)).unwrap();
        });
    });
    group.bench_function("remove", |b| {
        let mut tries = Overlay::new(&nodes);
        b.iter(|| {
            n = (n + 7919) % ACCOUNTS;
            let empty = Account::default();
            black_box(account::write(&mut tries, root, address(n), &empty).unwrap())
        });
    });
    group.finish();
}

fn memory(c: &mut Criterion) {
    let mut tree = WordTree::default();
    tree.grow(MEMORY_WORDS).unwrap();
    let mut n = 0;
    c.bench_function("memory of 4 MiB: write two words", |b| {
        b.iter(|| {
            n = (n + 7919) % (MEMORY_WORDS - 1);
            tree.set(n, &[B256::repeat_byte(1), B256::repeat_byte(2)]).unwrap();
            black_box(tree.root())
        });
    });
}

criterion_group!(benches, tries, memory);
criterion_main!(benches);
