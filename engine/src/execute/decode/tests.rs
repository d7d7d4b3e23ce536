#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use alloy::{
    consensus::{
        SignableTransaction, Transaction as _, TxEip1559, TxEip2930, TxEip7702, TxEnvelope,
        TxLegacy, transaction::SignerRecoverable,
    },
    eips::eip2718::{Decodable2718, Encodable2718},
    network::TxSignerSync,
    signers::local::PrivateKeySigner,
};
use alloy_primitives::Signature;
use proptest::prelude::*;

use super::*;

const CHAIN_ID: u64 = 61_331;

fn signer() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(0x42)).unwrap()
}

fn signed<T: SignableTransaction<Signature>>(mut transaction: T) -> Vec<u8>
where
    TxEnvelope: From<alloy::consensus::Signed<T>>,
{
    let signature = signer().sign_transaction_sync(&mut transaction).unwrap();
    TxEnvelope::from(transaction.into_signed(signature)).encoded_2718()
}

fn list() -> AccessList {
    let keys = vec![B256::repeat_byte(1), B256::ZERO];
    AccessList(vec![
        AccessListItem { address: Address::repeat_byte(0xaa), storage_keys: keys },
        AccessListItem { address: Address::ZERO, storage_keys: Vec::new() },
    ])
}

fn legacy(chain_id: Option<u64>) -> TxLegacy {
    TxLegacy {
        chain_id,
        nonce: 7,
        gas_price: 2_000_000_000,
        gas_limit: 90_000,
        to: TxKind::Call(Address::repeat_byte(0xcc)),
        value: U256::from(1_000),
        input: Bytes::from_static(&[0x00, 0x01, 0xff]),
    }
}

fn with_list() -> TxEip2930 {
    TxEip2930 {
        chain_id: CHAIN_ID,
        nonce: 0,
        gas_price: 1,
        gas_limit: 300_000,
        to: TxKind::Create,
        value: U256::ZERO,
        access_list: list(),
        input: Bytes::from(vec![0x60; 80]),
    }
}

fn dynamic_fee() -> TxEip1559 {
    TxEip1559 {
        chain_id: CHAIN_ID,
        nonce: u64::MAX - 1,
        gas_limit: 21_000,
        max_fee_per_gas: u128::MAX,
        max_priority_fee_per_gas: 0,
        to: TxKind::Call(Address::ZERO),
        value: U256::MAX,
        access_list: list(),
        input: Bytes::new(),
    }
}

fn authorization(chain_id: U256, nonce: u64) -> SignedAuthorization {
    let inner = Authorization { chain_id, address: Address::repeat_byte(0xdd), nonce };
    SignedAuthorization::new_unchecked(inner, 1, U256::from(7) << 240, U256::from(9))
}

fn set_code() -> TxEip7702 {
    TxEip7702 {
        chain_id: CHAIN_ID,
        nonce: 2,
        gas_limit: 100_000,
        max_fee_per_gas: 300,
        max_priority_fee_per_gas: 2,
        to: Address::repeat_byte(0xcc),
        value: U256::from(1),
        access_list: list(),
        authorization_list: vec![authorization(U256::ZERO, u64::MAX), authorization(U256::MAX, 0)],
        input: Bytes::from_static(&[1, 2]),
    }
}

fn samples() -> Vec<Vec<u8>> {
    vec![
        signed(legacy(Some(CHAIN_ID))),
        signed(legacy(None)),
        signed(with_list()),
        signed(dynamic_fee()),
        signed(TxEip1559 { access_list: AccessList::default(), ..dynamic_fee() }),
        signed(set_code()),
    ]
}

