//! The trie against vectors that others made: roots from ethereum/tests and proofs from mainnet (`fixtures/trie`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::path::Path;

use alloy_primitives::{Address, B256, Bytes, U64, U256, keccak256, map::B256Map};
use serde::{Deserialize, de::DeserializeOwned};
use surety_engine::authenticated::{
    account::{self, Account},
    mpt::{EMPTY_ROOT, MptError, get, put, remove},
    source::by_hash,
    storage,
};

fn fixture<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/trie").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[derive(Deserialize)]
struct SecureTrie {
    name: String,
    keys: Vec<Bytes>,
    values: Vec<Bytes>,
    root: B256,
}

#[test]
fn t42_secure_tries_end_in_their_roots() {
    let tries: Vec<SecureTrie> = fixture("secure-tries.json");
    assert!(tries.len() >= 13);
    for trie in tries {
        let mut nodes = B256Map::default();
        let root = trie.keys.iter().zip(&trie.values).fold(EMPTY_ROOT, |root, (key, value)| {
            if value.is_empty() {
                remove(&mut nodes, root, keccak256(key)).unwrap()
            } else {
                put(&mut nodes, root, keccak256(key), value).unwrap()
            }
        });
        assert_eq!(root, trie.root, "{}", trie.name);
    }
}

#[derive(Deserialize)]
struct AccountProofs {
    root: B256,
    accounts: Vec<AccountProof>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccountProof {
    address: Address,
    account_proof: Vec<Bytes>,
    balance: U256,
    nonce: U64,
    code_hash: B256,
    storage_hash: B256,
}

#[test]
fn mainnet_accounts_are_read_and_written_back_from_their_proofs() {
    let AccountProofs { root, accounts } = fixture("account-proofs.json");
    assert_eq!(accounts.len(), 3);
    for proof in accounts {
        let mut nodes = by_hash(proof.account_proof);
        let expected = Account {
            nonce: proof.nonce.to(),
            balance: proof.balance,
            storage_root: proof.storage_hash,
            code_hash: proof.code_hash,
        };
        assert_eq!(account::read(&nodes, root, proof.address).unwrap(), Some(expected));
        let richer = Account { balance: expected.balance + U256::ONE, ..expected };
        let changed = account::write(&mut nodes, root, proof.address, &richer).unwrap();
        assert_ne!(changed, root);
        assert_eq!(account::write(&mut nodes, changed, proof.address, &expected).unwrap(), root);
    }
}

#[derive(Deserialize)]
struct StorageDiff {
    pre: SlotProof,
    post: SlotProof,
}

#[derive(Deserialize)]
struct SlotProof {
    key: U256,
    value: U256,
    proof: Vec<Bytes>,
}

#[test]
fn t42_a_proof_of_a_slot_is_not_enough_to_clear_it() {
    let diffs: Vec<StorageDiff> = fixture("storage-diff-proofs.json");
    assert_eq!(diffs.len(), 2);
    for StorageDiff { pre, post } in diffs {
        for SlotProof { key, value, proof } in [&pre, &post] {
            let root = keccak256(&proof[0]);
            assert_eq!(storage::read(&by_hash(proof.clone()), root, *key).unwrap(), *value);
        }
        let root = keccak256(&pre.proof[0]);
        let mut nodes = by_hash(pre.proof);
        let result = storage::write(&mut nodes, root, pre.key, U256::ZERO);
        assert!(matches!(result, Err(MptError::MissingNode { .. })), "the sibling is not in it");
        let path = storage::path(pre.key);
        assert!(get(&nodes, root, path).unwrap().is_some(), "nothing has changed");
    }
}
