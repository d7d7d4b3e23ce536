//! Every opcode: with good and with extreme arguments, on an empty and on a full stack, without gas, in a static call.

use alloy_primitives::{Address, U256};
use revm::bytecode::opcode::{self as op, OpCode};

use crate::{program::Program, scenario::Scenario};

fn target(opcode: u8) -> Address {
    Address::with_last_byte(opcode).create(1)
}

/// A contract that calls each of `targets` with `opcode` and so much gas.
fn caller(opcode: u8, targets: impl IntoIterator<Item = (Address, u64)>) -> Vec<u8> {
    let mut program = Program::new();
    for (target, gas) in targets {
        program = match opcode {
            op::CALL => program.call(target, gas, 0, 32, 32),
            _ => program.call_without_value(opcode, target, gas, 32, 32),
        };
        program = program.op(op::POP);
    }
    program.0
}

/// `opcode` on `arguments`, its results stored in memory.
fn with_arguments(opcode: u8, arguments: &[U256]) -> Vec<u8> {
    Program::new().with(opcode, arguments).ops(&[op::PUSH0, op::MSTORE]).0
}

fn inputs(opcode: u8) -> usize {
    OpCode::new(opcode).map_or(0, |opcode| opcode.inputs().into())
}

/// Calls one contract for each opcode with each of `gas`.
fn each_opcode(code: impl Fn(u8) -> Vec<u8>, call: u8, gas: &[u64]) {
    let mut scenario = Scenario::new();
    let opcodes: Vec<u8> = (0..=255).collect();
    for (chunk, opcodes) in opcodes.chunks(16).enumerate() {
        let mut calls = Vec::new();
        for opcode in opcodes {
            scenario.contract(target(*opcode), &code(*opcode));
            calls.extend(gas.iter().map(|gas| (target(*opcode), *gas)));
        }
        let entry = Address::repeat_byte(0x80 + chunk as u8);
        scenario.contract(entry, &caller(call, calls));
        scenario.call(entry, 700_000);
    }
    let checked = scenario.check();
    assert_eq!(checked.outcome.executed().count(), 16);
    assert!(checked.report.passed() > 16 * 16);
}

#[test]
fn on_an_empty_stack() {
    each_opcode(|opcode| vec![opcode], op::CALL, &[20_000]);
}

#[test]
fn with_small_arguments() {
    let code = |opcode| {
        let arguments: Vec<U256> = (1..=inputs(opcode) as u64).map(U256::from).collect();
        with_arguments(opcode, &arguments)
    };
    each_opcode(code, op::CALL, &[30_000]);
}

#[test]
fn with_zeros() {
    let code = |opcode| with_arguments(opcode, &vec![U256::ZERO; inputs(opcode)]);
    each_opcode(code, op::CALL, &[30_000]);
}

#[test]
fn with_huge_arguments() {
    let code = |opcode| with_arguments(opcode, &vec![U256::MAX; inputs(opcode)]);
    each_opcode(code, op::CALL, &[30_000]);
    let code = |opcode| with_arguments(opcode, &vec![U256::from(1) << 255; inputs(opcode)]);
    each_opcode(code, op::CALL, &[30_000]);
}

#[test]
fn in_a_static_call() {
    let code = |opcode| with_arguments(opcode, &vec![U256::from(3); inputs(opcode)]);
    each_opcode(code, op::STATICCALL, &[30_000]);
}

#[test]
fn in_a_delegate_call() {
    let code = |opcode| with_arguments(opcode, &vec![U256::from(3); inputs(opcode)]);
    each_opcode(code, op::DELEGATECALL, &[30_000]);
}

#[test]
fn running_out_of_gas() {
    let code = |opcode| with_arguments(opcode, &vec![U256::from(40); inputs(opcode)]);
    each_opcode(code, op::CALL, &[0, 5, 9, 12, 19, 27, 41, 110]);
    each_opcode(code, op::CALL, &[400, 760, 1_900, 2_105, 2_310, 2_605, 5_005]);
}