/// What the grammar means, said with alloy's lenient decoder: decode, demand that the encoding comes back, then the
/// ranges and the chain.
fn oracle(entry: &[u8], chain_id: u64) -> Option<(TxEnvelope, Address)> {
    let envelope = TxEnvelope::decode_2718_exact(entry).ok()?;
    if envelope.encoded_2718() != entry || envelope.is_eip4844() {
        return None;
    }
    if envelope.authorization_list().is_some_and(<[_]>::is_empty) {
        return None;
    }
    let legacy_without = envelope.is_legacy() && envelope.chain_id().is_none();
    if !legacy_without && envelope.chain_id() != Some(chain_id) {
        return None;
    }
    let signature = envelope.signature();
    if envelope.nonce() == u64::MAX || signature.normalize_s().is_some() {
        return None;
    }
    let sender = envelope.recover_signer().ok()?;
    (!sender.is_zero()).then_some((envelope, sender))
}

fn agrees(entry: &[u8]) -> bool {
    let decoded = decode_entry(entry, CHAIN_ID).ok();
    match (decoded, oracle(entry, CHAIN_ID)) {
        (None, None) => true,
        (Some(decoded), Some((envelope, sender))) => {
            let list = envelope.access_list().cloned().unwrap_or_default();
            decoded.kind as u8 == envelope.tx_type() as u8
                && decoded.hash == *envelope.tx_hash()
                && decoded.sender == sender
                && decoded.chain_id == envelope.chain_id()
                && decoded.nonce == envelope.nonce()
                && decoded.gas_limit == envelope.gas_limit()
                && decoded.max_fee == envelope.max_fee_per_gas()
                && decoded.max_priority_fee == envelope.priority_fee_or_price()
                && decoded.to == envelope.kind()
                && decoded.value == envelope.value()
                && decoded.data == *envelope.input()
                && entry.get(decoded.data_range) == Some(envelope.input())
                && decoded.access_list == list
                && decoded.authorizations == envelope.authorization_list().unwrap_or_default()
        }
        _ => false,
    }
}

#[test]
fn every_sample_is_accepted_as_alloy_reads_it() {
    for entry in samples() {
        let decoded = decode_entry(&entry, CHAIN_ID).unwrap();
        assert_eq!(decoded.sender, signer().address());
        assert!(agrees(&entry));
    }
}

#[test]
fn the_access_list_range_holds_its_payload() {
    let entry = signed(with_list());
    let decoded = decode_entry(&entry, CHAIN_ID).unwrap();
    let mut encoded = Vec::new();
    list().encode(&mut encoded);
    assert!(encoded.ends_with(&entry[decoded.access_list_range.clone()]));
    // a header of two bytes: the payload is longer than 55
    assert_eq!(decoded.access_list_range.len() + 2, encoded.len());
}

#[test]
fn the_authorizations_range_holds_its_payload() {
    let transaction = set_code();
    let entry = signed(transaction.clone());
    let decoded = decode_entry(&entry, CHAIN_ID).unwrap();
    let tuples: Vec<u8> =
        transaction.authorization_list.iter().flat_map(alloy_rlp::encode).collect();
    assert_eq!(entry[decoded.authorizations_range], tuples);
}

#[test]
fn an_authorization_list_is_not_empty() {
    let transaction = TxEip7702 { authorization_list: Vec::new(), ..set_code() };
    assert_eq!(decode_entry(&signed(transaction), CHAIN_ID), Err(Skip::AuthorizationList));
}

#[test]
fn t70_every_changed_byte_is_judged_as_by_the_oracle() {
    for entry in samples() {
        for position in 0..entry.len() {
            for mask in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x81, 0xff] {
                let mut changed = entry.clone();
                changed[position] ^= mask;
                assert!(agrees(&changed), "byte {position} ^ {mask:#x} of {}", entry.len());
            }
        }
    }
}

#[test]
fn t70_every_truncation_and_extension_is_skipped() {
    for entry in samples() {
        for length in 0..entry.len() {
            assert!(decode_entry(&entry[..length], CHAIN_ID).is_err(), "{length}");
        }
        let mut longer = entry.clone();
        longer.push(0);
        assert_eq!(decode_entry(&longer, CHAIN_ID), Err(Skip::Encoding));
    }
}

