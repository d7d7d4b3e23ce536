//! Blocks of ours as traces.

use std::sync::LazyLock;

use alloy_primitives::{B256, Bytes};
use surety_engine::{
    execute::{block::execute_block, boundary::Boundary, pending::Pending},
    rules::limits::Limits,
    stateless::{
        NotProven, build,
        trace::{Body, Trace},
    },
};

use crate::{
    run,
    support::{mainnet, scenario},
};

/// Mainnet's block as one of ours, with the state before it.
pub(crate) fn as_surety() -> (B256, Trace) {
    static BLOCK: LazyLock<(B256, Trace)> =
        LazyLock::new(|| of(mainnet::as_surety(&mainnet::witness())));
    BLOCK.clone()
}

fn of((parent, input): (Boundary, surety_engine::derive::BlockInput)) -> (B256, Trace) {
    let witness = mainnet::witness();
    let outcome =
        execute_block(&mut Pending::new(&witness), &parent, &input, &Limits::SURETY).unwrap();
    let pre = parent.state_root;
    (pre, build::of_input(&witness, 1, pre, None, &input, outcome.header).unwrap())
}

#[test]
fn a_block_of_ours_gives_its_header() {
    let (pre, trace) = as_surety();
    let proven = run(pre, &trace).unwrap();
    assert_eq!(proven.header, trace.header);
    assert_eq!((proven.transactions, proven.header.gas_used), (40, 1_429_580));
}

#[test]
fn deposits_are_credited() {
    let (pre, trace) = of(mainnet::as_mainnet(&mainnet::witness()));
    let Body::Surety { deposits, .. } = &trace.body else { unreachable!("it is ours") };
    assert_eq!(deposits.len(), 16 * 36);
    assert_eq!(run(pre, &trace).unwrap().header.state_root, mainnet::MAINNET_STATE_ROOT);

    let Body::Surety { batch, deposits } = trace.body.clone() else { unreachable!("it is ours") };
    for other in [deposits.slice(36..), deposits.slice(1..), Bytes::new()] {
        let body = Body::Surety { batch: batch.clone(), deposits: other };
        let refused = run(pre, &Trace { body, ..trace.clone() }).unwrap_err();
        assert!(
            matches!(refused, NotProven::Header { field: "withdrawals_root", .. }),
            "{refused}"
        );
    }
}

#[test]
fn a_block_that_skips_an_entry_is_not_proven() {
    let (genesis, memory) = scenario::genesis();
    let block = scenario::block(1);
    let parent = Boundary::genesis(&genesis);
    let input = block.input();
    let outcome =
        execute_block(&mut Pending::new(&memory), &parent, &input, &Limits::SURETY).unwrap();
    let (slot, reason) = outcome.skipped().next().unwrap();
    let refused =
        build::of_input(&memory, genesis.chain_id, parent.state_root, None, &input, outcome.header);
    match refused.unwrap_err() {
        NotProven::Skipped { slot: at, reason: why } => assert_eq!((at, why), (slot, reason)),
        refused => panic!("{refused}"),
    }
}

#[test]
fn the_parents_header_fixes_number_time_limit_and_base_fee() {
    let (pre, trace) = as_surety();
    let mut parent = trace.header.clone();
    parent.number -= 1;
    parent.timestamp -= 1;
    parent.gas_used = parent.gas_limit / 2;
    parent.state_root = pre;
    let under = |parent: &alloy::consensus::Header| {
        let mut trace = trace.clone();
        trace.header.parent_hash = parent.hash_slow();
        trace.block_hash = trace.header.hash_slow();
        trace.ancestors = vec![parent.clone()];
        run(pre, &trace)
    };
    // the parent's hash is in the state, so that this block has another state root and nothing else that differs
    let refused = under(&parent).unwrap_err();
    assert!(matches!(refused, NotProven::Header { field: "state_root", .. }), "{refused}");
    let mut others = [parent.clone(), parent.clone(), parent.clone(), parent];
    others[0].number -= 1;
    others[1].timestamp += 1;
    others[2].gas_used += 1_000_000;
    // as much above its target as the target is higher: the base fee is the same
    others[3].gas_limit += 2;
    others[3].gas_used += 1;
    let fields = ["number", "timestamp", "base_fee_per_gas", "gas_limit"];
    for (parent, name) in others.iter().zip(fields) {
        match under(parent).unwrap_err() {
            NotProven::Header { field, .. } | NotProven::Rule { field, .. } => {
                assert_eq!(field, name);
            }
            refused => panic!("{name}: {refused}"),
        }
    }
}
