//! As much memory as 8,000,000 gas pay for, about 2 MB.

use alloy_primitives::{Address, U256};
use revm::bytecode::opcode as op;
use surety_engine::rules::limits::CODE_BYTES;

use crate::{
    codes::padded,
    measure::{Case, End},
    program::Program,
    world::World,
};

const GAS: u64 = 8_000_000;
/// What the cases spend on everything but memory, at most.
const OTHER: u64 = 40_000;

/// The most words of memory in each of `frames` frames at `each` gas a word on top.
fn words(frames: u64, each: u64) -> u64 {
    let price = |words: u64| frames * (words * words / 512 + 3 * words) + each * words;
    let (mut fitting, mut excess) = (0, 1 << 17);
    while excess - fitting > 1 {
        let middle = (fitting + excess) / 2;
        if price(middle) <= GAS - 21_000 - OTHER { fitting = middle } else { excess = middle }
    }
    fitting
}

fn bytes(frames: u64, each: u64) -> u64 {
    32 * words(frames, each)
}

const CALLEE: Address = Address::repeat_byte(0xee);

pub fn cases() -> Vec<Case> {
    let size = bytes(1, 0);
    let copied = bytes(1, 3);
    vec![
        case(
            "2 MB of memory: its last word written and read",
            Program::new()
                .with_numbers(op::MSTORE, &[size - 33, 7])
                .with_numbers(op::MSTORE8, &[size - 1, 7])
                .with_numbers(op::MLOAD, &[size - 33])
                .with_numbers(op::RETURN, &[0, size]),
        ),
        case("2 MB of memory: CALLDATACOPY", copying(op::CALLDATACOPY, copied)),
        case("2 MB of memory: CODECOPY", copying(op::CODECOPY, copied)),
        case(
            "2 MB of memory: EXTCODECOPY",
            Program::new().with(
                op::EXTCODECOPY,
                &[CALLEE.into_word().into(), U256::ZERO, U256::ZERO, U256::from(copied)],
            ),
        ),
        case("2 MB of memory: MCOPY of a half, off its words", {
            let half = bytes(1, 2) / 2;
            Program::new().with_numbers(op::MCOPY, &[half - 1, 2, half - 10])
        }),
        case("2 MB of memory: KECCAK256", {
            let hashed = bytes(1, 9);
            filled(hashed).with_numbers(op::KECCAK256, &[0, hashed])
        }),
        case("0.7 MB of memory: LOG4", {
            let logged = bytes(1, 3 + 8 * 32);
            filled(logged).with_numbers(op::LOG4, &[0, logged, 1, 2, 3, 4])
        }),
        case("1.4 MB of memory returned into as much", {
            let output = bytes(2, 3);
            calling(output, output).op(op::RETURNDATASIZE)
        }),
        case("1.4 MB of memory returned and RETURNDATACOPY", {
            let output = bytes(2, 3);
            calling(output, 0).with_numbers(op::RETURNDATACOPY, &[0, 0, output])
        }),
    ]
}

/// So much memory without zeros.
fn filled(length: u64) -> Program {
    let mut program = Program::new().with(op::MSTORE, &[U256::ZERO, U256::MAX]);
    let mut filled = 32;
    while filled < length {
        let copied = filled.min(length - filled);
        program = program.with_numbers(op::MCOPY, &[filled, 0, copied]);
        filled += copied;
    }
    program
}

fn copying(opcode: u8, length: u64) -> Program {
    Program::new().with_numbers(opcode, &[0, 5, length])
}

/// A call that asks for so many bytes, as its calldata, and copies some of them.
fn calling(length: u64, copied: u64) -> Program {
    let to = CALLEE.into_word().into();
    let [gas, length, none] = [GAS, length, 0].map(U256::from);
    Program::new()
        .with(op::MSTORE, &[none, length])
        .with(op::CALL, &[gas, to, none, none, U256::from(32), none, U256::from(copied)])
}

fn case(name: &'static str, program: Program) -> Case {
    let mut world = World::new();
    let caller =
        world.contract(Address::repeat_byte(0xca), &padded(program.op(op::STOP), CODE_BYTES));
    let returning = Program::new().ops(&[op::PUSH0, op::CALLDATALOAD, op::PUSH0, op::RETURN]);
    world.contract(CALLEE, &padded(returning, CODE_BYTES));
    let mut scenario = world.into_scenario();
    scenario.call(caller, GAS);
    Case::new(name, scenario, End::Success)
}
