//! Every opcode: its success, its halts, and too little gas for each of its charges.

use alloy_primitives::{Address, U256, hex};
use revm::bytecode::opcode::{self as op, OpCode};
use surety_engine::machine::Outcome;

use crate::{
    cells::is_defined,
    program::Program,
    run::Reached,
    scenario::{ETHER, Scenario},
    trial::{self, Trial},
};

const DELEGATED: Address = Address::repeat_byte(0xde);
const DELEGATE: Address = Address::repeat_byte(0xdf);
const TWO_WORDS: U256 = U256::from_limbs([64, 0, 0, 0]);

pub fn run(reached: &mut Reached) {
    let mut trials = Vec::new();
    for opcode in 0..=u8::MAX {
        if !is_defined(opcode) {
            trials.push(Trial::of(opcode, &[]).ending(Outcome::InvalidOpcode));
            continue;
        }
        trials.extend(successes(opcode));
        trials.extend(halts(opcode));
    }
    trial::run(&trials, reached);
}

/// An account that is not there, and that no other opcode makes.
fn nobody(opcode: u8) -> Address {
    Address::with_last_byte(opcode).create(7)
}

fn word(address: Address) -> U256 {
    address.into_word().into()
}

fn numbers<const N: usize>(numbers: [u64; N]) -> [U256; N] {
    numbers.map(U256::from)
}

/// The price of opcodes that have no other charge.
fn price(opcode: u8) -> u64 {
    match opcode {
        op::JUMPDEST => 1,
        op::ADDRESS..=op::CALLVALUE
        | op::CALLDATASIZE
        | op::CODESIZE
        | op::GASPRICE
        | op::RETURNDATASIZE
        | op::COINBASE..=op::CHAINID
        | op::BASEFEE
        | op::BLOBBASEFEE
        | op::POP
        | op::PC..=op::GAS
        | op::PUSH0 => 2,
        op::MUL | op::DIV..=op::SMOD | op::SIGNEXTEND | op::CLZ | op::SELFBALANCE => 5,
        op::ADDMOD | op::MULMOD | op::JUMP => 8,
        op::JUMPI => 10,
        op::BLOCKHASH => 20,
        op::TLOAD | op::TSTORE => 100,
        _ => 3,
    }
}

