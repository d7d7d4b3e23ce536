//! A trace as bytes. Both encodings are strict: what decodes is what its encoder gives.

pub mod rlp;
pub mod ssz;

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes, keccak256};
use thiserror::Error;

use super::trace::Trace;

/// Bytes that are not a trace.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum DecodeError {
    /// Not RLP of the wanted shape.
    #[error("not the RLP of a trace: {0}")]
    Rlp(#[from] alloy_rlp::Error),
    /// Bytes follow the trace.
    #[error("{0} bytes follow the trace")]
    Trailing(usize),
    /// Not SSZ of the wanted containers.
    #[error("not the SSZ of a trace: {0:?}")]
    Ssz(::ssz::DecodeError),
    /// Neither RLP nor the schema id of this revision of SSZ.
    #[error("neither an RLP list nor a schema id of revision 1")]
    Schema,
    /// A field of the SSZ payload is beyond what a header holds.
    #[error("{0} is out of range")]
    Range(&'static str),
    /// Another encoding of a trace than its canonical one.
    #[error("not the canonical encoding of a trace")]
    NotCanonical,
    /// No scheme has this number.
    #[error("no scheme has the number {0}")]
    Scheme(u8),
    /// Nodes or codes are not in strictly ascending order of their hashes.
    #[error("{0} are not in strictly ascending order of their hashes")]
    Order(&'static str),
}

/// The trace that `data` encodes, in whichever way: an RLP list begins with 0xc0 or more, SSZ with a scheme's number.
///
/// # Errors
/// [`DecodeError`].
pub fn decode(data: &[u8]) -> Result<Trace, DecodeError> {
    if data.first().is_some_and(|first| *first >= alloy_rlp::EMPTY_LIST_CODE) {
        rlp::decode(data)
    } else {
        ssz::decode(data)
    }
}

fn ascending(part: &'static str, items: Vec<Bytes>) -> Result<BTreeMap<B256, Bytes>, DecodeError> {
    let mut by_hash = BTreeMap::new();
    for item in items {
        let hash = keccak256(&item);
        if by_hash.last_key_value().is_some_and(|(last, _)| *last >= hash) {
            return Err(DecodeError::Order(part));
        }
        by_hash.insert(hash, item);
    }
    Ok(by_hash)
}
