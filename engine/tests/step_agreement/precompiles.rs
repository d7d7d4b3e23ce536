//! Precompiles with inputs of every shape, with exactly their price and a unit less.

use alloy_primitives::{Address, U256};
use revm::bytecode::opcode as op;

use crate::{program::Program, scenario::Scenario};

const P256VERIFY: u64 = 0x100;
const MODEXP: u64 = 5;
const BLAKE2F: u64 = 9;

/// A precompile whose price depends on its input's length alone: the lengths to try and that price.
struct Shape {
    precompile: u64,
    lengths: &'static [u64],
    price: fn(u64) -> u64,
}

const SHAPES: [Shape; 16] = [
    Shape { precompile: 1, lengths: &[0, 127, 128, 129, 300], price: |_| 3_000 },
    Shape { precompile: 2, lengths: &[0, 31, 32, 33], price: |n| 60 + 12 * n.div_ceil(32) },
    Shape { precompile: 3, lengths: &[0, 31, 32, 33], price: |n| 600 + 120 * n.div_ceil(32) },
    Shape { precompile: 4, lengths: &[0, 31, 32, 33], price: |n| 15 + 3 * n.div_ceil(32) },
    Shape { precompile: 6, lengths: &[0, 64, 127, 128, 129, 300], price: |_| 150 },
    Shape { precompile: 7, lengths: &[0, 64, 95, 96, 97, 300], price: |_| 6_000 },
    Shape {
        precompile: 8,
        lengths: &[0, 191, 192, 193, 384],
        price: |n| 45_000 + 34_000 * (n / 192),
    },
    Shape { precompile: 0x0a, lengths: &[0, 191, 192, 193], price: |_| 50_000 },
    Shape { precompile: 0x0b, lengths: &[0, 255, 256, 257], price: |_| 375 },
    Shape { precompile: 0x0c, lengths: &[0, 159, 160, 161], price: |_| 12_000 },
    Shape { precompile: 0x0d, lengths: &[0, 511, 512, 513], price: |_| 600 },
    Shape { precompile: 0x0e, lengths: &[0, 287, 288, 289], price: |_| 22_500 },
    Shape {
        precompile: 0x0f,
        lengths: &[0, 383, 384, 385, 768],
        price: |n| 37_700 + 32_600 * (n / 384),
    },
    Shape { precompile: 0x10, lengths: &[0, 63, 64, 65], price: |_| 5_500 },
    Shape { precompile: 0x11, lengths: &[0, 127, 128, 129], price: |_| 23_800 },
    Shape { precompile: P256VERIFY, lengths: &[0, 159, 160, 161], price: |_| 6_900 },
];

/// STATICCALL with output to 1000, of which a part is copied on.
fn ask(program: Program, precompile: u64, gas: u64, length: u64) -> Program {
    program
        .with_numbers(op::STATICCALL, &[gas, precompile, 0, length, 1_000, 70])
        .op(op::RETURNDATASIZE)
        .op(op::DUP1)
        .ops(&[op::PUSH0, op::PUSH0, op::RETURNDATACOPY])
}

fn run(program: &Program) {
    let mut scenario = Scenario::new();
    let callee = scenario.contract(Address::repeat_byte(0x21), &program.0);
    let caller = Program::new().call(callee, 7_000_000, 0, 0, 0);
    let caller = scenario.contract(Address::repeat_byte(0x22), &caller.0);
    scenario.call(callee, 3_000_000);
    scenario.call(caller, 3_000_000);
    let checked = scenario.check();
    assert_eq!(checked.outcome.executed().filter(|executed| executed.status).count(), 2);
}

#[test]
fn of_every_length_with_its_price_and_less() {
    for shapes in SHAPES.chunks(4) {
        let mut program = Program::new();
        for Shape { precompile, lengths, price } in shapes {
            for length in *lengths {
                let price = price(*length);
                program = ask(program, *precompile, price, *length);
                program = ask(program, *precompile, price - 1, *length);
            }
        }
        run(&program);
    }
}

#[test]
fn sent_to_directly() {
    for Shape { precompile, lengths, price } in SHAPES {
        let mut scenario = Scenario::new();
        let to = Address::from_word(U256::from(precompile).into());
        for length in lengths {
            // zero bytes: four units each, ten as a floor
            let intrinsic = 21_000 + 4 * length;
            let floor = 21_000 + 10 * length;
            for gas in [intrinsic + price(*length), intrinsic + price(*length) - 1, 200_000] {
                let input = vec![0; *length as usize];
                scenario.send(1, to.into(), gas.max(floor), 0, &input);
                scenario.send(2, to.into(), gas.max(floor), 1, &input);
            }
        }
        let checked = scenario.check();
        assert_eq!(checked.outcome.executed().count(), 6 * lengths.len());
    }
}

#[test]
fn modexp_of_every_length() {
    let limits = [0, 1, 32, 33, 1_024, 1_025].map(U256::from);
    let lengths = limits.into_iter().chain([U256::from(1) << 64, U256::MAX]);
    for (place, length) in lengths.enumerate() {
        let mut program = Program::new();
        for field in 0..3 {
            // the other two are small
            for (word, value) in [(0, 1), (1, 1), (2, 1), (3, 0x0302_0507_u64)] {
                let value = if word == field { length } else { U256::from(value) };
                program = program.with(op::MSTORE, &[U256::from(32 * word), value]);
            }
            for (gas, input) in [(400_000, 99), (400_000, 96), (499, 99), (500, 99), (2_000, 40)] {
                program = ask(program, MODEXP, gas, input);
            }
        }
        // all three, without gas for large ones
        for word in 0..3 {
            program = program.with(op::MSTORE, &[U256::from(32 * word), length]);
        }
        program = ask(program, MODEXP, 40_000, 400);
        program = ask(program, MODEXP, 40_000, 0);
        assert!(place < 8);
        run(&program);
    }
}

#[test]
fn modexp_with_more_input_than_it_takes() {
    let mut program = Program::new();
    for (word, length) in [1_024, 0, 1_024].into_iter().enumerate() {
        program = program.with_numbers(op::MSTORE, &[32 * word as u64, length]);
    }
    program = program.with(op::MSTORE, &[U256::from(96), U256::MAX]);
    program = program.with(op::MSTORE, &[U256::from(96 + 2_040), U256::MAX]);
    for length in [3_167, 3_168, 3_169, 5_000] {
        program = ask(program, MODEXP, 100_000, length);
    }
    run(&program);
}

#[test]
fn blake2f_is_priced_by_its_rounds() {
    let mut program = Program::new();
    for rounds in [0_u64, 1, 12, 70_000] {
        program = program.with(op::MSTORE, &[U256::ZERO, U256::from(rounds) << 224]);
        for flag in [0, 1, 2] {
            program = program.with_numbers(op::MSTORE8, &[212, flag]);
            program = ask(program, BLAKE2F, rounds, 213);
            program = ask(program, BLAKE2F, rounds.saturating_sub(1), 213);
        }
        for length in [0, 212, 214] {
            program = ask(program, BLAKE2F, 100_000, length);
        }
    }
    run(&program);
}
