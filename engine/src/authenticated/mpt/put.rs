//! Writing.

use alloy_primitives::B256;
use alloy_trie::{Nibbles, nodes::RlpNode};

use super::{
    EMPTY_ROOT, MptError,
    node::{Children, Node},
};
use crate::authenticated::source::NodeStore;

/// The root of the trie with `value` at `path`. The new nodes are inserted into `store`; putting the value that is
/// already there is an ordinary put.
///
/// # Errors
/// [`MptError`]; nothing has been inserted then.
pub fn put(
    store: &mut impl NodeStore,
    root: B256,
    path: B256,
    value: &[u8],
) -> Result<B256, MptError> {
    if value.is_empty() {
        return Err(MptError::EmptyValue { path });
    }
    let rest = Nibbles::unpack_array(&path);
    let node = if root == EMPTY_ROOT {
        leaf(rest, value)
    } else {
        put_below(store, &RlpNode::word_rlp(&root), Nibbles::new(), rest, value)?
    };
    Ok(node.root(store))
}

fn leaf(path: Nibbles, value: &[u8]) -> Node {
    Node::Leaf { path, value: value.to_vec() }
}

/// What replaces the node behind `link`, which `at` leads to, when `value` is put `rest` below it.
fn put_below<S: NodeStore>(
    store: &mut S,
    link: &RlpNode,
    at: Nibbles,
    rest: Nibbles,
    value: &[u8],
) -> Result<Node, MptError> {
    match Node::load(store, link, at)? {
        Node::Leaf { path, value: old } => {
            let common = path.common_prefix_length(&rest);
            let (Some(theirs), Some(ours)) = (path.get(common), rest.get(common)) else {
                return Ok(leaf(rest, value));
            };
            let mut children = Children::default();
            let sibling = Node::Leaf { path: path.slice(common + 1..), value: old };
            children.set(theirs, Some(sibling.link(store)));
            children.set(ours, Some(leaf(rest.slice(common + 1..), value).link(store)));
            Ok(Node::Branch(Box::new(children)).under(rest.slice(..common), store))
        }
        Node::Extension { path, child } => {
            let common = path.common_prefix_length(&rest);
            let (Some(theirs), Some(ours)) = (path.get(common), rest.get(common)) else {
                let node = put_below(store, &child, at.join(&path), rest.slice(common..), value)?;
                return Ok(Node::Extension { path, child: node.link(store) });
            };
            let tail = path.slice(common + 1..);
            let sibling = if tail.is_empty() {
                child
            } else {
                Node::Extension { path: tail, child }.link(store)
            };
            let mut children = Children::default();
            children.set(theirs, Some(sibling));
            children.set(ours, Some(leaf(rest.slice(common + 1..), value).link(store)));
            Ok(Node::Branch(Box::new(children)).under(rest.slice(..common), store))
        }
        Node::Branch(mut children) => {
            let nibble = rest.first().unwrap_or_default();
            let (mut at, rest) = (at, rest.slice(1..));
            at.push_unchecked(nibble);
            let node = match children.get(nibble) {
                Some(child) => put_below(store, &child.clone(), at, rest, value)?,
                None => leaf(rest, value),
            };
            children.set(nibble, Some(node.link(store)));
            Ok(Node::Branch(children))
        }
    }
}
