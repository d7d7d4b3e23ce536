//! Everything in a witness counts: with one thing wrong the verifier gives no successor, or the right one.

use alloy::eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{Address, B256, Bytes, TxKind};
use revm::bytecode::opcode as op;
use surety_engine::{
    conformance::mutate::{self, Targets},
    machine::{Phase, SlotInput, StepContext, StepProof, trace_slot},
};

use crate::{
    authorizations::authorize,
    program::Program,
    scenario::{Scenario, address, verifier},
};

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
        .with_numbers(op::KECCAK256, &[40, 49_153])
        .call_without_value(op::STATICCALL, Address::with_last_byte(2), 50_000, 50_000, 32)
        .with_numbers(op::REVERT, &[0, 5]);
    let caller = scenario.contract(Address::repeat_byte(0x22), &code.0);
    scenario.slot(caller, 1, 2);
    scenario.send(1, caller.into(), 500_000, 0, &[1; 40]);
    let item = AccessListItem { address: callee, storage_keys: vec![B256::with_last_byte(1)] };
    scenario.send_with_list(1, callee, 100_000, AccessList(vec![item]));
    scenario.send_authorizations(1, callee, 100_000, vec![authorize(7, callee, 0)]);
    scenario.send(1, TxKind::Create, 100_000, 5, &[op::CALLER, op::SELFDESTRUCT]);
    scenario.send(1, TxKind::Create, 100_000, 5, &Program::deploying(&[op::STOP]).0);
    scenario.deposit(callee, 5);
    scenario
}

/// Steps of each kind of a block with all kinds.
fn targets() -> Targets {
    let scenario = scenario();
    let limits = scenario.limits;
    let (parent, input, checked) = scenario.into_checked();
    let mut targets = Targets::new(2);
    let mut boundary = &parent;
    for slot in &checked.outcome.slots {
        let slot_input =
            SlotInput { slot: slot.slot.into(), boundary, block: Some(&input), limits: &limits };
        trace_slot(&checked.pending, &slot_input, &mut targets).unwrap();
        boundary = &slot.boundary;
    }
    let mut scenario = Scenario::new();
    scenario.in_blob = true;
    scenario.call(address(2), 21_000);
    let (parent, input, state) = scenario.into_block();
    let slot_input = SlotInput { slot: 0, boundary: &parent, block: Some(&input), limits: &limits };
    targets.in_blob(true);
    trace_slot(&state, &slot_input, &mut targets).unwrap();
    for phase in 0..=12 {
        assert!(
            targets.iter().any(|target| target.info.phase as u8 == phase),
            "no step of phase {phase}"
        );
    }
    targets
}

fn proofs() -> Vec<StepProof> {
    targets().iter().map(|target| target.proof.clone()).collect()
}

#[test]
fn nothing_wrong_in_witness_or_successor_is_accepted() {
    let mut verifier = verifier(&scenario().limits);
    let tally = mutate::attack_all(&targets(), 5, &mut verifier).unwrap();
    assert!(tally.refused > 20_000, "{tally:?}");
    assert!(tally.successors > 50_000, "{tally:?}");
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
fn the_context_decides_where_a_slot_begins() {
    let mut verifier = verifier(&scenario().limits);
    let boundaries =
        proofs().into_iter().filter(|it| it.witness.machine.phase == Phase::Boundary as u8);
    for proof in boundaries {
        let witness = Bytes::from(proof.witness.encode().unwrap());
        let mut next = |context: StepContext| {
            verifier.next(&context, proof.pre, witness.clone()).ok().map(|(post, _)| post)
        };
        let outside = StepContext { in_domain: false, ..proof.context };
        let later = StepContext { step: 1, ..proof.context };
        for context in [outside, later] {
            // a fixed point, if that needs no record and no range
            assert!(next(context).is_none_or(|post| post == proof.pre));
        }
        let elsewhere = next(StepContext { slot: proof.context.slot ^ 1023, ..proof.context });
        let unrecorded = next(StepContext { record_hash: B256::ZERO, ..proof.context });
        // one entry is taken like another; the first slot alone asks for the record
        let (first, last) = (proof.context.slot == 0, proof.context.slot == 1023);
        assert_eq!(elsewhere, (!first && !last).then_some(proof.post));
        assert_eq!(unrecorded, (!first).then_some(proof.post));
    }
}
