//! The trie against alloy-trie's `HashBuilder`, which builds a root from all leaves at once and shares no code with it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes, b256, keccak256, map::B256Map};
use alloy_trie::{HashBuilder, Nibbles, proof::verify_proof};
use proptest::prelude::*;

use super::{
    EMPTY_ROOT, MptError, Overlay, RecordingError, build, get,
    node::{Children, Node},
    put, remove,
};
use crate::authenticated::source::{NodeSource, NodeStore, by_hash};

type Leaves = BTreeMap<B256, Vec<u8>>;

fn expected_root(leaves: &Leaves) -> B256 {
    let mut builder = HashBuilder::default();
    for (path, value) in leaves {
        builder.add_leaf(Nibbles::unpack_array(path), value);
    }
    builder.root()
}

fn put_all(leaves: &Leaves) -> (Overlay<B256Map<Bytes>>, B256) {
    let mut tries = Overlay::new(B256Map::default());
    let root = leaves
        .iter()
        .fold(EMPTY_ROOT, |root, (path, value)| put(&mut tries, root, *path, value).unwrap());
    (tries, root)
}

/// The nodes that `operation` looks up in the trie of `leaves`.
fn witness<T>(
    leaves: &Leaves,
    operation: impl FnOnce(&mut Overlay<B256Map<Bytes>>, B256) -> T,
) -> (T, Vec<Bytes>) {
    let (mut tries, root) = put_all(leaves);
    tries.start_recording().unwrap();
    let result = operation(&mut tries, root);
    (result, tries.finish_recording().unwrap())
}

/// A path that begins with `prefix`, given in nibbles, and goes on with zeros.
fn path(prefix: &[u8]) -> B256 {
    let mut nibbles = Nibbles::from_nibbles(prefix);
    nibbles.extend(&Nibbles::from_nibbles(vec![0; 64 - prefix.len()]));
    B256::from_slice(&nibbles.pack())
}

#[derive(Clone, Debug)]
enum Op {
    Put(B256, Vec<u8>),
    Remove(B256),
    Get(B256),
}

/// Paths from a small alphabet, so that they collide, share long prefixes and end in embedded nodes.
fn paths() -> impl Strategy<Value = B256> {
    prop_oneof![
        (0u8..48).prop_map(|n| keccak256([n])),
        (0u8..4, 0u8..4, 0u8..4).prop_map(|(a, b, c)| {
            let mut path = [0x11; 32];
            (path[0], path[17], path[31]) = (a << 4, b, c | 0x10);
            B256::from(path)
        }),
    ]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let value = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..3),
        prop::collection::vec(any::<u8>(), 1..120),
    ];
    let op = prop_oneof![
        4 => (paths(), value).prop_map(|(path, value)| Op::Put(path, value)),
        3 => paths().prop_map(Op::Remove),
        1 => paths().prop_map(Op::Get),
    ];
    prop::collection::vec(op, 0..120)
}

proptest! {
    #[test]
    fn t42_agrees_with_hash_builder_and_its_witness_suffices(ops in ops()) {
        let mut tries = Overlay::new(B256Map::default());
        let (mut root, mut leaves) = (EMPTY_ROOT, Leaves::new());
        for op in ops {
            tries.start_recording().unwrap();
            let before = root;
            let (after, value) = run(&mut tries, before, &op);
            root = after;
            match &op {
                Op::Put(path, value) => { leaves.insert(*path, value.clone()); }
                Op::Remove(path) => { leaves.remove(path); }
                Op::Get(path) => prop_assert_eq!(value.as_ref(), leaves.get(path)),
            }
            prop_assert_eq!(root, expected_root(&leaves));
            let witness = tries.finish_recording().unwrap();
            let mut alone = by_hash(witness.clone());
            prop_assert_eq!(run(&mut alone, before, &op), (root, value));
            for dropped in 0..witness.len() {
                let mut short = by_hash(
                    witness.iter().enumerate().filter(|(i, _)| *i != dropped).map(|(_, n)| n.clone()),
                );
                let kept = short.clone();
                let result = match &op {
                    Op::Put(path, value) => put(&mut short, before, *path, value).map(drop),
                    Op::Remove(path) => remove(&mut short, before, *path).map(drop),
                    Op::Get(path) => get(&short, before, *path).map(drop),
                };
                let missing = matches!(result, Err(MptError::MissingNode { .. }));
                prop_assert!(missing, "{:?}", result);
                prop_assert_eq!(short, kept, "nothing is inserted on failure");
            }
        }
    }

    #[test]
    fn paths_are_proven_by_the_nodes_looked_up(ops in ops(), wanted in paths()) {
        let mut leaves = Leaves::new();
        for op in ops {
            if let Op::Put(path, value) = op { leaves.insert(path, value); }
        }
        let ((root, value), nodes) =
            witness(&leaves, |tries, root| (root, get(tries, root, wanted).unwrap()));
        prop_assert_eq!(value.as_ref(), leaves.get(&wanted));
        let proof = if leaves.is_empty() { vec![Bytes::from_static(&[0x80])] } else { nodes };
        prop_assert_eq!(verify_proof(root, Nibbles::unpack_array(&wanted), value, &proof), Ok(()));
    }

    #[test]
    fn what_is_built_at_once_has_no_node_too_many(ops in ops()) {
        let mut leaves = Leaves::new();
        for op in ops {
            if let Op::Put(path, value) = op { leaves.insert(path, value); }
        }
        let mut nodes = B256Map::default();
        let root = build(&mut nodes, leaves.clone()).unwrap();
        prop_assert_eq!(root, expected_root(&leaves));
        let mut tries = Overlay::new(nodes.clone());
        tries.start_recording().unwrap();
        for (path, value) in &leaves {
            let found = get(&tries, root, *path).unwrap();
            prop_assert_eq!(found.as_ref(), Some(value));
        }
        prop_assert_eq!(by_hash(tries.finish_recording().unwrap()), nodes);
    }

    #[test]
    fn an_old_root_stays_readable(ops in ops()) {
        let mut tries = Overlay::new(B256Map::default());
        let (mut root, mut leaves, mut history) = (EMPTY_ROOT, Leaves::new(), vec![]);
        for op in &ops {
            root = run(&mut tries, root, op).0;
            match op {
                Op::Put(path, value) => { leaves.insert(*path, value.clone()); }
                Op::Remove(path) => { leaves.remove(path); }
                Op::Get(_) => {}
            }
            history.push((root, leaves.clone()));
        }
        for (root, leaves) in history {
            for (path, value) in &leaves {
                prop_assert_eq!(get(&tries, root, *path).unwrap(), Some(value.clone()));
            }
        }
    }
}

