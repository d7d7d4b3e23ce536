//! Reading.

use alloy_primitives::B256;
use alloy_trie::{Nibbles, nodes::RlpNode};

use super::{EMPTY_ROOT, MptError, node::Node};
use crate::authenticated::source::NodeSource;

/// The value at `path`, or `None` when the trie proves that there is none: the path ends in a null child, or at a leaf or
/// an extension of another path.
///
/// # Errors
/// [`MptError`]; [`MptError::MissingNode`] when a node on the path is not in `source`.
pub fn get(source: &impl NodeSource, root: B256, path: B256) -> Result<Option<Vec<u8>>, MptError> {
    if root == EMPTY_ROOT {
        return Ok(None);
    }
    let path = Nibbles::unpack_array(&path);
    let mut at = Nibbles::new();
    let mut link = RlpNode::word_rlp(&root);
    loop {
        let rest = path.slice(at.len()..);
        match Node::load(source, &link, at)? {
            Node::Leaf { path, value } => return Ok((path == rest).then_some(value)),
            Node::Extension { path, child } => {
                if !rest.starts_with(&path) {
                    return Ok(None);
                }
                at.extend(&path);
                link = child;
            }
            Node::Branch(children) => {
                let Some((nibble, child)) =
                    rest.first().and_then(|nibble| Some((nibble, children.get(nibble)?)))
                else {
                    return Ok(None);
                };
                at.push_unchecked(nibble);
                link = child.clone();
            }
        }
    }
}
