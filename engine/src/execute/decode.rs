//! The one decoding grammar, `docs/protocol.md` section 5. Mirrors
//! `contracts/src/verifier/slot/TransactionDecoder.sol`; both read the corpus in `fixtures/entries`.

use std::ops::Range;

use alloy::eips::{
    eip2930::{AccessList, AccessListItem},
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256, uint};
use alloy_rlp::{Encodable, Header};

use super::{
    rlp::{Malformed, Reader},
    skip::Skip,
    transaction::{Transaction, TransactionType},
};

/// Order of secp256k1.
const CURVE_ORDER: U256 =
    uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);
/// Half of it: a larger s is the other spelling of a signature
/// ([EIP-2](https://eips.ethereum.org/EIPS/eip-2)).
const HALF_CURVE_ORDER: U256 =
    uint!(0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0_U256);

impl From<Malformed> for Skip {
    fn from(Malformed: Malformed) -> Self {
        Self::Encoding
    }
}

/// The transaction that `entry` is on chain `chain_id`.
///
/// # Errors
/// The first rule of the grammar that it breaks.
pub fn decode_entry(entry: &[u8], chain_id: u64) -> Result<Transaction, Skip> {
    let (kind, start) = match entry.first() {
        Some(0xc0..) => (TransactionType::Legacy, 0),
        Some(1) => (TransactionType::AccessList, 1),
        Some(2) => (TransactionType::DynamicFee, 1),
        Some(4) => (TransactionType::SetCode, 1),
        _ => return Err(Skip::Type),
    };
    let mut outer = Reader::new(entry, start..entry.len());
    let list = outer.list()?;
    if !outer.is_at_end() {
        return Err(Skip::Encoding);
    }
    let mut fields = Reader::new(entry, list.payload.clone());

    if kind != TransactionType::Legacy && fields.integer()? != Some(U256::from(chain_id)) {
        return Err(Skip::ChainId);
    }
    let nonce = narrow::<u64>(fields.integer()?).ok_or(Skip::NonceRange)?;
    if nonce == u64::MAX {
        return Err(Skip::NonceRange);
    }
    let max_priority_fee = narrow::<u128>(fields.integer()?).ok_or(Skip::FeeRange)?;
    let max_fee = match kind {
        TransactionType::Legacy | TransactionType::AccessList => max_priority_fee,
        TransactionType::DynamicFee | TransactionType::SetCode => {
            narrow::<u128>(fields.integer()?).ok_or(Skip::FeeRange)?
        }
    };
    let gas_limit = narrow::<u64>(fields.integer()?).ok_or(Skip::GasLimitRange)?;
    let to = callee(entry, fields.string()?.payload)?;
    if kind == TransactionType::SetCode && to.is_create() {
        return Err(Skip::Callee);
    }
    let value = fields.integer()?.ok_or(Skip::ValueRange)?;
    let data_range = fields.string()?.payload;
    let data = Bytes::copy_from_slice(entry.get(data_range.clone()).ok_or(Skip::Encoding)?);
    let (access_list, access_list_range) = match kind {
        TransactionType::Legacy => (AccessList::default(), 0..0),
        TransactionType::AccessList | TransactionType::DynamicFee | TransactionType::SetCode => {
            let list = fields.list()?;
            let items = access_list(entry, list.payload.clone()).map_err(|_| Skip::AccessList)?;
            (items, list.payload)
        }
    };
    let (authorizations, authorizations_range) = match kind {
        TransactionType::SetCode => {
            let list = fields.list()?;
            let tuples = authorization_list(entry, list.payload.clone())?;
            (tuples, list.payload)
        }
        _ => (Vec::new(), 0..0),
    };

    let unsigned = list.payload.start..fields.position();
    let v = fields.integer()?;
    let r = fields.integer()?.ok_or(Skip::SignatureRange)?;
    let s = fields.integer()?.ok_or(Skip::SignatureRange)?;
    if !fields.is_at_end() {
        return Err(Skip::Encoding);
    }
    let (signed_chain_id, is_odd) = match kind {
        TransactionType::Legacy => legacy_parity(v, chain_id)?,
        TransactionType::AccessList | TransactionType::DynamicFee | TransactionType::SetCode => {
            match narrow::<u64>(v) {
                Some(0) => (Some(chain_id), false),
                Some(1) => (Some(chain_id), true),
                _ => return Err(Skip::SignatureRange),
            }
        }
    };
    let payload = entry.get(unsigned).ok_or(Skip::Encoding)?;
    let signed_hash = signing_hash(kind, payload, signed_chain_id);
    let sender = recover(signed_hash, r, s, is_odd)?;

    Ok(Transaction {
        kind,
        hash: keccak256(entry),
        sender,
        chain_id: signed_chain_id,
        nonce,
        gas_limit,
        max_fee,
        max_priority_fee,
        to,
        value,
        data,
        data_range,
        access_list,
        access_list_range,
        authorizations,
        authorizations_range,
    })
}