/// Trials in which `opcode` does what it is for.
fn successes(opcode: u8) -> Vec<Trial> {
    match opcode {
        op::STOP => vec![Trial::of(opcode, &[])],
        op::RETURN => vec![Trial::of(opcode, &[0, 64]).charging(&[("memory", 6)])],
        op::REVERT => {
            let trial = Trial::of(opcode, &[0, 64]).charging(&[("memory", 6)]);
            vec![trial.ending(Outcome::Revert)]
        }
        op::EXP => vec![Trial::of(opcode, &[3, 256]).charging(&[("price", 10), ("exponent", 100)])],
        op::JUMP | op::JUMPI => {
            let arguments: &[u64] = if opcode == op::JUMP { &[3] } else { &[5, 1] };
            let trial = Trial::of(opcode, arguments).charging(&[("price", price(opcode))]);
            vec![trial.followed_by(&[op::JUMPDEST])]
        }
        op::KECCAK256 => {
            let charges = [("price", 30), ("words", 12), ("memory", 6)];
            vec![Trial::of(opcode, &[0, 64]).charging(&charges)]
        }
        op::CALLDATACOPY | op::CODECOPY | op::MCOPY => {
            let charges = [("price", 3), ("words", 6), ("memory", 6)];
            vec![Trial::of(opcode, &[0, 0, 64]).charging(&charges)]
        }
        op::RETURNDATACOPY => {
            let charges = [("price", 3), ("words", 6), ("memory", 6)];
            let arguments = numbers([64, 0, 64]);
            vec![Trial::new(returning(), opcode, &arguments).charging(&charges)]
        }
        op::MLOAD => vec![Trial::of(opcode, &[0]).charging(&[("price", 3), ("memory", 3)])],
        op::MSTORE | op::MSTORE8 => {
            vec![Trial::of(opcode, &[0, 7]).charging(&[("price", 3), ("memory", 3)])]
        }
        op::BALANCE | op::EXTCODESIZE | op::EXTCODEHASH => {
            let arguments = [word(nobody(opcode))];
            vec![
                Trial::new(Program::new(), opcode, &arguments).charging(&[("cold address", 2600)]),
                Trial::new(warming(nobody(opcode)), opcode, &arguments)
                    .charging(&[("warm address", 100)]),
            ]
        }
        op::EXTCODECOPY => {
            let arguments = [word(DELEGATE), U256::ZERO, U256::ZERO, TWO_WORDS];
            let [words, memory] = [("words", 6), ("memory", 6)];
            vec![
                Trial::new(Program::new(), opcode, &arguments)
                    .charging(&[("cold address", 2600), words, memory])
                    .with(delegate),
                Trial::new(warming(DELEGATE), opcode, &arguments)
                    .charging(&[("warm address", 100), words, memory])
                    .with(delegate),
            ]
        }
        op::SLOAD => vec![
            Trial::of(opcode, &[1]).charging(&[("cold slot", 2100)]),
            Trial::new(Program::new().with_numbers(op::SLOAD, &[1]), opcode, &numbers([1]))
                .charging(&[("warm slot", 100)]),
        ],
        op::SSTORE => vec![
            // both with the 2,100 of a cold slot, which alone are less than the stipend
            Trial::of(opcode, &[2, 7]).charging(&[("set", 22_100)]),
            Trial::of(opcode, &[1, 7]).charging(&[("reset", 5_000)]),
        ],
        op::LOG0..=op::LOG4 => {
            let topics = u64::from(opcode - op::LOG0);
            let arguments: Vec<u64> = [0, 64].into_iter().chain(0..topics).collect();
            let mut charges = vec![("price", 375)];
            if topics > 0 {
                charges.push(("topics", 375 * topics));
            }
            charges.extend([("data", 512), ("memory", 6)]);
            vec![Trial::of(opcode, &arguments).charging(&charges)]
        }
        op::CREATE | op::CREATE2 => creations(opcode),
        op::CALL | op::CALLCODE | op::DELEGATECALL | op::STATICCALL => calls(opcode),
        op::SELFDESTRUCT => {
            let charges = [("price", 5_000), ("cold address", 2_600), ("new account", 25_000)];
            vec![Trial::new(Program::new(), opcode, &[word(nobody(opcode))]).charging(&charges)]
        }
        op::PUSH1..=op::PUSH32 => {
            let data = vec![7; usize::from(opcode - op::PUSH0)];
            vec![Trial::of(opcode, &[]).charging(&[("price", 3)]).followed_by(&data)]
        }
        _ => {
            let inputs = OpCode::new(opcode).map_or(0, |opcode| opcode.inputs());
            let arguments: Vec<u64> = (1..=u64::from(inputs)).collect();
            vec![Trial::of(opcode, &arguments).charging(&[("price", price(opcode))])]
        }
    }
}

/// 64 bytes of return data, and as much memory.
fn returning() -> Program {
    let identity = Address::with_last_byte(4);
    Program::new().call_without_value(op::STATICCALL, identity, 100, 64, 0)
}

fn warming(address: Address) -> Program {
    Program::new().with(op::BALANCE, &[word(address)])
}

/// Two accounts: a contract, and one that is delegated to it.
fn delegate(scenario: &mut Scenario, _: Address) {
    scenario.contract(DELEGATE, &[op::STOP]);
    scenario.contract(DELEGATED, &[&hex!("ef0100")[..], DELEGATE.as_slice()].concat());
}