fn run<S: NodeStore>(store: &mut S, root: B256, op: &Op) -> (B256, Option<Vec<u8>>) {
    match op {
        Op::Put(path, value) => (put(store, root, *path, value).unwrap(), None),
        Op::Remove(path) => (remove(store, root, *path).unwrap(), None),
        Op::Get(path) => (root, get(store, root, *path).unwrap()),
    }
}

fn leaves<const N: usize>(leaves: [(&[u8], &[u8]); N]) -> Leaves {
    leaves.into_iter().map(|(prefix, value)| (path(prefix), value.to_vec())).collect()
}

#[test]
fn the_empty_trie_needs_no_node() {
    let mut tries = Overlay::new(B256Map::default());
    assert_eq!(EMPTY_ROOT, keccak256([0x80]));
    assert_eq!(get(&tries, EMPTY_ROOT, path(&[1])).unwrap(), None);
    assert_eq!(remove(&mut tries, EMPTY_ROOT, path(&[1])).unwrap(), EMPTY_ROOT);
    let root = put(&mut tries, EMPTY_ROOT, path(&[1]), b"x").unwrap();
    assert_eq!(remove(&mut tries, root, path(&[1])).unwrap(), EMPTY_ROOT);
    assert!(matches!(
        put(&mut tries, EMPTY_ROOT, path(&[1]), &[]),
        Err(MptError::EmptyValue { .. })
    ));
    let absence = leaves([(&[1], b"x"), (&[2], &[])]);
    assert!(matches!(build(&mut tries, absence), Err(MptError::EmptyValue { .. })));
    assert_eq!(build(&mut tries, Leaves::new()).unwrap(), EMPTY_ROOT);
}

#[test]
fn t42_a_collapse_needs_the_sibling_whatever_it_is() {
    let (a, b, c) = ([7u8; 40], [8u8; 40], [9u8; 40]);
    let cases = [
        // the sibling is a leaf, an extension, a branch
        (leaves([(&[1], &a), (&[2], &b)]), 3),
        (leaves([(&[1], &a), (&[2, 3, 4], &b), (&[2, 3, 5], &c)]), 3),
        (leaves([(&[1], &a), (&[2, 3], &b), (&[2, 4], &c)]), 3),
        // below an extension
        (leaves([(&[5, 1], &a), (&[5, 2], &b)]), 4),
    ];
    for (mut leaves, nodes) in cases {
        let gone = *leaves.keys().next().unwrap();
        let (root, witness) = witness(&leaves, |tries, root| remove(tries, root, gone).unwrap());
        leaves.remove(&gone);
        assert_eq!(root, expected_root(&leaves));
        assert_eq!(witness.len(), nodes);
    }
}

