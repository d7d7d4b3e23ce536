//! Frames: their depth, creations that begin none, and codes that are not deployed.

use alloy_primitives::{Address, B256, TxKind};
use revm::bytecode::opcode as op;
use surety_engine::machine::Outcome;

use crate::{
    cells::{Cell, out_of_gas},
    program::Program,
    run::{Reached, is_telling, prove},
    scenario::{ETHER, Scenario, address},
};

pub fn run(reached: &mut Reached) {
    creations(reached);
    deployments(reached);
    deepest_frames(reached);
}

/// CREATE and CREATE2 with a byte of initcode.
fn creating(value: u64) -> [Program; 2] {
    [
        Program::new().with_numbers(op::CREATE, &[value, 0, 1]),
        Program::new().with_numbers(op::CREATE2, &[value, 0, 1, 9]),
    ]
}

fn creations(reached: &mut Reached) {
    let mut scenario = Scenario::new();
    for (number, [fine, poor]) in (0_u8..).zip(std::array::from_fn::<_, 2, _>(|which| {
        [creating(0)[which].clone(), creating(2 * ETHER as u64)[which].clone()]
    })) {
        let at = |place: u8| Address::repeat_byte(0x10 + 8 * number + place);
        let callers = [
            scenario.contract(at(0), &fine.0),
            scenario.contract(at(1), &poor.0),
            scenario.contract(at(2), &fine.0),
            scenario.contract(at(3), &fine.0),
        ];
        scenario.nonce(at(2), u64::MAX);
        scenario.contract(at(3).create(1), &[op::STOP]);
        scenario.contract(at(3).create2_from_code(B256::with_last_byte(9), [0]), &[op::STOP]);
        for caller in callers {
            scenario.call(caller, 200_000);
        }
    }
    // a transaction whose address is taken
    scenario.contract(address(2).create(0), &[op::STOP]);
    scenario.send(2, TxKind::Create, 200_000, 0, &[op::STOP]);
    prove(scenario, reached, is_telling);
}

/// What creations return, in transactions and deeper.
fn deployments(reached: &mut Reached) {
    let initcodes = [
        Program::deploying(&[op::STOP]),
        Program::deploying(&[0xef, 1]),
        Program::new().with_numbers(op::RETURN, &[0, 24_577]),
        Program::new().with_numbers(op::RETURN, &[0, 1_000]),
    ];
    let mut scenario = Scenario::new();
    for (number, initcode) in (0x10..).zip(&initcodes) {
        scenario.send(1, TxKind::Create, 200_000, 0, &initcode.0);
        let creator = Program::new().create(&initcode.0, 0);
        let creator = scenario.contract(Address::repeat_byte(number), &creator.0);
        scenario.call(creator, 200_000);
    }
    let mut lumped = Reached::new();
    prove(scenario, &mut lumped, is_telling);
    let deposit = lumped.remove(&Cell::new("RETURN", Outcome::OutOfGas.to_string())).unwrap();
    reached.insert(Cell::new("RETURN", out_of_gas("code deposit")), deposit);
    for (cell, count) in lumped {
        *reached.entry(cell).or_default() += count;
    }
}

/// A contract that calls itself as deep as it goes, and there tries all that would begin a frame.
fn deepest_frames(reached: &mut Reached) {
    let mut scenario = Scenario::new();
    scenario.limits.transaction_gas = 1 << 41;
    scenario.limits.block_gas = 1 << 42;
    scenario.fund(address(1), 10_000 * ETHER);
    let mut program = Program(vec![op::PUSH0; 5]).ops(&[op::ADDRESS, op::GAS, op::CALL]);
    // a call that succeeded is not the deepest
    let end = 70;
    program = program.push(alloy_primitives::U256::from(end)).op(op::JUMPI);
    program = program.ops(&[op::PUSH0; 5]).ops(&[op::ADDRESS, op::GAS, op::CALLCODE]);
    for opcode in [op::DELEGATECALL, op::STATICCALL] {
        program = program.ops(&[op::PUSH0; 4]).ops(&[op::ADDRESS, op::GAS, opcode]);
    }
    program = program.ops(&[op::PUSH0; 3]).op(op::CREATE).ops(&[op::PUSH0; 4]).op(op::CREATE2);
    program.0.resize(end, op::STOP);
    let deepest = scenario.contract(Address::repeat_byte(0x71), &program.op(op::JUMPDEST).0);
    // enough for two creations at the bottom
    scenario.call(deepest, 1 << 41);
    let proven = prove(scenario, reached, |step| step.depth == 1024 && is_telling(step));
    let refused = proven.iter().filter(|step| step.info.outcome == Outcome::CallDepth);
    assert_eq!(refused.count(), 6);
}
