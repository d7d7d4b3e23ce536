//! Rust's tries and word trees against Solidity's, as compiled, in revm: the same roots and values, and a witness recorded
//! here is exactly what Solidity needs there, no node more and none less. Needs `forge build`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[allow(dead_code, unreachable_pub)]
mod devnet;

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256, map::B256Map};
use alloy_sol_types::{SolCall, SolError, sol};
use devnet::{Devnet, Failed};
use proptest::{prelude::*, sample::Index};
use surety_engine::authenticated::{
    mpt::{EMPTY_ROOT, Overlay, get, put, remove},
    word_tree::{Range, WordTree, range_root, root_of},
};

sol! {
    struct Op {
        uint8 kind;
        bytes32 path;
        bytes value;
    }

    function applyOps(bytes32 root, bytes[] nodes, Op[] ops) returns (bytes32 newRoot, bytes[] values);
    function rangeRoot(uint256 start, bytes32[] words, uint256 height, bytes32[] siblings) returns (bytes32);
    function rootOf(bytes data) returns (bytes32);

    error MissingNode(bytes32 hash);
    error UnusedNode(uint256 index);
    error DuplicateNode(bytes32 hash);
}

const GET: u8 = 0;
const PUT: u8 = 1;
const REMOVE: u8 = 2;

struct Solidity {
    chain: Devnet,
    harness: Address,
}

impl Solidity {
    fn deploy() -> Self {
        let mut chain = Devnet::new();
        let harness = chain.deploy(Address::repeat_byte(1), "TrieHarness", []);
        Self { chain, harness }
    }

    fn call<C: SolCall>(&self, call: &C) -> Result<C::Return, Failed> {
        let output = self.chain.call(self.harness, call.abi_encode())?;
        Ok(C::abi_decode_returns(&output).unwrap())
    }

    fn apply(&self, root: B256, nodes: &[Bytes], ops: &[Op]) -> Result<applyOpsReturn, Failed> {
        self.call(&applyOpsCall { root, nodes: nodes.to_vec(), ops: ops.to_vec() })
    }

    /// Carries out `ops` on these nodes, which must revert with `error`.
    fn refuses(&self, root: B256, nodes: &[Bytes], ops: &[Op], error: impl SolError) {
        let failed = self.apply(root, nodes, ops).err().expect("Solidity accepted");
        assert_eq!(failed.data, Bytes::from(error.abi_encode()), "{}", failed.reason);
    }
}

/// Paths that share prefixes of any length, also all but the last nibbles, so that leaves are embedded.
fn paths() -> impl Strategy<Value = B256> {
    let nibble = prop::sample::select(vec![0usize, 1, 2, 5, 31, 32, 58, 61, 62, 63]);
    let change = (nibble, 0u8..3);
    prop_oneof![
        3 => (0u8..2, prop::collection::vec(change, 0..4)).prop_map(|(base, changes)| {
            let mut path = [base * 0x77; 32];
            for (at, nibble) in changes {
                let shift = 4 * (1 - at % 2);
                path[at / 2] = path[at / 2] & !(0xf << shift) | nibble << shift;
            }
            B256::from(path)
        }),
        1 => (0u8..16).prop_map(|n| keccak256([n])),
    ]
}

fn values() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        2 => (1u8..).prop_map(|byte| vec![byte]),
        1 => prop::collection::vec(any::<u8>(), 1..33),
        1 => prop::collection::vec(any::<u8>(), 33..120),
    ]
}

fn tries() -> impl Strategy<Value = BTreeMap<B256, Vec<u8>>> {
    prop::collection::btree_map(paths(), values(), 0..24)
}

/// Operations, about half of them on what is there.
fn ops() -> impl Strategy<Value = Vec<(u8, Option<Index>, B256, Vec<u8>)>> {
    let op = (GET..=REMOVE, prop::option::of(any::<Index>()), paths(), values());
    prop::collection::vec(op, 1..6)
}

fn flipped(node: &Bytes, bit: Index) -> Bytes {
    let bit = bit.index(8 * node.len());
    let mut node = node.to_vec();
    node[bit / 8] ^= 1 << (bit % 8);
    node.into()
}

