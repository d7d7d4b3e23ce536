//! Every byte of a witness counts: with one of them changed the verifier gives no successor at all.

use std::collections::BTreeMap;

use alloy::eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{Address, B256, Bytes, TxKind};
use revm::bytecode::opcode as op;
use surety_engine::machine::{
    Phase, SlotInput, StepContext, StepInfo, StepProof, StepSink, trace_slot,
};

use crate::{
    program::Program,
    scenario::{Scenario, verifier},
};

/// One proof of each kind of step.
#[derive(Default)]
struct Kinds(BTreeMap<(u8, Option<u8>), StepProof>);

impl StepSink for Kinds {
    fn step(&mut self, _: &StepInfo, _: B256) {}

    fn wants_witness(&self, _: u32) -> bool {
        true
    }

    fn witness(&mut self, info: &StepInfo, proof: StepProof) {
        // later steps have larger memories and tries
        self.0.insert((info.phase as u8, info.opcode), proof);
    }
}

fn scenario() -> Scenario {
    let mut scenario = Scenario::new();
    let callee = scenario.contract(
        Address::repeat_byte(0x21),
        &Program::new()
            .with_numbers(op::SSTORE, &[1, 0])
            .store(&[5; 40])
            .with_numbers(op::RETURN, &[0, 50])
            .0,
    );
    scenario.slot(callee, 1, 1);
    let code = Program::new()
        .store(&[7; 100])
        .with_numbers(op::KECCAK256, &[5, 70])
        .with_numbers(op::MLOAD, &[33])
        .with_numbers(op::MSTORE8, &[40, 1])
        .with_numbers(op::CALLDATALOAD, &[0])
        .with_numbers(op::CALLDATACOPY, &[0, 0, 10])
        .with_numbers(op::MCOPY, &[0, 8, 90])
        .with_numbers(op::SLOAD, &[1])
        .with_numbers(op::SSTORE, &[1, 3])
        .with_numbers(op::TSTORE, &[1, 3])
        .with_numbers(op::TLOAD, &[1])
        .with_numbers(op::LOG2, &[0, 50, 1, 2])
        .with(
            op::EXTCODECOPY,
            &[
                callee.into_word().into(),
                0.try_into().unwrap(),
                0.try_into().unwrap(),
                9.try_into().unwrap(),
            ],
        )
        .with(op::BALANCE, &[callee.into_word().into()])
        .call(callee, 50_000, 3, 20, 33)
        .call(Address::with_last_byte(2), 50_000, 0, 50, 32)
        .create(&[op::CALLER, op::SELFDESTRUCT], 3)
        .with_numbers(op::CREATE2, &[0, 0, 2, 1])
        .with_numbers(op::BLOCKHASH, &[299])
        .with_numbers(op::REVERT, &[0, 5]);
    let caller = scenario.contract(Address::repeat_byte(0x22), &code.0);
    scenario.slot(caller, 1, 2);
    scenario.send(1, caller.into(), 300_000, 0, &[1; 40]);
    let item = AccessListItem { address: callee, storage_keys: vec![B256::with_last_byte(1)] };
    scenario.send_with_list(1, callee, 100_000, AccessList(vec![item]));
    scenario.send(1, TxKind::Create, 100_000, 5, &[op::CALLER, op::SELFDESTRUCT]);
    scenario.send(1, TxKind::Create, 100_000, 5, &Program::deploying(&[op::STOP]).0);
    scenario.deposit(callee, 5);
    scenario
}

/// The proofs of one step of each kind of a block with all kinds.
fn proofs() -> Vec<StepProof> {
    let scenario = scenario();
    let limits = scenario.limits;
    let (parent, input, checked) = scenario.into_checked();
    let mut kinds = Kinds::default();
    let mut boundary = &parent;
    for slot in &checked.outcome.slots {
        let slot_input =
            SlotInput { slot: slot.slot.into(), boundary, block: Some(&input), limits: &limits };
        trace_slot(&checked.pending, &slot_input, &mut kinds).unwrap();
        boundary = &slot.boundary;
    }
    for phase in 0..=8 {
        assert!(kinds.0.keys().any(|kind| kind.0 == phase), "no step of phase {phase}");
    }
    kinds.0.into_values().collect()
}

#[test]
fn a_changed_byte_leaves_no_successor() {
    let limits = scenario().limits;
    let mut verifier = verifier(&limits);
    let mut tried = 0;
    for (number, proof) in proofs().iter().enumerate() {
        let witness = proof.witness.encode().unwrap();
        for position in (number % 5..witness.len()).step_by(5) {
            let mut changed = witness.clone();
            changed[position] ^= 1 << (position % 8);
            let result = verifier.next(&proof.context, proof.pre, changed.into());
            assert!(result.is_err(), "byte {position} of {} in {proof:?}", witness.len());
            tried += 1;
        }
    }
    assert!(tried > 10_000);
}

#[test]
fn a_truncated_or_longer_witness_leaves_no_successor() {
    let mut verifier = verifier(&scenario().limits);
    for proof in proofs() {
        let witness = proof.witness.encode().unwrap();
        for kept in (0..witness.len()).step_by(97).chain([witness.len() - 1]) {
            let cut = Bytes::copy_from_slice(&witness[..kept]);
            assert!(verifier.next(&proof.context, proof.pre, cut).is_err());
        }
        let longer = Bytes::from([&witness[..], &[0]].concat());
        assert!(verifier.next(&proof.context, proof.pre, longer).is_err());
        let pre = B256::repeat_byte(1);
        assert!(verifier.next(&proof.context, pre, witness.clone().into()).is_err());
        let other = verifier.next(&proof.context, proof.pre, witness.into()).unwrap();
        assert_eq!(other.0, proof.post);
    }
}

#[test]
fn what_is_not_used_is_refused() {
    let mut verifier = verifier(&scenario().limits);
    for proof in proofs() {
        let mut with_node = proof.witness.clone();
        with_node.nodes.push(Bytes::from_static(&[0xc0; 40]));
        let mut with_code = proof.witness.clone();
        with_code.codes.push(Bytes::from_static(&[1]));
        let mut with_range = proof.witness.clone();
        with_range.ranges.push(Default::default());
        let mut with_record = proof.witness.clone();
        with_record.record = [&proof.witness.record[..], &[1]].concat().into();
        for witness in [with_node, with_code, with_range, with_record] {
            let witness = witness.encode().unwrap();
            assert!(verifier.next(&proof.context, proof.pre, witness.into()).is_err());
        }
    }
}

#[test]
fn the_context_decides_where_a_slot_begins() {
    let mut verifier = verifier(&scenario().limits);
    let boundaries =
        proofs().into_iter().filter(|it| it.witness.machine.phase == Phase::Boundary as u8);
    for proof in boundaries {
        let witness = Bytes::from(proof.witness.encode().unwrap());
        for context in [
            StepContext { in_domain: false, ..proof.context },
            StepContext { step: 1, ..proof.context },
            StepContext { slot: proof.context.slot ^ 1023, ..proof.context },
            StepContext { record_hash: B256::ZERO, ..proof.context },
        ] {
            let result = verifier.next(&context, proof.pre, witness.clone());
            assert!(
                result.map_or(true, |(post, _)| post == proof.pre || context.record_hash.is_zero())
            );
        }
    }
}
