//! A node decoded strictly: one value has one encoding, so that what decodes is what was hashed.

use alloy_primitives::{B256, Bytes, keccak256};
use alloy_rlp::{EMPTY_STRING_CODE, Encodable, Header};
use alloy_trie::{
    Nibbles,
    nodes::{RlpNode, encode_path_leaf},
};

use super::MptError;
use crate::authenticated::source::{NodeSource, NodeStore};

/// Nibbles of a path.
pub(super) const DEPTH: usize = 64;
/// RLP of a hash: one header byte and the hash.
const HASH_ITEM: usize = 33;

/// The 16 children of a branch; each a hash or an embedded node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Children([Option<RlpNode>; 16]);

impl Children {
    pub(super) fn get(&self, nibble: u8) -> Option<&RlpNode> {
        self.0.get(usize::from(nibble)).and_then(Option::as_ref)
    }

    pub(super) fn set(&mut self, nibble: u8, child: Option<RlpNode>) {
        if let Some(slot) = self.0.get_mut(usize::from(nibble)) {
            *slot = child;
        }
    }

    /// The child of a branch that has no other.
    pub(super) fn only(&self) -> Option<(u8, &RlpNode)> {
        let mut present = self.present();
        let first = present.next()?;
        present.next().is_none().then_some(first)
    }

    fn present(&self) -> impl Iterator<Item = (u8, &RlpNode)> {
        (0u8..).zip(&self.0).filter_map(|(nibble, child)| Some((nibble, child.as_ref()?)))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Leaf { path: Nibbles, value: Vec<u8> },
    Extension { path: Nibbles, child: RlpNode },
    Branch(Box<Children>),
}

impl Node {
    /// Decodes the RLP of one node, refusing every encoding that [`Node::encode`] would not give.
    pub(super) fn decode(rlp: &[u8]) -> Result<Self, &'static str> {
        let mut items = [&[][..]; 17];
        match split(rlp, &mut items)? {
            [key, value] => Self::decode_short(key, value),
            [children @ .., value] if children.len() == 16 => Self::decode_branch(children, value),
            _ => Err("neither 2 nor 17 items"),
        }
    }