#[test]
fn other_types_and_chains_are_skipped() {
    let entry = signed(dynamic_fee());
    assert_eq!(decode_entry(&entry, CHAIN_ID + 1), Err(Skip::ChainId));
    assert_eq!(decode_entry(&signed(legacy(Some(CHAIN_ID))), 1), Err(Skip::ChainId));
    for kind in [0x00, 0x03, 0x05, 0x7f, 0x80, 0xbf] {
        let mut other = entry.clone();
        other[0] = kind;
        assert_eq!(decode_entry(&other, CHAIN_ID), Err(Skip::Type));
    }
    let without_list = [&[0x04], &entry[1..]].concat();
    assert_eq!(decode_entry(&without_list, CHAIN_ID), Err(Skip::Encoding));
    assert_eq!(decode_entry(&[], CHAIN_ID), Err(Skip::Type));
}

#[test]
fn legacy_chain_ids_do_not_wrap() {
    // 35 + 2 × chain id leaves 64 bits; alloy reads v as u64 and must not be the judge
    let chain_id = u64::MAX;
    let mut unsigned = Vec::new();
    for field in [1_u64, 1, 21_000] {
        field.encode(&mut unsigned);
    }
    Address::repeat_byte(9).encode(&mut unsigned);
    0_u8.encode(&mut unsigned);
    0_u8.encode(&mut unsigned);
    let hash = signing_hash(TransactionType::Legacy, &unsigned, Some(chain_id));
    let signature = alloy::signers::SignerSync::sign_hash_sync(&signer(), &hash).unwrap();
    (35 + 2 * u128::from(chain_id) + u128::from(signature.v())).encode(&mut unsigned);
    signature.r().encode(&mut unsigned);
    signature.s().encode(&mut unsigned);
    let mut entry = Vec::new();
    Header { list: true, payload_length: unsigned.len() }.encode(&mut entry);
    entry.extend_from_slice(&unsigned);
    let decoded = decode_entry(&entry, chain_id).unwrap();
    assert_eq!((decoded.sender, decoded.chain_id), (signer().address(), Some(chain_id)));
    assert_eq!(decode_entry(&entry, 0), Err(Skip::ChainId));
}

#[test]
fn the_largest_nonce_is_out_of_range() {
    let transaction = TxEip1559 { nonce: u64::MAX, ..dynamic_fee() };
    assert_eq!(decode_entry(&signed(transaction), CHAIN_ID), Err(Skip::NonceRange));
}

#[test]
fn the_other_spelling_of_a_signature_is_skipped() {
    let transaction = with_list();
    let hash = transaction.signature_hash();
    let signature = alloy::signers::SignerSync::sign_hash_sync(&signer(), &hash).unwrap();
    let other = Signature::new(signature.r(), CURVE_ORDER - signature.s(), !signature.v());
    let entry = TxEnvelope::from(transaction.into_signed(other)).encoded_2718();
    assert_eq!(decode_entry(&entry, CHAIN_ID), Err(Skip::SignatureRange));
}

proptest! {
    #[test]
    fn t70_random_edits_are_judged_as_by_the_oracle(
        sample in 0..6_usize,
        at: prop::sample::Index,
        removed in 0..4_usize,
        inserted in prop::collection::vec(any::<u8>(), 0..4),
    ) {
        let mut entry = samples()[sample].clone();
        let start = at.index(entry.len());
        let end = (start + removed).min(entry.len());
        entry.splice(start..end, inserted);
        prop_assert!(agrees(&entry));
    }

    #[test]
    fn arbitrary_bytes_are_judged_as_by_the_oracle(
        kind in prop::sample::select(vec![0x01_u8, 0x02, 0x04, 0xc9, 0xf8]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let entry = [vec![kind], rest].concat();
        prop_assert!(agrees(&entry));
    }
}
