//! One trace has one encoding of each kind.

use alloy::eips::eip7685::Requests;
use alloy_primitives::{Bytes, U256};
use proptest::prelude::*;
use surety_engine::stateless::{
    encoding::{self, DecodeError, rlp, ssz},
    trace::{Body, Trace},
};

use crate::{
    mainnet::{prague, shanghai},
    run,
    surety::as_surety,
};

fn all() -> [(alloy_primitives::B256, Trace); 3] {
    [prague(), shanghai(), as_surety()]
}

#[test]
fn decoding_undoes_encoding() {
    for (pre, trace) in all() {
        let requests = run(pre, &trace).unwrap().requests;
        for encoded in [rlp::encode(&trace), ssz::encode(&trace, &requests)] {
            assert_eq!(encoding::decode(&encoded).as_ref(), Ok(&trace));
        }
    }
}

#[test]
fn requests_are_part_of_the_ssz_encoding_alone() {
    let (pre, trace) = prague();
    let data = [vec![0x01], vec![7; 76]].concat();
    let requests = Requests::new(vec![Bytes::from(data)]);
    let decoded = ssz::decode(&ssz::encode(&trace, &requests)).unwrap();
    assert_eq!(decoded.header.requests_hash, Some(requests.requests_hash()));
    assert!(run(pre, &decoded).is_err());
}

#[test]
fn what_is_not_canonical_is_refused() {
    for (_, trace) in all() {
        let encoded = rlp::encode(&trace);
        let longer = [encoded.as_slice(), &[0]].concat();
        assert_eq!(rlp::decode(&longer), Err(DecodeError::Trailing(1)));
        assert!(matches!(rlp::decode(&encoded[..encoded.len() - 1]), Err(DecodeError::Rlp(_))));
        assert!(matches!(rlp::decode(&[]), Err(DecodeError::Rlp(_))));
        assert!(matches!(rlp::decode(&[0xc0]), Err(DecodeError::Rlp(_))));
        let ssz = ssz::encode(&trace, &Requests::default());
        assert!(ssz::decode(&[ssz.as_slice(), &[0]].concat()).is_err());
        assert!(ssz::decode(&ssz[..ssz.len() - 1]).is_err());
        assert_eq!(ssz::decode(&[]), Err(DecodeError::Schema));
        assert_eq!(ssz::decode(&[0, 2]), Err(DecodeError::Schema));
        assert!(matches!(ssz::decode(&[0, 1, 0]), Err(DecodeError::Ssz(_))));
    }
}

#[test]
fn unknown_schemes_and_disordered_witnesses_are_refused() {
    let (_, trace) = as_surety();
    let mut encoded = rlp::encode(&trace);
    // the first item after the list's prefix of four bytes
    assert_eq!(encoded[4], 0x80);
    encoded[4] = 8;
    assert_eq!(rlp::decode(&encoded), Err(DecodeError::Scheme(8)));
    assert_eq!(ssz::decode(&[8, 1]), Err(DecodeError::Scheme(8)));

    let witness = rlp::encode_witness(&trace.witness);
    let disordered = {
        let mut nodes: Vec<Bytes> = trace.witness.nodes.values().cloned().collect();
        nodes.swap(0, 1);
        let codes: Vec<Bytes> = trace.witness.codes.values().cloned().collect();
        alloy_rlp::encode(vec![nodes, codes])
    };
    assert_eq!(witness.len(), disordered.len());
    let encoded = rlp::encode(&trace);
    let head = &encoded[..encoded.len() - witness.len()];
    let changed = [head, &disordered].concat();
    assert_eq!(rlp::decode(&changed), Err(DecodeError::Order("nodes")));
}

#[test]
fn gas_limits_add_up() {
    let (_, trace) = prague();
    assert_eq!(trace.gas_limits(), 11_448_352);
    let (_, ours) = as_surety();
    assert_eq!(ours.gas_limits(), 11_448_352);
    let Body::Surety { batch, .. } = &ours.body else { unreachable!("it is ours") };
    let tail = Bytes::from([batch.as_ref(), &[0, 0, 1]].concat());
    let body = Body::Surety { batch: tail, deposits: Bytes::new() };
    assert_eq!(Trace { body, ..ours.clone() }.gas_limits(), 11_448_352);
    assert!(U256::from(ours.header.gas_used) < U256::from(ours.gas_limits()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_decodes_encodes_to_the_same(at in any::<prop::sample::Index>(), with in 1..=255_u8) {
        let (_, trace) = as_surety();
        let mut encoded = rlp::encode(&trace);
        let index = at.index(encoded.len());
        encoded[index] ^= with;
        if let Ok(decoded) = rlp::decode(&encoded) {
            prop_assert_eq!(rlp::encode(&decoded), encoded);
        }
        let mut encoded = ssz::encode(&trace, &Requests::default());
        let index = at.index(encoded.len());
        encoded[index] ^= with;
        if let Ok(decoded) = ssz::decode(&encoded) {
            prop_assert_eq!(ssz::encode(&decoded, &Requests::default()), encoded);
        }
    }
}
