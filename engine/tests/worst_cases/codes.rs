//! The longest codes, and two of them in one step.

use alloy_primitives::{Address, B256, TxKind, U256};
use revm::bytecode::opcode as op;
use surety_engine::rules::limits::{CODE_BYTES, INITCODE_BYTES};

use crate::{
    measure::{Case, End},
    program::Program,
    scenario::address,
    world::World,
};

const GAS: u64 = 8_000_000;
/// The contract that the transaction `case` creates.
fn created() -> Address {
    address(1).create(0)
}

pub fn cases() -> Vec<Case> {
    vec![
        jump(),
        jump_in_initcode(),
        initcode_from_initcode(),
        deployment_by_transaction(),
        deployment_by_create(),
        foreign_codes(),
        calls(),
        hashes(),
        cheapest_opcodes(),
    ]
}

/// `program` and then JUMPDESTs: the code whose jumps take the longest to check, and which has no zero byte.
pub fn padded(program: Program, length: usize) -> Vec<u8> {
    let mut code = program.0;
    assert!(code.len() <= length);
    code.resize(length, op::JUMPDEST);
    code
}

/// A jump to the last byte.
fn jumping(length: usize) -> Vec<u8> {
    padded(Program::new().with_numbers(op::JUMP, &[length as u64 - 1]), length)
}

fn jump() -> Case {
    let mut world = World::new();
    let callee = world.contract(Address::repeat_byte(0xca), &jumping(CODE_BYTES));
    let mut scenario = world.into_scenario();
    scenario.call(callee, GAS);
    Case::new("24,576 bytes of code, a jump to their end", scenario, End::Success)
}

/// A creation by a transaction with this initcode, which may touch `contracts`.
fn creation(name: &'static str, initcode: &[u8], edit: impl FnOnce(&mut World)) -> Case {
    let mut world = World::new();
    world.vacant(created());
    edit(&mut world);
    let mut scenario = world.into_scenario();
    scenario.send(1, TxKind::Create, GAS, 100, initcode);
    Case { is_scratch_deep: true, ..Case::new(name, scenario, End::Success) }
}

fn jump_in_initcode() -> Case {
    let name = "49,152 bytes of initcode, a jump to their end";
    creation(name, &jumping(INITCODE_BYTES), |_| {})
}

/// What is created jumps to its end.
fn initcode_from_initcode() -> Case {
    let length = INITCODE_BYTES as u64;
    let program = Program::new()
        .ops(&[op::CALLER, op::ORIGIN, op::SUB])
        .push(U256::from(length - 1))
        .op(op::JUMPI)
        .with_numbers(op::CODECOPY, &[0, 0, length])
        .with_numbers(op::CREATE2, &[1, 0, length, 5])
        .op(op::STOP);
    let initcode = padded(program, INITCODE_BYTES);
    let name = "49,152 bytes of initcode created by 49,152 bytes of initcode";
    creation(name, &initcode, |world| {
        world.vacant(created().create2_from_code(B256::with_last_byte(5), &initcode));
    })
}

/// Initcode of full length that deploys code of full length.
fn deploying() -> Vec<u8> {
    let length = CODE_BYTES as u64;
    let program = Program::new()
        .with_numbers(op::CODECOPY, &[0, 1000, length])
        .with_numbers(op::RETURN, &[0, length]);
    padded(program, INITCODE_BYTES)
}

fn deployment_by_transaction() -> Case {
    let name = "24,576 bytes deployed by 49,152 bytes of initcode, a transaction";
    creation(name, &deploying(), |_| {})
}

fn deployment_by_create() -> Case {
    let length = INITCODE_BYTES as u64;
    let program = Program::new()
        .with_numbers(op::CALLDATACOPY, &[0, 0, length])
        .with_numbers(op::CREATE2, &[1, 0, length, 5])
        .op(op::STOP);
    let mut world = World::new();
    let factory = world.contract(Address::repeat_byte(0xfa), &padded(program, CODE_BYTES));
    world.vacant(factory.create2_from_code(B256::with_last_byte(5), deploying()));
    let mut scenario = world.into_scenario();
    scenario.send(1, factory.into(), GAS, 0, &deploying());
    let name = "24,576 bytes deployed by 49,152 bytes of initcode, CREATE2";
    Case::new(name, scenario, End::Success)
}

fn full_contract(number: u8) -> Address {
    Address::repeat_byte(0xc0 + number)
}

fn word(address: Address) -> U256 {
    address.into_word().into()
}

/// A code of full length for each of `count` contracts.
fn full_contracts(world: &mut World, count: u8) {
    for number in 0..count {
        let program = Program::new().op(op::STOP).push(U256::from(number));
        world.contract(full_contract(number), &padded(program, CODE_BYTES));
    }
}

fn foreign_codes() -> Case {
    let length = U256::from(CODE_BYTES);
    let program = Program::new()
        .with(op::EXTCODESIZE, &[word(full_contract(0))])
        .with(op::EXTCODECOPY, &[word(full_contract(1)), U256::ZERO, U256::ZERO, length])
        .with(op::EXTCODEHASH, &[word(full_contract(2))])
        .op(op::STOP);
    let name = "EXTCODESIZE and EXTCODECOPY of 24,576 bytes in 49,152 bytes of initcode";
    creation(name, &padded(program, INITCODE_BYTES), |world| full_contracts(world, 3))
}

fn calls() -> Case {
    let [gas, none] = [U256::from(100_000), U256::ZERO];
    let mut program = Program::new();
    for (number, opcode) in (0..).zip([op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL]) {
        let (to, value) = (word(full_contract(number)), U256::from(1));
        program = match opcode {
            op::CALL | op::CALLCODE => {
                program.with(opcode, &[gas, to, value, none, none, none, none])
            }
            _ => program.with(opcode, &[gas, to, none, none, none, none]),
        };
    }
    let name = "calls of 24,576 bytes from 49,152 bytes of initcode";
    creation(name, &padded(program.op(op::STOP), INITCODE_BYTES), |world| full_contracts(world, 4))
}

/// What reads as much memory in one step as there is.
fn hashes() -> Case {
    let length = INITCODE_BYTES as u64;
    let program = Program::new()
        .with_numbers(op::CODECOPY, &[0, 0, length])
        .with_numbers(op::KECCAK256, &[0, length])
        .with_numbers(op::LOG4, &[0, length, 1, 2, 3, 4])
        .with_numbers(op::REVERT, &[0, length]);
    let name = "49,152 bytes hashed, logged and returned in 49,152 bytes of initcode";
    let case = creation(name, &padded(program, INITCODE_BYTES), |_| {});
    Case { end: End::Failure, ..case }
}

/// The most steps: JUMPDESTs for a gas each, and a jump back.
fn cheapest_opcodes() -> Case {
    let mut code = vec![op::JUMPDEST; CODE_BYTES - 2];
    code.extend([op::PUSH0, op::JUMP]);
    let mut world = World::new();
    let callee = world.contract(Address::repeat_byte(0xca), &code);
    let mut scenario = world.into_scenario();
    scenario.call(callee, GAS);
    Case::new("8,000,000 gas of JUMPDESTs", scenario, End::Failure)
}