fn narrow<T: TryFrom<U256>>(integer: Option<U256>) -> Option<T> {
    integer.and_then(|integer| T::try_from(integer).ok())
}

fn callee(entry: &[u8], payload: Range<usize>) -> Result<TxKind, Skip> {
    match entry.get(payload).ok_or(Skip::Encoding)? {
        [] => Ok(TxKind::Create),
        bytes => Address::try_from(bytes).map(TxKind::Call).map_err(|_| Skip::Callee),
    }
}

fn access_list(entry: &[u8], payload: Range<usize>) -> Result<AccessList, Malformed> {
    let mut items = Vec::new();
    let mut list = Reader::new(entry, payload);
    while !list.is_at_end() {
        let mut pair = Reader::new(entry, list.list()?.payload);
        let address = Address::from(pair.fixed::<20>()?);
        let mut keys = Reader::new(entry, pair.list()?.payload);
        if !pair.is_at_end() {
            return Err(Malformed);
        }
        let mut storage_keys = Vec::new();
        while !keys.is_at_end() {
            storage_keys.push(B256::from(keys.fixed::<32>()?));
        }
        items.push(AccessListItem { address, storage_keys });
    }
    Ok(AccessList(items))
}

fn authorization_list(
    entry: &[u8],
    payload: Range<usize>,
) -> Result<Vec<SignedAuthorization>, Skip> {
    let mut tuples = Vec::new();
    let mut list = Reader::new(entry, payload);
    while !list.is_at_end() {
        let tuple = list.list().map_err(|_| Skip::AuthorizationList)?;
        let tuple = authorization(entry, tuple.payload).map_err(|_| Skip::AuthorizationList)?;
        tuples.push(tuple);
    }
    if tuples.is_empty() { Err(Skip::AuthorizationList) } else { Ok(tuples) }
}

fn authorization(entry: &[u8], payload: Range<usize>) -> Result<SignedAuthorization, Malformed> {
    let mut fields = Reader::new(entry, payload);
    let inner = Authorization {
        chain_id: fields.integer()?.ok_or(Malformed)?,
        address: fields.fixed::<20>()?.into(),
        nonce: narrow(fields.integer()?).ok_or(Malformed)?,
    };
    let parity = narrow(fields.integer()?).ok_or(Malformed)?;
    let r = fields.integer()?.ok_or(Malformed)?;
    let s = fields.integer()?.ok_or(Malformed)?;
    if !fields.is_at_end() {
        return Err(Malformed);
    }
    Ok(SignedAuthorization::new_unchecked(inner, parity, r, s))
}

// EIP-155: v = 35 + 2 × chain id + parity; before it 27 + parity, without a chain id.
fn legacy_parity(v: Option<U256>, chain_id: u64) -> Result<(Option<u64>, bool), Skip> {
    let v = narrow::<u128>(v).ok_or(Skip::ChainId)?;
    let first = 35 + 2 * u128::from(chain_id);
    match v {
        27 => Ok((None, false)),
        28 => Ok((None, true)),
        _ if v == first => Ok((Some(chain_id), false)),
        _ if v == first + 1 => Ok((Some(chain_id), true)),
        35.. => Err(Skip::ChainId),
        _ => Err(Skip::SignatureRange),
    }
}

// The grammar is canonical, so the bytes before the signature are the ones that were signed.
fn signing_hash(kind: TransactionType, unsigned: &[u8], chain_id: Option<u64>) -> B256 {
    let mut suffix = Vec::new();
    if let (TransactionType::Legacy, Some(chain_id)) = (kind, chain_id) {
        chain_id.encode(&mut suffix);
        0_u8.encode(&mut suffix);
        0_u8.encode(&mut suffix);
    }
    let mut preimage = match kind {
        TransactionType::Legacy => Vec::new(),
        TransactionType::AccessList | TransactionType::DynamicFee | TransactionType::SetCode => {
            vec![kind as u8]
        }
    };
    Header { list: true, payload_length: unsigned.len() + suffix.len() }.encode(&mut preimage);
    preimage.extend_from_slice(unsigned);
    preimage.extend_from_slice(&suffix);
    keccak256(preimage)
}

/// Who signed `hash`.
///
/// # Errors
/// [`Skip::SignatureRange`] when r or s is out of range, s of the upper half too; [`Skip::Signer`] when they recover nobody.
pub fn recover(hash: B256, r: U256, s: U256, is_odd: bool) -> Result<Address, Skip> {
    if r.is_zero() || r >= CURVE_ORDER || s.is_zero() || s > HALF_CURVE_ORDER {
        return Err(Skip::SignatureRange);
    }
    match Signature::new(r, s, is_odd).recover_address_from_prehash(&hash) {
        Ok(sender) if !sender.is_zero() => Ok(sender),
        _ => Err(Skip::Signer),
    }
}

#[cfg(test)]
mod tests;