fn creations(opcode: u8) -> Vec<Trial> {
    let mut arguments = vec![0, 0, 64];
    let mut charges = vec![("initcode words", 4), ("memory", 6), ("price", 32_000)];
    if opcode == op::CREATE2 {
        arguments.push(9);
        charges.insert(2, ("hashed words", 12));
    }
    vec![Trial::of(opcode, &arguments).charging(&charges)]
}

/// The arguments of a call without gas.
fn call(opcode: u8, to: Address, value: u64, length: u64) -> Vec<U256> {
    let mut arguments = vec![U256::ZERO, word(to)];
    if matches!(opcode, op::CALL | op::CALLCODE) {
        arguments.push(U256::from(value));
    }
    arguments.extend(numbers([0, length, 0, length]));
    arguments
}

fn calls(opcode: u8) -> Vec<Trial> {
    let trial = |prelude, to, value, length| {
        Trial::new(prelude, opcode, &call(opcode, to, value, length)).with(delegate)
    };
    let mut trials = vec![
        trial(Program::new(), DELEGATE, 0, 64).charging(&[("memory", 6), ("cold address", 2_600)]),
        trial(warming(DELEGATE), DELEGATE, 0, 0).charging(&[("warm address", 100)]),
        trial(Program::new(), DELEGATED, 0, 0)
            .charging(&[("cold address", 2_600), ("cold delegate", 2_600)]),
        trial(warming(DELEGATE), DELEGATED, 0, 0)
            .charging(&[("cold address", 2_600), ("warm delegate", 100)]),
    ];
    if matches!(opcode, op::CALL | op::CALLCODE) {
        let mut charges = vec![("cold address", 2_600), ("value", 9_000)];
        if opcode == op::CALL {
            charges.push(("new account", 25_000));
        }
        trials.push(trial(Program::new(), nobody(opcode), 1, 0).charging(&charges));
        let poor = trial(Program::new(), nobody(opcode), 2 * ETHER as u64, 0);
        trials.push(poor.ending(Outcome::Balance));
    }
    trials
}

/// Trials in which `opcode` halts for another reason than gas.
fn halts(opcode: u8) -> Vec<Trial> {
    let Some(info) = OpCode::new(opcode) else { return Vec::new() };
    let mut trials = Vec::new();
    if info.inputs() > 0 {
        trials.push(Trial::of(opcode, &[]).ending(Outcome::StackUnderflow));
    }
    if info.outputs() > info.inputs() {
        let full = Program(vec![op::PUSH0; 1024]);
        trials.push(Trial::new(full, opcode, &[]).ending(Outcome::StackOverflow));
    }
    let arguments: Vec<u64> = (1..=u64::from(info.inputs())).collect();
    if matches!(
        opcode,
        op::SSTORE | op::TSTORE | op::LOG0
            ..=op::LOG4 | op::CREATE | op::CREATE2 | op::CALL | op::SELFDESTRUCT
    ) {
        trials.push(Trial::of(opcode, &arguments).ending(Outcome::Static).in_static_call());
    }
    match opcode {
        op::JUMP | op::JUMPI => {
            trials.push(Trial::of(opcode, &arguments).ending(Outcome::BadJump));
        }
        op::RETURNDATACOPY => {
            let arguments = numbers([0, 1, 64]);
            let trial = Trial::new(returning(), opcode, &arguments);
            trials.push(trial.ending(Outcome::ReturnDataBounds));
        }
        op::SSTORE => {
            // two pushes before it
            let trial = Trial::of(opcode, &[2, 7]).with_gas(2_306);
            trials.push(trial.ending(Outcome::Stipend));
        }
        op::CREATE | op::CREATE2 => {
            let arguments: &[u64] =
                if opcode == op::CREATE { &[0, 0, 49_153] } else { &[0, 0, 49_153, 1] };
            trials.push(Trial::of(opcode, arguments).ending(Outcome::InitcodeSize));
        }
        _ => {}
    }
    trials
}
