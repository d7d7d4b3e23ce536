//! Deleting.

use alloy_primitives::B256;
use alloy_trie::{Nibbles, nodes::RlpNode};

use super::{EMPTY_ROOT, MptError, node::Node};
use crate::authenticated::source::NodeStore;

/// The root of the trie without `path`; the same root when nothing is there. The new nodes are inserted into `store`.
///
/// A branch left with one child collapses into it, so that child is looked up too, whatever it turns out to be.
///
/// # Errors
/// [`MptError`]; nothing has been inserted then. [`MptError::MissingNode`] also for the surviving child.
pub fn remove(store: &mut impl NodeStore, root: B256, path: B256) -> Result<B256, MptError> {
    if root == EMPTY_ROOT {
        return Ok(root);
    }
    let rest = Nibbles::unpack_array(&path);
    Ok(match remove_below(store, &RlpNode::word_rlp(&root), Nibbles::new(), rest)? {
        Removed::Absent => root,
        Removed::Emptied => EMPTY_ROOT,
        Removed::Replaced(node) => node.root(store),
    })
}

enum Removed {
    /// The path is not in the trie.
    Absent,
    /// The node was the leaf itself.
    Emptied,
    /// What stands in the node's place. It is not in the store yet: the parent may merge with it.
    Replaced(Node),
}

/// Removes the value `rest` below the node behind `link`, which `at` leads to.
fn remove_below<S: NodeStore>(
    store: &mut S,
    link: &RlpNode,
    at: Nibbles,
    rest: Nibbles,
) -> Result<Removed, MptError> {
    match Node::load(store, link, at)? {
        Node::Leaf { path, .. } => {
            Ok(if path == rest { Removed::Emptied } else { Removed::Absent })
        }
        Node::Extension { path, child } => {
            if !rest.starts_with(&path) {
                return Ok(Removed::Absent);
            }
            let below = at.join(&path);
            match remove_below(store, &child, below, rest.slice(path.len()..))? {
                Removed::Replaced(node) => Ok(Removed::Replaced(join(path, node, store))),
                Removed::Absent => Ok(Removed::Absent),
                Removed::Emptied => {
                    Err(MptError::Malformed { at: below, reason: "an extension ends in a leaf" })
                }
            }
        }
        Node::Branch(mut children) => {
            let nibble = rest.first().unwrap_or_default();
            let Some(child) = children.get(nibble).cloned() else { return Ok(Removed::Absent) };
            match remove_below(store, &child, extended(at, nibble), rest.slice(1..))? {
                Removed::Absent => return Ok(Removed::Absent),
                Removed::Emptied => children.set(nibble, None),
                Removed::Replaced(node) => children.set(nibble, Some(node.link(store))),
            }
            let Some((nibble, link)) = children.only() else {
                return Ok(Removed::Replaced(Node::Branch(children)));
            };
            let step = extended(Nibbles::new(), nibble);
            Ok(Removed::Replaced(match Node::load(store, link, extended(at, nibble))? {
                Node::Branch(_) => Node::Extension { path: step, child: link.clone() },
                node => join(step, node, store),
            }))
        }
    }
}

fn extended(mut path: Nibbles, nibble: u8) -> Nibbles {
    path.push_unchecked(nibble);
    path
}

/// `node` reached by `path`: paths of leaves and extensions merge, a branch comes under an extension.
fn join(path: Nibbles, node: Node, store: &mut impl NodeStore) -> Node {
    match node {
        Node::Leaf { path: tail, value } => Node::Leaf { path: path.join(&tail), value },
        Node::Extension { path: tail, child } => Node::Extension { path: path.join(&tail), child },
        branch @ Node::Branch(_) => branch.under(path, store),
    }
}