#[test]
fn t22_t42_t51_tries_agree_and_the_witness_is_exact() {
    let solidity = Solidity::deploy();
    let config = ProptestConfig { cases: 384, failure_persistence: None, ..Default::default() };
    proptest!(config, |(leaves in tries(), ops in ops(), bit in any::<Index>())| {
        let mut tries = Overlay::new(B256Map::default());
        let before = leaves.iter().fold(EMPTY_ROOT, |root, (path, value)| {
            put(&mut tries, root, *path, value).unwrap()
        });
        let ops: Vec<Op> = ops.into_iter().map(|(kind, existing, path, value)| {
            let present = existing.filter(|_| !leaves.is_empty());
            let path = present.map_or(path, |at| *leaves.keys().nth(at.index(leaves.len())).unwrap());
            Op { kind, path, value: value.into() }
        }).collect();

        tries.start_recording().unwrap();
        let mut after = before;
        let values: Vec<Bytes> = ops.iter().map(|op| match op.kind {
            GET => get(&tries, after, op.path).unwrap().unwrap_or_default().into(),
            PUT => { after = put(&mut tries, after, op.path, &op.value).unwrap(); Bytes::new() }
            _ => { after = remove(&mut tries, after, op.path).unwrap(); Bytes::new() }
        }).collect();
        let witness = tries.finish_recording().unwrap();

        let theirs = solidity.apply(before, &witness, &ops).unwrap();
        prop_assert_eq!((theirs.newRoot, theirs.values), (after, values.clone()));
        let reversed: Vec<Bytes> = witness.iter().rev().cloned().collect();
        prop_assert_eq!(solidity.apply(before, &reversed, &ops).unwrap().newRoot, after);

        for (index, node) in witness.iter().enumerate() {
            let missing = MissingNode { hash: keccak256(node) };
            let mut fewer = witness.clone();
            fewer.remove(index);
            solidity.refuses(before, &fewer, &ops, missing.clone());
            let mut changed = witness.clone();
            changed[index] = flipped(node, bit);
            solidity.refuses(before, &changed, &ops, missing);
            let mut twice = witness.clone();
            twice.push(node.clone());
            solidity.refuses(before, &twice, &ops, DuplicateNode { hash: keccak256(node) });
        }
        let mut more = witness.clone();
        more.push(Bytes::from_static(b"unused"));
        solidity.refuses(before, &more, &ops, UnusedNode { index: U256::from(witness.len()) });
    });
}

#[test]
fn t42_a_trie_taken_apart_leaf_by_leaf_collapses_alike() {
    let solidity = Solidity::deploy();
    let config = ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() };
    proptest!(config, |(leaves in tries(), order in any::<u64>())| {
        let mut tries = Overlay::new(B256Map::default());
        let mut root = leaves.iter().fold(EMPTY_ROOT, |root, (path, value)| {
            put(&mut tries, root, *path, value).unwrap()
        });
        let mut paths: Vec<B256> = leaves.into_keys().collect();
        paths.sort_by_key(|path| keccak256([path.as_slice(), &order.to_be_bytes()].concat()));
        for path in paths {
            tries.start_recording().unwrap();
            let after = remove(&mut tries, root, path).unwrap();
            let witness = tries.finish_recording().unwrap();
            let op = Op { kind: REMOVE, path, value: Bytes::new() };
            prop_assert_eq!(solidity.apply(root, &witness, &[op]).unwrap().newRoot, after);
            root = after;
        }
        prop_assert_eq!(root, EMPTY_ROOT);
    });
}

#[test]
fn t22_ranges_of_word_trees_agree() {
    let solidity = Solidity::deploy();
    let config = ProptestConfig { cases: 384, failure_persistence: None, ..Default::default() };
    proptest!(config, |(
        bytes in prop::collection::vec(any::<u8>(), 1..1400),
        start in any::<Index>(),
        count in any::<Index>(),
        fill in any::<[u8; 32]>(),
    )| {
        let mut tree = WordTree::from_bytes(&bytes).unwrap();
        prop_assert_eq!(solidity.call(&rootOfCall { data: bytes.clone().into() }).unwrap(), tree.root());
        let start = start.index(tree.words() as usize) as u32;
        let count = 1 + count.index((tree.words() - start) as usize) as u32;
        let height = tree.height();
        let Range { words, siblings } = tree.range(start, count).unwrap();
        let call = |start: u32, words: &[B256], siblings: &[B256]| {
            let ours = range_root(start, words, height, siblings);
            let theirs = solidity.call(&rangeRootCall {
                start: U256::from(start),
                words: words.to_vec(),
                height: U256::from(height),
                siblings: siblings.to_vec(),
            });
            assert_eq!(ours.ok(), theirs.ok(), "both give the same root, or both refuse");
            ours.ok()
        };
        prop_assert_eq!(call(start, &words, &siblings), Some(tree.root()));
        let written = vec![B256::from(fill); words.len()];
        tree.set(start, &written).unwrap();
        prop_assert_eq!(call(start, &written, &siblings), Some(tree.root()));

        // shifted, beyond the end, empty, one sibling more or less
        call(start + 1, &words, &siblings);
        prop_assert_eq!(call(1 << height, &words, &siblings), None);
        prop_assert_eq!(call(start, &[], &siblings), None);
        prop_assert_eq!(call(start, &words, &[&siblings[..], &[B256::ZERO]].concat()), None);
        if let [fewer @ .., _] = siblings.as_slice() {
            prop_assert_eq!(call(start, &words, fewer), None);
        }
    });
}

#[test]
fn t22_small_and_large_word_trees_agree() {
    let solidity = Solidity::deploy();
    // around every change of height, and a whole blob batch
    let lengths = (0..=9).map(|words| 32 * words).flat_map(|bytes| [bytes, bytes + 1, bytes + 31]);
    for length in lengths.chain([126_976]) {
        let bytes: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
        let root = solidity.call(&rootOfCall { data: bytes.clone().into() }).unwrap();
        assert_eq!(root, root_of(&bytes), "{length} bytes");
    }
}
