//! Tries as deep as an attacker can grind them. What places a leaf is a hash, so the nodes above it are made, not found.

use alloy_primitives::{B256, keccak256};
use alloy_trie::{
    Nibbles, TrieMask,
    nodes::{BranchNode, LeafNode, RlpNode},
};
use surety_engine::authenticated::source::NodeStore;

/// Levels that a large state fills: branches with 16 children.
const FULL: usize = 8;
/// Levels below them that were ground for, each with one rival beside the path.
const GROUND: usize = 20;
/// Where the leaves are.
const DEPTH: usize = FULL + GROUND;

/// A place at the end of a path.
pub struct Place {
    pub path: B256,
    /// What is there; without a value the place is empty, and its nearest neighbour must be split off to fill it.
    pub value: Option<Vec<u8>>,
}

/// A trie in which each of `places` is at the end of a path as deep as can be; returns its root. What is beside the paths
/// is unknown, but for what a collapsing branch needs. `neighbour` is the value beside empty places.
pub fn build(store: &mut impl NodeStore, places: &[Place], neighbour: &[u8]) -> B256 {
    let places: Vec<&Place> = places.iter().collect();
    let root = below(store, &places, 0, neighbour);
    root.as_hash().expect("a full branch is longer than a hash")
}

fn below(store: &mut impl NodeStore, places: &[&Place], level: usize, neighbour: &[u8]) -> RlpNode {
    if level == DEPTH {
        let [place] = places else { panic!("two paths share {DEPTH} nibbles") };
        return link(store, alloy_rlp::encode(leaf(place, neighbour)));
    }
    let mut children: [Option<RlpNode>; 16] = Default::default();
    for (nibble, child) in (0..16).zip(&mut children) {
        let at_nibble = |place: &&&Place| nibbles(place).get(level) == Some(nibble);
        let group: Vec<&Place> = places.iter().filter(at_nibble).copied().collect();
        if !group.is_empty() {
            *child = Some(below(store, &group, level + 1, neighbour));
        }
    }
    let rivals = if level < FULL { 16 } else { 1 };
    let seed = [places[0].path.as_slice(), &[level as u8]].concat();
    for (number, child) in children.iter_mut().filter(|child| child.is_none()).enumerate() {
        if number < rivals {
            let unknown = RlpNode::word_rlp(&keccak256([&seed[..], &[number as u8]].concat()));
            let is_collapsing = level == DEPTH - 1;
            *child = Some(if is_collapsing { full_branch(store, &seed) } else { unknown });
        }
    }
    link(store, branch(&children))
}

fn nibbles(place: &Place) -> Nibbles {
    Nibbles::unpack(place.path)
}

fn leaf(place: &Place, neighbour: &[u8]) -> LeafNode {
    let rest = nibbles(place).slice(DEPTH..);
    match &place.value {
        Some(value) => LeafNode::new(rest, value.clone()),
        None => {
            let mut beside = rest.slice(..rest.len() - 1);
            beside.push(rest.last().unwrap() ^ 1);
            LeafNode::new(beside, neighbour.to_vec())
        }
    }
}

/// The largest node there is.
fn full_branch(store: &mut impl NodeStore, seed: &[u8]) -> RlpNode {
    let child = |nibble: u8| RlpNode::word_rlp(&keccak256([seed, &[0xff, nibble]].concat()));
    let children: Vec<_> = (0..16).map(|nibble| Some(child(nibble))).collect();
    link(store, branch(&children))
}

fn branch(children: &[Option<RlpNode>]) -> Vec<u8> {
    let present = (0_u8..).zip(children).filter(|(_, child)| child.is_some());
    let mask = present.fold(0, |mask, (nibble, _)| mask | 1 << nibble);
    alloy_rlp::encode(BranchNode::new(
        children.iter().flatten().cloned().collect(),
        TrieMask::new(mask),
    ))
}

fn link(store: &mut impl NodeStore, node: Vec<u8>) -> RlpNode {
    let link = RlpNode::from_rlp(&node);
    if let Some(hash) = link.as_hash() {
        store.insert(hash, node.into());
    }
    link
}
