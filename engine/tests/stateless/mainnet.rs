//! Mainnet's blocks give exactly their headers.

use std::{fs::File, io::Read, sync::LazyLock};

use alloy_primitives::{B256, U256, b256};
use surety_engine::stateless::{
    NotProven, build, encoding, execute,
    scheme::{Fork, Scheme},
    trace::{Body, Trace},
};
use xz2::read::XzDecoder;

use crate::{
    run,
    support::{self, mainnet::witness},
};

/// A committed trace.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = support::root().join("fixtures/traces").join(name);
    let mut bytes = Vec::new();
    XzDecoder::new(File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Block 23587691 with the state before it.
pub(crate) fn prague() -> (B256, Trace) {
    static BLOCK: LazyLock<(B256, Trace)> = LazyLock::new(|| {
        let witness = witness();
        (witness.parent_state_root, build::of_block_witness(&witness).unwrap())
    });
    BLOCK.clone()
}

/// Block 18884864 with the state before it.
pub(crate) fn shanghai() -> (B256, Trace) {
    static BLOCK: LazyLock<(B256, Trace)> = LazyLock::new(|| {
        let trace = encoding::decode(&fixture("mainnet-18884864.rlp.xz")).unwrap();
        (trace.pre_state_root().unwrap(), trace)
    });
    BLOCK.clone()
}

#[test]
fn block_23587691_of_prague() {
    let (pre, trace) = prague();
    assert_eq!(trace.scheme(), Scheme::Ethereum(Fork::Prague));
    let proven = run(pre, &trace).unwrap();
    assert_eq!(proven.header, trace.header);
    assert_eq!((proven.transactions, proven.header.gas_used), (40, 1_429_580));
    assert_eq!(
        proven.header.state_root,
        b256!("0xbc9739571d28afc0a1ae21d7f1869b84cd0eb648db01457dd80a7be1de718287")
    );
    assert_eq!(proven.header.receipts_root, witness().header.receipts_root);
    // what it did not read is not in its witness
    assert!(trace.witness.nodes.len() < witness().nodes.len());
}

#[test]
fn block_18884864_of_shanghai() {
    let (pre, trace) = shanghai();
    assert_eq!(trace.scheme(), Scheme::Ethereum(Fork::Shanghai));
    assert_eq!(trace.ancestors.len(), 1);
    let proven = run(pre, &trace).unwrap();
    assert_eq!(proven.header, trace.header);
    assert_eq!((proven.transactions, proven.header.gas_used), (30, 4_266_500));
    assert_eq!(
        proven.header.hash_slow(),
        b256!("0x856a86b8144c68fe2888298ceec7c156a338aac13d92d5e3c2460ca49793ed69")
    );
}

#[test]
fn the_committed_trace_is_what_the_witness_gives() {
    let (_, trace) = prague();
    if let Some(directory) = std::env::var_os("UPDATE_FIXTURES") {
        let path = std::path::Path::new(&directory).join("mainnet-23587691.rlp");
        std::fs::write(path, encoding::rlp::encode(&trace)).unwrap();
    }
    assert_eq!(encoding::decode(&fixture("mainnet-23587691.rlp.xz")).unwrap(), trace);
}

#[test]
fn another_claim_about_the_same_trace_is_not_proven() {
    let (pre, trace) = prague();
    let post = trace.header.state_root;
    let gas = U256::from(trace.header.gas_used);
    let other = B256::repeat_byte(1);
    let refused = execute(pre, other, &trace, gas).unwrap_err();
    assert!(matches!(refused, NotProven::PostStateRoot { .. }), "{refused}");
    let refused = execute(pre, post, &trace, gas + U256::ONE).unwrap_err();
    assert!(matches!(refused, NotProven::GasUsed { .. }), "{refused}");
    let refused = execute(pre, post, &trace, gas + (U256::ONE << 64)).unwrap_err();
    assert!(matches!(refused, NotProven::GasUsed { .. }), "{refused}");
    // another state is not in the witness
    let refused = execute(other, post, &trace, gas).unwrap_err();
    assert!(refused.is_missing(), "{refused}");
    let (_, trace) = shanghai();
    let gas = U256::from(trace.header.gas_used);
    let refused = execute(other, trace.header.state_root, &trace, gas).unwrap_err();
    assert!(matches!(refused, NotProven::PreStateRoot { .. }), "{refused}");
}

#[test]
fn each_field_of_the_header_is_checked() {
    let (pre, trace) = shanghai();
    type Change = fn(&mut Trace);
    let changes: [(&str, Change); 14] = [
        ("gas_used", |it| it.header.gas_used += 1),
        ("receipts_root", |it| it.header.receipts_root.0[0] ^= 1),
        ("logs_bloom", |it| it.header.logs_bloom.0[0] ^= 1),
        ("state_root", |it| it.header.state_root.0[0] ^= 1),
        ("transactions_root", |it| it.header.transactions_root.0[0] ^= 1),
        ("withdrawals_root", |it| it.header.withdrawals_root = None),
        ("requests_hash", |it| {
            it.header.requests_hash = Some(B256::ZERO);
            it.header.parent_beacon_block_root = Some(B256::ZERO);
            it.header.blob_gas_used = Some(0);
            it.header.excess_blob_gas = Some(0);
        }),
        ("base_fee_per_gas", |it| {
            it.header.base_fee_per_gas = it.header.base_fee_per_gas.map(|fee| fee + 1)
        }),
        ("number", |it| it.header.number += 1),
        ("timestamp", |it| it.header.timestamp = it.ancestors[0].timestamp),
        ("gas_limit", |it| it.header.gas_limit += it.ancestors[0].gas_limit / 1024),
        ("extra_data", |it| it.header.extra_data = vec![0; 33].into()),
        ("difficulty", |it| it.header.difficulty = U256::ONE),
        ("ommers_hash", |it| it.header.ommers_hash = B256::ZERO),
    ];
    for (name, change) in changes {
        let mut changed = trace.clone();
        change(&mut changed);
        let refused = run(pre, &changed).unwrap_err();
        assert!(matches!(refused, NotProven::BlockHash { .. }), "{name}: {refused}");
        changed.block_hash = changed.header.hash_slow();
        match run(pre, &changed).unwrap_err() {
            NotProven::Header { field, .. } | NotProven::Rule { field, .. } => {
                assert_eq!(field, name);
            }
            refused => panic!("{name}: {refused}"),
        }
    }
}

#[test]
fn a_block_is_not_proven_under_the_rules_of_another_fork() {
    let (pre, trace) = prague();
    let Body::Ethereum { transactions, withdrawals, fork } = trace.body.clone() else {
        unreachable!("it is Ethereum's");
    };
    for fork in Fork::ALL.into_iter().filter(|other| *other != fork) {
        let (transactions, withdrawals) = (transactions.clone(), withdrawals.clone());
        let body = Body::Ethereum { fork, transactions, withdrawals };
        let refused = run(pre, &Trace { body, ..trace.clone() }).unwrap_err();
        let expected = if fork == Fork::Paris { "withdrawals_root" } else { "timestamp" };
        match refused {
            NotProven::Header { field, .. } | NotProven::Rule { field, .. } => {
                assert_eq!(field, expected);
            }
            refused => panic!("{fork}: {refused}"),
        }
    }
}

#[test]
fn ancestors_are_a_chain_of_no_more_than_is_needed() {
    let (pre, trace) = shanghai();
    let mut changed = trace.clone();
    changed.ancestors[0].gas_used += 1;
    let refused = run(pre, &changed).unwrap_err();
    assert!(matches!(refused, NotProven::Ancestry { index: 0 }), "{refused}");
    // without the parent's header the header's word is taken for its environment
    let mut without = trace.clone();
    without.ancestors.clear();
    assert_eq!(run(pre, &without).unwrap().header, trace.header);
}
