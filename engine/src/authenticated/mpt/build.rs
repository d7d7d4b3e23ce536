//! A whole trie at once.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use alloy_trie::Nibbles;

use super::{
    EMPTY_ROOT, MptError,
    node::{Children, DEPTH, Node},
};
use crate::authenticated::source::NodeStore;

/// The root of the trie that has `leaves`, values by path, and no others. Inserts into `store` the nodes of that trie alone:
/// [`put()`](super::put()), one leaf after the other, would also insert those that the next leaf replaces.
///
/// # Errors
/// [`MptError::EmptyValue`]; nothing has been inserted then.
pub fn build(
    store: &mut impl NodeStore,
    leaves: BTreeMap<B256, Vec<u8>>,
) -> Result<B256, MptError> {
    if let Some((path, _)) = leaves.iter().find(|(_, value)| value.is_empty()) {
        return Err(MptError::EmptyValue { path: *path });
    }
    let leaves: Vec<Leaf> = leaves
        .into_iter()
        .map(|(path, value)| Leaf { path: Nibbles::unpack_array(&path), value })
        .collect();
    Ok(subtrie(store, 0, &leaves).map_or(EMPTY_ROOT, |node| node.root(store)))
}

struct Leaf {
    path: Nibbles,
    value: Vec<u8>,
}

/// The node `depth` nibbles below the root with these leaves, which are sorted and begin alike that far.
fn subtrie(store: &mut impl NodeStore, depth: usize, leaves: &[Leaf]) -> Option<Node> {
    let (first, last) = (leaves.first()?, leaves.last()?);
    let common = first.path.common_prefix_length(&last.path);
    if common == DEPTH {
        return Some(Node::Leaf { path: first.path.slice(depth..), value: first.value.clone() });
    }
    let mut children = Children::default();
    for group in leaves.chunk_by(|a, b| a.path.get(common) == b.path.get(common)) {
        let nibble = group.first()?.path.get(common)?;
        let child = subtrie(store, common + 1, group)?;
        children.set(nibble, Some(child.link(store)));
    }
    Some(Node::Branch(Box::new(children)).under(first.path.slice(depth..common), store))
}