#[test]
fn on_a_full_stack() {
    let pushing = (0..=255)
        .filter(|opcode| OpCode::new(*opcode).is_some_and(|it| it.outputs() > it.inputs()));
    for (number, opcode) in pushing.enumerate() {
        // all of them take the same path, so one of each sort does
        let is_repeated = matches!(opcode, op::PUSH2..op::PUSH32 | op::DUP2..op::DUP16);
        if is_repeated || number > 60 {
            continue;
        }
        let mut scenario = Scenario::new();
        let address = target(opcode);
        scenario.contract(address, &Program(vec![op::ADDRESS; 1023]).op(opcode).op(opcode).0);
        scenario.call(address, 60_000);
        scenario.check();
    }
}

#[test]
fn swaps_and_dups_at_every_depth() {
    let mut scenario = Scenario::new();
    for (place, opcode) in (op::DUP1..=op::SWAP16).enumerate() {
        let mut program = Program::new();
        for number in 0..17_u64 {
            program = program.push(U256::from(1000 + number));
        }
        let address = Address::repeat_byte(place as u8 + 1);
        scenario.contract(address, &program.op(opcode).ops(&[op::PUSH0, op::MSTORE]).0);
        scenario.call(address, 50_000);
    }
    scenario.check();
}

#[test]
fn jumps() {
    let mut scenario = Scenario::new();
    let programs = [
        // over an INVALID to a JUMPDEST, then a conditional one not taken and one taken
        vec![
            op::PUSH1,
            4,
            op::JUMP,
            op::INVALID,
            op::JUMPDEST,
            op::PUSH0,
            op::PUSH0,
            op::JUMPI,
            op::PUSH1,
            1,
            op::PUSH1,
            14,
            op::JUMPI,
            op::INVALID,
            op::JUMPDEST,
        ],
        // into the data of a PUSH
        vec![op::PUSH1, 3, op::JUMP, op::PUSH1, op::JUMPDEST],
        vec![op::PUSH1, 4, op::JUMP, op::PUSH1, op::JUMPDEST],
        // beyond the end, far beyond the end, and to itself
        vec![op::PUSH1, 200, op::JUMP],
        Program::new().push(U256::MAX).op(op::JUMP).0,
        Program::new().push(U256::from(1) << 32).op(op::JUMP).0,
        vec![op::PUSH1, 2, op::JUMP],
        // a conditional jump to nowhere that is not taken
        vec![op::PUSH0, op::PUSH1, 99, op::JUMPI, op::PC],
        // a PUSH whose data the code's end cuts
        vec![op::PUSH32, 1, 2, 3],
        vec![op::PUSH2, 1],
        vec![op::PUSH1],
    ];
    for (place, code) in programs.iter().enumerate() {
        let address = Address::repeat_byte(place as u8 + 1);
        scenario.contract(address, code);
        scenario.call(address, 50_000);
    }
    scenario.check();
}

#[test]
fn memory_at_odd_places() {
    let mut scenario = Scenario::new();
    let mut place = 0;
    for offset in [0_u64, 1, 31, 32, 33, 63, 1023, 1024, 5000] {
        place += 1;
        let address = Address::repeat_byte(place);
        let value = U256::MAX - U256::from(offset);
        let at = U256::from(offset);
        let code = Program::new()
            .with(op::MSTORE8, &[at, value])
            .with(op::MSTORE, &[at, value])
            .with(op::MLOAD, &[at + U256::from(1)])
            .op(op::MSIZE)
            .with(op::KECCAK256, &[at, U256::from(offset % 70)])
            .with(op::KECCAK256, &[U256::MAX, U256::ZERO])
            .with(op::MCOPY, &[U256::from(7), at, U256::from(45)])
            .with(op::MCOPY, &[at, U256::from(3), U256::from(2100)])
            .with(op::MCOPY, &[U256::MAX, U256::MAX, U256::ZERO])
            .with(op::LOG0, &[at, U256::from(40)])
            .with(op::LOG2, &[U256::ZERO, U256::ZERO, at, value])
            .with(op::RETURN, &[at, U256::from(77)]);
        scenario.contract(address, &code.0);
        scenario.call(address, 100_000);
    }
    scenario.check();
}

