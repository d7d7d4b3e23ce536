//! `debug_executionWitness`: all that a block needs, and nothing else.

use std::collections::BTreeSet;

use alloy::{
    eips::{
        eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
        eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
    },
    rpc::types::debug::ExecutionWitness,
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use surety_engine::{
    authenticated::{
        account, proof,
        source::{CodeSource, NodeSource},
    },
    derive::BlockInput,
    execute::{
        block::{BlockOutcome, execute_block},
        boundary::Boundary,
        pending::Pending,
    },
    rules::{
        addresses::{BEACON_ROOTS, BLOCK_HASHES},
        limits::Limits,
    },
    simulate::{SimulateError, witness},
    stateless::{build, execute, witness::Witness},
};

use crate::{
    mainnet::prague,
    support::{mainnet, scenario},
};

fn outcome(
    source: &(impl NodeSource + CodeSource),
    parent: &Boundary,
    input: &BlockInput,
    limits: &Limits,
) -> BlockOutcome {
    execute_block(&mut Pending::new(source), parent, input, limits).unwrap()
}

/// The answer about a block; it must be enough to execute it.
fn answer(
    source: &(impl NodeSource + CodeSource),
    parent: &Boundary,
    input: &BlockInput,
    limits: &Limits,
) -> (ExecutionWitness, BlockOutcome) {
    let expected = outcome(source, parent, input, limits);
    let sealed = &expected.boundary;
    let answer =
        witness::of_block(source, parent, input, limits, sealed, vec![Bytes::from(vec![7])]);
    let answer = answer.unwrap();
    assert_eq!(answer.headers, [Bytes::from(vec![7])]);
    assert_eq!(outcome(&of(&answer), parent, input, limits), expected);
    // whose accounts and which slots the nodes are about
    for key in answer.keys.iter().filter(|key| key.len() == 20) {
        let read = account::read(&of(&answer), parent.state_root, Address::from_slice(key));
        assert!(read.is_ok(), "{key}: {read:?}");
    }
    assert!(answer.keys.iter().all(|key| [20, 32].contains(&key.len())));
    (answer, expected)
}

fn of(answer: &ExecutionWitness) -> Witness {
    Witness::new(answer.state.clone(), answer.codes.clone())
}

fn hashes<'a>(items: impl IntoIterator<Item = &'a Bytes>) -> BTreeSet<B256> {
    items.into_iter().map(keccak256).collect()
}

#[test]
fn of_mainnets_block_it_has_what_is_needed_of_the_committed_one() {
    let committed = mainnet::witness();
    let (parent, input) = mainnet::as_mainnet(&committed);
    let (answer, outcome) = answer(&committed, &parent, &input, &Limits::ETHEREUM);
    assert_eq!(outcome.boundary.state_root, mainnet::MAINNET_STATE_ROOT);
    assert_eq!(outcome.header.gas_used, 1_429_580);
    let (nodes, all) = (hashes(&answer.state), hashes(committed.nodes.values()));
    assert!(nodes.is_subset(&all) && nodes.len() == answer.state.len());
    // Ethereum's own block ends by asking two contracts for requests, which ours never does; 4 nodes and the empty code
    // nobody reads
    let ethereums = prague().1.witness;
    let read: BTreeSet<B256> = ethereums.nodes.into_keys().collect();
    assert!(nodes.is_subset(&read) && read.is_subset(&all));
    let asked: BTreeSet<B256> = read.difference(&nodes).copied().collect();
    let root = parent.state_root;
    let contracts = [WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS]
        .map(|address| proof::account(&committed, root, address).unwrap());
    let on_the_way = contracts.iter().flat_map(|contract| {
        let slot = |key| proof::slot(&committed, contract.account.storage_root, U256::from(key));
        let slots: Vec<Bytes> = (0..4).flat_map(|key| slot(key).unwrap().nodes).collect();
        hashes(contract.nodes.iter().chain(&slots))
    });
    assert!(asked.is_subset(&on_the_way.collect()));
    assert_eq!((nodes.len(), asked.len(), all.len()), (830, 30, 864));
    let mut codes = hashes(&answer.codes);
    codes.extend(contracts.iter().map(|contract| contract.account.code_hash));
    assert_eq!(codes, ethereums.codes.into_keys().collect());
    assert_eq!((answer.codes.len(), committed.codes.len()), (17, 20));
    let keys: BTreeSet<_> = answer.keys.iter().cloned().collect();
    for address in [BEACON_ROOTS, BLOCK_HASHES, mainnet::FEE_RECIPIENT] {
        assert!(keys.contains(address.as_slice()), "{address}");
    }
    for withdrawal in &committed.withdrawals {
        assert!(keys.contains(withdrawal.address.as_slice()));
    }
}

#[test]
fn execute_takes_it_as_it_is() {
    let committed = mainnet::witness();
    let (parent, input) = mainnet::as_surety(&committed);
    let (answer, outcome) = answer(&committed, &parent, &input, &Limits::SURETY);
    let (pre, post) = (parent.state_root, outcome.header.state_root);
    let gas = U256::from(outcome.header.gas_used);
    let trace = build::of_input(of(&answer), 1, pre, None, &input, outcome.header).unwrap();
    assert_eq!(trace.witness, of(&answer), "nothing is left out of it");
    execute(pre, post, &trace, gas).unwrap();
}

/// Blocks of failures, creations, skips and destructions, with a deposit.
#[test]
fn nothing_of_it_can_be_left_out() {
    let (genesis, mut memory) = scenario::genesis();
    let mut parent = Boundary::genesis(&genesis);
    for number in 1..=scenario::BLOCKS {
        let input = scenario::block(number).input();
        let (answer, outcome) = answer(&memory, &parent, &input, &Limits::SURETY);
        for left_out in (0..answer.state.len()).step_by(5) {
            let mut less = answer.clone();
            less.state.remove(left_out);
            let source = of(&less);
            let refused =
                execute_block(&mut Pending::new(&source), &parent, &input, &Limits::SURETY);
            assert!(refused.is_err_and(|error| error.is_unknown()), "block {number}, {left_out}");
        }
        let other = Boundary { state_root: B256::ZERO, ..outcome.boundary.clone() };
        let limits = &Limits::SURETY;
        let refused = witness::of_block(&memory, &parent, &input, limits, &other, Vec::new());
        assert!(matches!(refused, Err(SimulateError::Differs { slot: 1023 })));
        let mut pending = Pending::new(&memory);
        parent = execute_block(&mut pending, &parent, &input, limits).unwrap().boundary;
        let (nodes, codes) = pending.take();
        memory.extend(nodes);
        memory.extend(codes);
    }
}