#[test]
fn t42_a_collapse_takes_an_embedded_sibling_from_its_parent() {
    let deep = [9u8; 62];
    let prefix = |last: u8| [&deep[..], &[1, last]].concat();
    let mut leaves = leaves([(&prefix(1), b"a"), (&prefix(2), b"b")]);
    let gone = path(&prefix(1));
    let (root, witness) = witness(&leaves, |tries, root| remove(tries, root, gone).unwrap());
    leaves.remove(&gone);
    assert_eq!(root, expected_root(&leaves));
    // the extension at the root and the branch, whose leaves are embedded in it, or all in one
    assert!(witness.len() <= 2, "{witness:?}");
}

#[test]
fn removing_what_is_absent_keeps_the_root_and_needs_the_path_only() {
    let leaves = leaves([(&[1, 1], &[7; 40]), (&[1, 2], &[7; 40]), (&[2], &[7; 40])]);
    for (absent, nodes) in [(vec![3], 1), (vec![2, 1], 2), (vec![1, 3], 2), (vec![1, 1, 1], 3)] {
        let ((before, after), witness) =
            witness(&leaves, |tries, root| (root, remove(tries, root, path(&absent)).unwrap()));
        assert_eq!(before, after);
        assert_eq!(witness.len(), nodes, "{absent:?}");
    }
}

#[test]
fn t51_a_path_does_not_end_at_a_node_that_is_missing() {
    let (tries, root) = put_all(&leaves([(&[1], &[7; 40]), (&[2], &[8; 40])]));
    let node = tries.node(root).unwrap().unwrap();
    let mut truncated = by_hash([node]);
    for result in [
        get(&truncated, root, path(&[1])).map(drop),
        put(&mut truncated, root, path(&[1]), b"over").map(drop),
        remove(&mut truncated, root, path(&[1])).map(drop),
    ] {
        assert!(matches!(result, Err(MptError::MissingNode { at, .. }) if at.len() == 1));
    }
    let nothing = B256Map::default();
    assert!(matches!(
        get(&nothing, root, path(&[1])),
        Err(MptError::MissingNode { hash, .. }) if hash == root
    ));
}

#[test]
fn t52_a_node_at_the_wrong_depth_proves_nothing() {
    let wanted = B256::repeat_byte(0x11);
    // leaves that end after 2 and after 64 nibbles under a branch; an extension and a branch below all 64
    let leaf =
        |length: usize| Node::Leaf { path: Nibbles::from_nibbles(vec![1; length]), value: vec![1] };
    let under_branch = |node: &Node| {
        let mut children = Children::default();
        let mut nowhere = B256Map::default();
        children.set(1, Some(node.link(&mut nowhere)));
        children.set(2, Some(node.link(&mut nowhere)));
        Node::Branch(Box::new(children))
    };
    let deep = |node: &Node| Node::Extension {
        path: Nibbles::from_nibbles(vec![1; 64]),
        child: node.link(&mut B256Map::default()),
    };
    for node in [leaf(2), leaf(63), under_branch(&leaf(2)), deep(&under_branch(&leaf(0)))] {
        let mut nodes = B256Map::default();
        node.root(&mut nodes);
        let node = nodes.into_values().next().unwrap();
        let root = keccak256(&node);
        let mut store = by_hash([node]);
        for result in [
            get(&store, root, wanted).map(drop),
            put(&mut store, root, wanted, b"x").map(drop),
            remove(&mut store, root, wanted).map(drop),
        ] {
            assert!(matches!(result, Err(MptError::Malformed { .. })), "{result:?}");
        }
    }
}

#[test]
fn a_recording_holds_the_old_nodes_once_in_order() {
    let (one, two) = (path(&[1]), path(&[2]));
    let (mut tries, root) = put_all(&leaves([(&[1], &[7; 40]), (&[2], &[8; 40])]));
    assert_eq!(tries.finish_recording(), Err(RecordingError::NotRunning));
    tries.start_recording().unwrap();
    assert_eq!(tries.start_recording(), Err(RecordingError::Running));

    let changed = put(&mut tries, root, two, &[9; 40]).unwrap();
    assert_eq!(get(&tries, changed, two).unwrap(), Some(vec![9; 40]));
    get(&tries, root, two).unwrap();
    get(&tries, changed, one).unwrap();
    let witness = tries.finish_recording().unwrap();
    let hashes: Vec<_> = witness.iter().map(keccak256).collect();
    assert_eq!(hashes.len(), 3);
    assert_eq!(hashes[0], root);

    tries.start_recording().unwrap();
    get(&tries, changed, two).unwrap();
    let later = tries.finish_recording().unwrap();
    assert_eq!(later.len(), 2, "what an earlier step made is old for a later one");
}

#[test]
fn known_root() {
    // trieanyorder_secureTrie.json, "singleItem"
    let root = put(
        &mut B256Map::default(),
        EMPTY_ROOT,
        keccak256("A"),
        b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    );
    assert_eq!(
        root.unwrap(),
        b256!("e9e2935138352776cad724d31c9fa5266a5c593bb97726dd2a908fe6d53284df")
    );
}