    fn decode_branch(items: &[&[u8]], value: &[u8]) -> Result<Self, &'static str> {
        if value != [EMPTY_STRING_CODE] {
            return Err("a branch holds a value");
        }
        let mut children = Children::default();
        for (nibble, item) in (0..).zip(items) {
            children.set(nibble, child(item)?);
        }
        if children.present().nth(1).is_none() {
            return Err("a branch has fewer than two children");
        }
        Ok(Self::Branch(Box::new(children)))
    }

    fn decode_short(key: &[u8], value: &[u8]) -> Result<Self, &'static str> {
        let (flag, rest) = string(key)?.split_first().ok_or("an empty path item")?;
        let (is_leaf, is_odd, nibble) = (flag & 0x20 != 0, flag & 0x10 != 0, flag & 0x0f);
        if flag & 0xc0 != 0 || (!is_odd && nibble != 0) {
            return Err("an unknown path flag");
        }
        if rest.len() + usize::from(is_odd) > DEPTH / 2 {
            return Err("a path longer than 64 nibbles");
        }
        let mut path = Nibbles::new();
        if is_odd {
            path.push_unchecked(nibble);
        }
        path.extend(&Nibbles::unpack(rest));
        if is_leaf {
            let value = string(value)?;
            if value.is_empty() {
                return Err("a leaf without a value");
            }
            return Ok(Self::Leaf { path, value: value.to_vec() });
        }
        if path.is_empty() {
            return Err("an extension without a path");
        }
        let child = child(value)?.ok_or("an extension without a child")?;
        Ok(Self::Extension { path, child })
    }

    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Leaf { path, value } => {
                pair(&encode_path_leaf(path, true), value.as_slice().length(), |out| {
                    value.as_slice().encode(out);
                })
            }
            Self::Extension { path, child } => {
                pair(&encode_path_leaf(path, false), child.len(), |out| {
                    out.extend_from_slice(child);
                })
            }
            Self::Branch(children) => {
                let payload_length =
                    1 + children.0.iter().map(|c| c.as_ref().map_or(1, |c| c.len())).sum::<usize>();
                let mut out = list(payload_length);
                for child in &children.0 {
                    out.extend_from_slice(child.as_deref().unwrap_or(&[EMPTY_STRING_CODE]));
                }
                out.push(EMPTY_STRING_CODE);
                out
            }
        }
    }

    /// A branch reached by `path`: under an extension, unless the path is empty.
    pub(super) fn under(self, path: Nibbles, store: &mut impl NodeStore) -> Self {
        if path.is_empty() { self } else { Self::Extension { path, child: self.link(store) } }
    }

    /// How a parent refers to this node; keeps it, unless it is embedded.
    pub(super) fn link(&self, store: &mut impl NodeStore) -> RlpNode {
        let rlp = self.encode();
        let link = RlpNode::from_rlp(&rlp);
        if let Some(hash) = link.as_hash() {
            store.insert(hash, rlp.into());
        }
        link
    }

    /// Keeps this node as a root, which is known by its hash however short it is.
    pub(super) fn root(&self, store: &mut impl NodeStore) -> B256 {
        let rlp = Bytes::from(self.encode());
        let hash = keccak256(&rlp);
        store.insert(hash, rlp);
        hash
    }

    /// The node behind `link`, `at` nibbles below the root: looked up, or unpacked when it is embedded.
    pub(super) fn load(
        source: &impl NodeSource,
        link: &RlpNode,
        at: Nibbles,
    ) -> Result<Self, MptError> {
        let Some(hash) = link.as_hash() else { return Self::decode_at(link, at) };
        let rlp = source.node(hash)?.ok_or(MptError::MissingNode { hash, at })?;
        Self::decode_at(&rlp, at)
    }

    /// Also checks that paths end at 64 nibbles exactly; joins of paths rely on it.
    fn decode_at(rlp: &[u8], at: Nibbles) -> Result<Self, MptError> {
        let node = Self::decode(rlp).map_err(|reason| MptError::Malformed { at, reason })?;
        let fits = match &node {
            Self::Leaf { path, .. } => at.len() + path.len() == DEPTH,
            Self::Extension { path, .. } => at.len() + path.len() < DEPTH,
            Self::Branch(_) => at.len() < DEPTH,
        };
        if fits { Ok(node) } else { Err(MptError::Malformed { at, reason: "not 64 nibbles deep" }) }
    }
}

/// Splits an RLP list that fills its input into its items, each with its header.
fn split<'i, 'a>(
    rlp: &'a [u8],
    items: &'i mut [&'a [u8]; 17],
) -> Result<&'i [&'a [u8]], &'static str> {
    let mut rest = rlp;
    match Header::decode(&mut rest) {
        Ok(Header { list: true, payload_length }) if payload_length == rest.len() => {}
        _ => return Err("not one RLP list"),
    }
    let mut count = 0;
    while !rest.is_empty() {
        let mut payload = rest;
        let header = Header::decode(&mut payload).map_err(|_| "not an RLP item")?;
        let length = rest.len() - payload.len() + header.payload_length;
        let (item, tail) = rest.split_at_checked(length).ok_or("not an RLP item")?;
        *items.get_mut(count).ok_or("neither 2 nor 17 items")? = item;
        count += 1;
        rest = tail;
    }
    items.get(..count).ok_or("neither 2 nor 17 items")
}

fn string(item: &[u8]) -> Result<&[u8], &'static str> {
    let mut rest = item;
    Header::decode_bytes(&mut rest, false).map_err(|_| "not an RLP string")
}

/// A child: absent, a hash, or a node under 32 bytes.
fn child(item: &[u8]) -> Result<Option<RlpNode>, &'static str> {
    match item {
        [EMPTY_STRING_CODE] => Ok(None),
        [0xa0, ..] if item.len() == HASH_ITEM => Ok(RlpNode::from_raw(item)),
        [0xc0..=0xff, ..] if item.len() < 32 => Ok(RlpNode::from_raw(item)),
        _ => Err("a child is neither a hash nor an embedded node"),
    }
}

