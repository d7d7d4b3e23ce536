//! Proofs of accounts and slots are those that mainnet nodes answer with.

use std::{fs::File, io::Read};

use alloy_primitives::{Address, B256, Bytes, U64, U256, keccak256};
use serde::Deserialize;
use surety_engine::authenticated::proof;
use xz2::read::XzDecoder;

use crate::{mainnet::shanghai, support};

/// An answer to `eth_getProof`, with the hashes of its nodes instead of these.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    address: Address,
    balance: U256,
    nonce: U64,
    code_hash: B256,
    storage_hash: B256,
    account_proof: Vec<B256>,
    storage_proof: Vec<SlotAnswer>,
}

#[derive(Deserialize)]
struct SlotAnswer {
    key: U256,
    value: U256,
    proof: Vec<B256>,
}

fn hashes(nodes: &[Bytes]) -> Vec<B256> {
    nodes.iter().map(keccak256).collect()
}

#[test]
fn they_are_what_a_node_of_mainnet_answered_at_block_18884863() {
    let file = support::root().join("fixtures/blocks/mainnet-18884863-proofs.json.xz");
    let mut json = Vec::new();
    XzDecoder::new(File::open(file).unwrap()).read_to_end(&mut json).unwrap();
    let answers: Vec<Answer> = serde_json::from_slice(&json).unwrap();
    // the state before the next block, as far as that block reads it
    let (root, trace) = shanghai();
    let (mut accounts, mut slots) = (0, 0);
    for answer in answers {
        let proven = proof::account(&trace.witness, root, answer.address).unwrap();
        assert_eq!(hashes(&proven.nodes), answer.account_proof, "{}", answer.address);
        let account = proven.account;
        assert_eq!((account.balance, account.nonce), (answer.balance, answer.nonce.to()));
        assert_eq!(account.code_hash, answer.code_hash);
        assert_eq!(account.storage_root, answer.storage_hash);
        accounts += 1;
        for SlotAnswer { key, value, proof: expected } in answer.storage_proof {
            let proven = proof::slot(&trace.witness, account.storage_root, key).unwrap();
            assert_eq!(proven.value, value);
            assert_eq!(hashes(&proven.nodes), expected, "{} {key}", answer.address);
            slots += 1;
        }
    }
    assert_eq!((accounts, slots), (113, 372), "all of them");
}