#[test]
fn copies_of_every_source() {
    let mut scenario = Scenario::new();
    let echo = scenario.contract(
        Address::repeat_byte(0xec),
        &Program::new()
            .ops(&[op::CALLDATASIZE, op::PUSH0, op::PUSH0, op::CALLDATACOPY])
            .ops(&[op::CALLDATASIZE, op::PUSH0, op::RETURN])
            .0,
    );
    let cases = [
        (0_u64, 0_u64, 0_u64),
        (0, 0, 100),
        (5, 3, 64),
        (1000, 10, 3000),
        (31, 90, 50),
        (0, 5000, 40),
        (2, 1 << 40, 33),
    ];
    for (place, (to, from, length)) in cases.into_iter().enumerate() {
        let address = Address::repeat_byte(place as u8 + 1);
        let mut code = Program::new()
            .with_numbers(op::CALLDATACOPY, &[to, from, length])
            .with_numbers(op::CODECOPY, &[to + 1, from, length])
            .with(
                op::EXTCODECOPY,
                &[echo.into_word().into(), U256::from(to), U256::from(from), U256::from(length)],
            )
            .with(
                op::EXTCODECOPY,
                &[U256::from(0xdead), U256::from(to), U256::from(from), U256::from(length)],
            )
            .call(echo, 20_000, 0, 2500, 100)
            .op(op::RETURNDATASIZE)
            .with_numbers(op::RETURNDATACOPY, &[to, 7, 2100])
            .with_numbers(op::CALLDATALOAD, &[from]);
        // beyond the return data, which halts
        code = code.with_numbers(op::RETURNDATACOPY, &[to, 2400, 101]);
        scenario.contract(address, &code.0);
        let input: Vec<u8> = (0..150).collect();
        scenario.send(2, address.into(), 200_000, 0, &input);
    }
    scenario.check();
}

#[test]
fn the_environment() {
    let mut scenario = Scenario::new();
    let address = Address::repeat_byte(0xaa);
    let mut program = Program::new();
    for opcode in [
        op::ADDRESS,
        op::ORIGIN,
        op::CALLER,
        op::CALLVALUE,
        op::CALLDATASIZE,
        op::CODESIZE,
        op::GASPRICE,
        op::RETURNDATASIZE,
        op::COINBASE,
        op::TIMESTAMP,
        op::NUMBER,
        op::DIFFICULTY,
        op::GASLIMIT,
        op::CHAINID,
        op::SELFBALANCE,
        op::BASEFEE,
        op::BLOBBASEFEE,
        op::PC,
        op::MSIZE,
        op::GAS,
    ] {
        program = program.op(opcode);
    }
    for number in [0_u64, 43, 44, 298, 299, 300, 301] {
        program = program.with_numbers(op::BLOCKHASH, &[number]);
    }
    program = program
        .with(op::BLOCKHASH, &[U256::MAX])
        .with_numbers(op::BLOBHASH, &[0])
        .with(op::BALANCE, &[crate::scenario::address(1).into_word().into()])
        .with(op::EXTCODEHASH, &[address.into_word().into()])
        .with(op::EXTCODEHASH, &[U256::from(0xdead)])
        .with(op::EXTCODESIZE, &[address.into_word().into()]);
    scenario.contract(address, &program.0);
    scenario.send(3, address.into(), 200_000, 5, &[1, 2, 3]);
    scenario.check();
}

#[test]
fn storage_in_every_transition() {
    let mut scenario = Scenario::new();
    let mut place = 0;
    for original in [0_u64, 1] {
        for first in 0..3_u64 {
            for second in 0..3_u64 {
                place += 1;
                let address = Address::repeat_byte(place);
                let code = Program::new()
                    .with_numbers(op::SSTORE, &[1, first])
                    .with_numbers(op::SLOAD, &[1])
                    .with_numbers(op::SSTORE, &[1, second])
                    .with_numbers(op::SLOAD, &[2])
                    .with_numbers(op::SSTORE, &[2, first])
                    .with_numbers(op::TSTORE, &[1, first])
                    .with_numbers(op::TLOAD, &[1])
                    .with_numbers(op::TSTORE, &[1, second])
                    .with_numbers(op::TLOAD, &[1]);
                scenario.contract(address, &code.0);
                scenario.slot(address, 1, original);
                scenario.slot(address, 77, 5);
                scenario.call(address, 100_000);
                // too little for the sentry of EIP-2200
                scenario.call(address, 21_000 + 2_306);
                scenario.call(address, 21_000 + 2_600);
            }
        }
    }
    scenario.check();
}