fn list(payload_length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload_length + 3);
    Header { list: true, payload_length }.encode(&mut out);
    out
}

fn pair(key: &[u8], second_length: usize, second: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = list(key.length() + second_length);
    key.encode(&mut out);
    second(&mut out);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use alloy_primitives::hex;
    use alloy_trie::{TrieMask, nodes::BranchNode, nodes::ExtensionNode, nodes::LeafNode};

    use super::*;

    fn nibbles(nibbles: &[u8]) -> Nibbles {
        Nibbles::from_nibbles(nibbles)
    }

    #[test]
    fn encodes_as_alloy_does_and_decodes_back() {
        let hash = RlpNode::word_rlp(&B256::repeat_byte(7));
        let embedded = RlpNode::from_raw(&hex!("c98320646f8476657262")).unwrap();
        let mut children = Children::default();
        children.set(0, Some(hash.clone()));
        children.set(15, Some(embedded.clone()));
        let cases = [
            (
                Node::Leaf { path: nibbles(&[6, 4, 6, 15]), value: b"verb".to_vec() },
                alloy_rlp::encode(LeafNode::new(nibbles(&[6, 4, 6, 15]), b"verb".to_vec())),
            ),
            (
                Node::Leaf { path: nibbles(&[1]), value: vec![1] },
                alloy_rlp::encode(LeafNode::new(nibbles(&[1]), vec![1])),
            ),
            (
                Node::Extension { path: nibbles(&[1, 2, 3]), child: embedded.clone() },
                alloy_rlp::encode(ExtensionNode::new(nibbles(&[1, 2, 3]), embedded.clone())),
            ),
            (
                Node::Branch(Box::new(children)),
                alloy_rlp::encode(BranchNode::new(
                    vec![hash, embedded],
                    TrieMask::new(0b1000_0000_0000_0001),
                )),
            ),
        ];
        for (node, rlp) in cases {
            assert_eq!(node.encode(), rlp);
            assert_eq!(Node::decode(&rlp), Ok(node));
        }
    }

    #[test]
    fn t52_refuses_every_other_encoding() {
        let branch = |last: &str, count: usize| {
            let mut payload = vec![0x80u8; 16 - count];
            payload.extend(std::iter::repeat_n([0xc2, 0x31, 0x01], count).flatten());
            payload.extend(hex::decode(last).unwrap());
            let mut out = Vec::new();
            Header { list: true, payload_length: payload.len() }.encode(&mut out);
            out.extend(payload);
            out
        };
        assert!(Node::decode(&branch("80", 2)).is_ok());
        let cases: [(Vec<u8>, &str); 17] = [
            (branch("01", 2), "a branch holds a value"),
            (branch("c0", 2), "a branch holds a value"),
            (branch("80", 1), "a branch has fewer than two children"),
            (branch("80", 0), "a branch has fewer than two children"),
            (branch("", 2), "neither 2 nor 17 items"),
            (branch("8080", 2), "neither 2 nor 17 items"),
            (hex!("c3808080").to_vec(), "neither 2 nor 17 items"),
            (hex!("80").to_vec(), "not one RLP list"),
            (hex!("c22001c0").to_vec(), "not one RLP list"),
            (hex!("c0").to_vec(), "neither 2 nor 17 items"),
            (hex!("c22180").to_vec(), "an unknown path flag"),
            (hex!("c24080").to_vec(), "an unknown path flag"),
            (hex!("c22080").to_vec(), "a leaf without a value"),
            (hex!("c200c0").to_vec(), "an extension without a path"),
            (hex!("c21180").to_vec(), "an extension without a child"),
            (hex!("c21101").to_vec(), "a child is neither a hash nor an embedded node"),
            (hex!("c3208101").to_vec(), "not an RLP item"),
        ];
        for (rlp, reason) in cases {
            assert_eq!(Node::decode(&rlp), Err(reason), "{}", hex::encode(&rlp));
        }
    }
}
