//! The trace as RLP, exactly as `docs/protocol.md` section 24 has it: one trace has one encoding.

use alloy::{consensus::Header, eips::eip4895::Withdrawal};
use alloy_primitives::{B256, Bytes};
use alloy_rlp::{Decodable, Encodable, Header as Prefix};

use super::{DecodeError, ascending};
use crate::stateless::{
    scheme::Scheme,
    trace::{Body, Trace},
    witness::Witness,
};

/// The encoding of `trace`.
#[must_use]
pub fn encode(trace: &Trace) -> Vec<u8> {
    let mut items = Vec::new();
    trace.scheme().number().encode(&mut items);
    trace.chain_id.encode(&mut items);
    trace.block_hash.encode(&mut items);
    trace.header.encode(&mut items);
    trace.ancestors.encode(&mut items);
    match &trace.body {
        Body::Surety { batch, deposits } => {
            batch.encode(&mut items);
            deposits.encode(&mut items);
        }
        Body::Ethereum { transactions, withdrawals, .. } => {
            transactions.encode(&mut items);
            withdrawals.encode(&mut items);
        }
    }
    items.extend(encode_witness(&trace.witness));
    list(&items)
}

/// The encoding of a trace's last item.
#[must_use]
pub fn encode_witness(witness: &Witness) -> Vec<u8> {
    let mut items = Vec::new();
    for part in [&witness.nodes, &witness.codes] {
        part.values().cloned().collect::<Vec<Bytes>>().encode(&mut items);
    }
    list(&items)
}

/// The trace that `data` encodes.
///
/// # Errors
/// [`DecodeError`] for everything that [`encode`] does not give.
pub fn decode(data: &[u8]) -> Result<Trace, DecodeError> {
    let mut rest = data;
    let mut items = Prefix::decode_bytes(&mut rest, true)?;
    if !rest.is_empty() {
        return Err(DecodeError::Trailing(rest.len()));
    }
    let items = &mut items;
    let number = u8::decode(items)?;
    let scheme = Scheme::from_number(number).ok_or(DecodeError::Scheme(number))?;
    let trace = Trace {
        chain_id: u64::decode(items)?,
        block_hash: B256::decode(items)?,
        header: Header::decode(items)?,
        ancestors: Vec::decode(items)?,
        body: match scheme {
            Scheme::Surety => {
                Body::Surety { batch: Bytes::decode(items)?, deposits: Bytes::decode(items)? }
            }
            Scheme::Ethereum(fork) => Body::Ethereum {
                fork,
                transactions: Vec::decode(items)?,
                withdrawals: Vec::<Withdrawal>::decode(items)?,
            },
        },
        witness: decode_witness(items)?,
    };
    // alloy decodes a header's optional fields generously
    if items.is_empty() && encode(&trace) == data {
        Ok(trace)
    } else {
        Err(DecodeError::NotCanonical)
    }
}

fn decode_witness(items: &mut &[u8]) -> Result<Witness, DecodeError> {
    let mut parts = Prefix::decode_bytes(items, true)?;
    let nodes = ascending("nodes", Vec::decode(&mut parts)?)?;
    let codes = ascending("codes", Vec::decode(&mut parts)?)?;
    if parts.is_empty() { Ok(Witness { nodes, codes }) } else { Err(DecodeError::NotCanonical) }
}

fn list(items: &[u8]) -> Vec<u8> {
    let mut list = Vec::with_capacity(items.len() + 9);
    Prefix { list: true, payload_length: items.len() }.encode(&mut list);
    list.extend_from_slice(items);
    list
}
