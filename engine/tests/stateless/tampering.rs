//! A trace with anything missing is refused by name; a changed trace is never accepted.

use alloy_primitives::{B256, Bytes};
use proptest::prelude::*;
use surety_engine::{
    authenticated::mpt::MptError,
    execute::error::StateError,
    stateless::{NotProven, encoding::rlp, trace::Trace},
};

use crate::{
    mainnet::{prague, shanghai},
    run,
};

#[test]
fn a_trace_with_one_missing_node_is_refused_by_name() {
    // every fifth node of the larger block keeps this short
    for ((pre, trace), step) in [(prague(), 1), (shanghai(), 5)] {
        for hash in trace.witness.nodes.keys().step_by(step) {
            let mut without = trace.clone();
            without.witness.nodes.remove(hash);
            match run(pre, &without).unwrap_err() {
                NotProven::State(StateError::Trie {
                    cause: MptError::MissingNode { hash: named, .. },
                    ..
                }) => assert_eq!(named, *hash),
                refused => panic!("{hash}: {refused}"),
            }
        }
    }
}

#[test]
fn a_trace_with_one_missing_code_is_refused_by_name() {
    for (pre, trace) in [prague(), shanghai()] {
        for hash in trace.witness.codes.keys() {
            let mut without = trace.clone();
            without.witness.codes.remove(hash);
            match run(pre, &without).unwrap_err() {
                NotProven::State(StateError::MissingCode(named)) => assert_eq!(named, *hash),
                refused => panic!("{hash}: {refused}"),
            }
        }
    }
}

#[test]
fn a_trace_with_one_node_or_code_too_many_is_refused_by_name() {
    let (pre, trace) = prague();
    let extra = Bytes::from_static(b"of no use");
    let hash: B256 = alloy_primitives::keccak256(&extra);
    let mut more = trace.clone();
    more.witness.nodes.insert(hash, extra.clone());
    let refused = run(pre, &more).unwrap_err();
    assert!(matches!(refused, NotProven::UnneededNode(named) if named == hash), "{refused}");
    let mut more = trace;
    more.witness.codes.insert(hash, extra);
    let refused = run(pre, &more).unwrap_err();
    assert!(matches!(refused, NotProven::UnneededCode(named) if named == hash), "{refused}");
}

/// What is committed to elsewhere than in the witness: scheme, header, ancestors, transactions and withdrawals.
fn before_the_witness(trace: &Trace, encoding: &[u8]) -> usize {
    encoding.len() - rlp::encode_witness(&trace.witness).len()
}

#[test]
fn no_changed_byte_before_the_witness_is_accepted() {
    let (pre, trace) = shanghai();
    let encoding = rlp::encode(&trace);
    let end = before_the_witness(&trace, &encoding);
    for at in (0..1_300).step_by(3).chain((1_300..end).step_by(61)) {
        let mut changed = encoding.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(refuses(pre, &changed), "byte {at}");
    }
}

fn refuses(pre: B256, encoding: &[u8]) -> bool {
    rlp::decode(encoding).map_or(true, |trace| run(pre, &trace).is_err())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_trace_is_accepted(at in any::<prop::sample::Index>(), with in 1..=255_u8, kind in 0..4) {
        let (pre, trace) = prague();
        let mut encoding = rlp::encode(&trace);
        let at = at.index(encoding.len());
        match kind {
            0 => encoding[at] ^= with,
            1 => encoding.insert(at, with),
            2 => drop(encoding.remove(at)),
            _ => encoding.truncate(at),
        }
        prop_assert!(refuses(pre, &encoding));
    }
}
