//! Lies that revm is made to tell, on the second scenario: right up to the lie's step, wrong there, and consistent after.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use std::collections::BTreeMap;

use alloy_primitives::B256;
use revm::bytecode::opcode as op;
use support::scenario::{BLOCKS, block, genesis};
use surety_engine::{
    execute::{block::execute_slot, boundary::Boundary, pending::Pending},
    fault::{Lie, LieKind, trace_lie},
    machine::{SlotInput, StepInfo, StepSink, trace_slot},
    rules::limits::Limits,
};

/// How many steps a kind is tried at in one slot.
const TRIES: usize = 3;

#[derive(Default)]
struct Steps(Vec<(StepInfo, B256)>);

impl StepSink for Steps {
    fn step(&mut self, info: &StepInfo, post: B256) {
        self.0.push((*info, post));
    }
}

/// Whether a lie of this kind has something to change at `opcode`.
fn fits(kind: LieKind, opcode: u8) -> bool {
    match kind {
        LieKind::Arithmetic => {
            matches!(opcode, op::ADD | op::SUB | op::MUL | op::SLOAD | op::CALLDATALOAD)
        }
        LieKind::Gas | LieKind::StackDepth => {
            matches!(opcode, op::PUSH1 | op::ADD | op::MSTORE | op::POP)
        }
        LieKind::Memory => matches!(opcode, op::MSTORE | op::MSTORE8),
        LieKind::Storage => opcode == op::SSTORE,
        LieKind::CallSuccess | LieKind::Balance => {
            matches!(opcode, op::CALL | op::DELEGATECALL | op::STATICCALL)
        }
        LieKind::Log => (op::LOG0..=op::LOG4).contains(&opcode),
        _ => false,
    }
}

#[test]
fn an_executed_lie_is_right_before_its_step_and_consistent_after() {
    let (genesis, memory) = genesis();
    let mut pending = Pending::new(memory);
    let mut boundary = Boundary::genesis(&genesis);
    let mut consequences: BTreeMap<&str, usize> = BTreeMap::new();
    for number in 1..=BLOCKS {
        let fixture = block(number);
        let block = fixture.input();
        let entries = u16::try_from(fixture.entries.len()).unwrap();
        for slot in (0..=entries).chain([1023]) {
            let position = u32::from(slot);
            let (before, limits) = (boundary.clone(), &Limits::SURETY);
            let input =
                SlotInput { slot: position, boundary: &before, block: Some(&block), limits };
            let mut honest = Steps::default();
            let traced = trace_slot(&pending, &input, &mut honest).unwrap();
            for &kind in LieKind::ALL.iter().filter(|kind| kind.is_executed()) {
                let fitting = honest
                    .0
                    .iter()
                    .filter(|(info, _)| info.opcode.is_some_and(|it| fits(kind, it)));
                for (info, _) in fitting.take(TRIES) {
                    let step = info.index;
                    let lie = Lie { slot: position, step, kind };
                    let told = trace_lie(&pending, &input, lie)
                        .unwrap_or_else(|error| panic!("block {number}, {lie}: {error}"));
                    let Some(told) = told else { continue };
                    if kind == LieKind::CallSuccess && told.traced == traced {
                        // It is refused without a lie, too.
                        continue;
                    }
                    let at = step as usize;
                    let right: Vec<_> = honest.0[..at].iter().map(|(_, post)| *post).collect();
                    assert_eq!(told.leaves[..at], right, "block {number}, {lie}");
                    assert_ne!(told.leaves[at], honest.0[at].1, "block {number}, {lie}");
                    let differs = told.traced.boundary != traced.boundary;
                    *consequences.entry(kind.name()).or_default() += usize::from(differs);
                }
            }
            boundary = execute_slot(&mut pending, &boundary, slot, &block, &Limits::SURETY)
                .unwrap()
                .boundary;
        }
    }
    println!("lies with consequences: {consequences:?}");
    for kind in LieKind::ALL.iter().filter(|kind| kind.is_executed()) {
        assert!(
            consequences.get(kind.name()).is_some_and(|count| *count > 0),
            "{kind}: {consequences:?}"
        );
    }
}
