//! Data that one step cannot take in: hashed, logged, copied, and given to precompiles.

use alloy_primitives::{Address, TxKind, U256};
use revm::{
    bytecode::opcode as op,
    precompile::bls12_381::{map_fp_to_g1::map_fp_to_g1, map_fp2_to_g2::map_fp2_to_g2},
};
use surety_engine::machine::{JobKind, Phase};

use crate::{
    program::Program,
    scenario::{Checked, Scenario},
};

/// The longest data of one step.
const ONE_STEP: u64 = 49_152;
/// What one Absorb step takes into keccak256.
const SPONGE: u64 = 64 * 136;
/// What one Absorb step takes into SHA-256 or RIPEMD-160.
const BLOCKS: u64 = 128 * 64;
/// What a transaction may use here.
const GAS: u64 = 1 << 30;

const SHA256: u64 = 2;
const RIPEMD160: u64 = 3;
const IDENTITY: u64 = 4;
const G1MSM: u64 = 0x0c;
const G2MSM: u64 = 0x0e;

/// A chain on which gas is no limit.
fn rich() -> Scenario {
    let mut scenario = Scenario::new();
    scenario.limits.transaction_gas = GAS;
    scenario.limits.block_gas = 8 * GAS;
    scenario
}

/// Bytes without a short period.
fn bytes(length: u64) -> Vec<u8> {
    (0..length).map(|place| (place * 7 + place / 251 + place / 8191) as u8).collect()
}

/// A program that begins with its calldata in memory.
fn with_calldata() -> Program {
    Program::new().op(op::CALLDATASIZE).ops(&[op::PUSH0, op::PUSH0, op::CALLDATACOPY])
}

/// STATICCALL of a precompile with `gas`, 40 bytes of its output at 7, and what it returned.
fn ask(precompile: u64, gas: u64, offset: u64, length: u64) -> Vec<u8> {
    Program::new()
        .with_numbers(op::STATICCALL, &[gas, precompile, offset, length, 7, 40])
        .op(op::RETURNDATASIZE)
        .with_numbers(op::MLOAD, &[20])
        .0
}

fn run(program: &Program, calldata: &[u8]) -> Checked {
    let mut scenario = rich();
    let contract = scenario.contract(Address::repeat_byte(0x31), &program.0);
    scenario.send(1, contract.into(), GAS, 0, calldata);
    let checked = scenario.check();
    assert!(checked.outcome.executed().all(|executed| executed.status));
    checked
}

/// How many Absorb steps a job of `kind` took.
fn absorbed(checked: &Checked, kind: JobKind) -> usize {
    let is_of_kind = |phase, job| phase == Phase::Absorb && job == Some(kind);
    checked.report.steps().filter(|(_, step)| is_of_kind(step.phase, step.job)).count()
}

#[test]
fn keccak256_and_logs_around_the_threshold() {
    let longest = 6 * SPONGE + 1;
    let cases = [
        (ONE_STEP, 0),
        (ONE_STEP, 77),
        (ONE_STEP + 1, 0),
        (ONE_STEP + 1, 31),
        (6 * SPONGE - 1, 33),
        (6 * SPONGE, 1),
        (longest, 0),
        (longest, 64),
    ];
    let mut program = with_calldata();
    for (length, offset) in cases {
        program = program
            .with_numbers(op::KECCAK256, &[offset, length])
            .with_numbers(op::LOG0, &[offset, length])
            .with_numbers(op::LOG4, &[offset, length, 1, 2, 3, 4]);
    }
    let checked = run(&program, &bytes(longest + 100));
    let steps: u64 = cases
        .iter()
        .filter(|(length, _)| *length > ONE_STEP)
        .map(|(length, _)| length.div_ceil(SPONGE))
        .sum();
    assert_eq!(absorbed(&checked, JobKind::Keccak) as u64, steps);
    assert_eq!(absorbed(&checked, JobKind::Log) as u64, 2 * steps);
}

#[test]
fn two_megabytes_of_memory() {
    let length = 2_000_003;
    let mut program = Program::new();
    for place in [0, SPONGE - 5, 700_000, length - 20] {
        program = program.with(op::MSTORE, &[U256::from(place), U256::MAX - U256::from(place)]);
    }
    let program = program
        .with_numbers(op::KECCAK256, &[5, length])
        .with_numbers(op::LOG1, &[13, length - 9, 1])
        .ops(&ask(SHA256, GAS, 3, length))
        .ops(&ask(RIPEMD160, GAS, 0, length))
        .ops(&ask(IDENTITY, GAS, 1, length))
        .with_numbers(op::RETURNDATACOPY, &[9, SPONGE - 40, 3_000]);
    let checked = run(&program, &[]);
    assert_eq!(absorbed(&checked, JobKind::Keccak) as u64, length.div_ceil(SPONGE));
    assert_eq!(absorbed(&checked, JobKind::Precompile) as u64, 2 * length.div_ceil(BLOCKS));
}

#[test]
fn logs_that_are_taken_back_and_gas_that_does_not_suffice() {
    let mut scenario = rich();
    let length = ONE_STEP + 33;
    let words = length.div_ceil(32);
    let memory = 3 * words + words * words / 512;
    let hash = Program::new().with_numbers(op::KECCAK256, &[0, length]);
    let log = Program::new().with_numbers(op::LOG2, &[0, length, 1, 2]);
    let pushes = [3 + 2, 3 + 2 + 3 + 3];
    let prices = [30 + 6 * words, 3 * 375 + 8 * length];
    for (place, code) in [&hash, &log].into_iter().enumerate() {
        let exact = pushes[place] + prices[place] + memory;
        let callee = scenario.contract(Address::repeat_byte(0x41 + place as u8), &code.0);
        let mut caller = Program::new();
        for gas in [exact - 1, exact, exact + 1, pushes[place] + memory, 2 * exact] {
            caller = caller.call(callee, gas, 0, 0, 0);
        }
        let caller = caller.call_without_value(op::STATICCALL, callee, 2 * exact, 0, 0);
        let caller = scenario.contract(Address::repeat_byte(0x51 + place as u8), &caller.0);
        scenario.call(caller, 8_000_000);
    }
    let reverting = log.with_numbers(op::REVERT, &[5, ONE_STEP]);
    let reverting = scenario.contract(Address::repeat_byte(0x61), &reverting.0);
    let caller = Program::new()
        .call(reverting, 2_000_000, 0, 0, 300)
        .with_numbers(op::RETURNDATACOPY, &[0, 4, 2_000]);
    let caller = scenario.contract(Address::repeat_byte(0x62), &caller.0);
    scenario.call(caller, 8_000_000);
    scenario.call(reverting, 8_000_000);
    let checked = scenario.check();
    let long = length.div_ceil(SPONGE) as usize;
    // with exactly its gas, a unit more, and plenty; the log not in the static call
    assert_eq!(absorbed(&checked, JobKind::Keccak), 4 * long);
    assert_eq!(absorbed(&checked, JobKind::Log), 5 * long);
}

#[test]
fn sha256_and_ripemd160() {
    let longest = 7 * BLOCKS + 1;
    let mut program = with_calldata();
    let mut steps = 0;
    for (precompile, base, word) in [(SHA256, 60, 12), (RIPEMD160, 600, 120)] {
        for (length, offset) in [
            (ONE_STEP, 41),
            (ONE_STEP + 1, 50),
            (7 * BLOCKS - 1, 65),
            (7 * BLOCKS, 47),
            (longest, 64),
        ] {
            let price = base + word * length.div_ceil(32);
            program = program
                .ops(&ask(precompile, GAS, offset, length))
                .ops(&ask(precompile, price, offset, length))
                .ops(&ask(precompile, price - 1, offset, length));
            steps += if length > ONE_STEP { 2 * length.div_ceil(BLOCKS) } else { 0 };
        }
    }
    let checked = run(&program, &bytes(longest + 70));
    assert_eq!(absorbed(&checked, JobKind::Precompile) as u64, steps);
}

#[test]
fn identity_of_any_length() {
    let program = with_calldata()
        .ops(&ask(IDENTITY, GAS, 100, 59_000))
        .with_numbers(op::RETURNDATACOPY, &[3, 17, 5_000])
        .ops(&ask(IDENTITY, 15 + 3 * 1_844, 47, 59_000))
        .ops(&ask(IDENTITY, 14 + 3 * 1_844, 47, 59_000))
        // into what it was called with
        .with_numbers(op::CALL, &[GAS, IDENTITY, 0, 0, 5_000, 31, 4_000])
        .ops(&ask(IDENTITY, GAS, 0, 0))
        .with_numbers(op::RETURN, &[1, 59_000]);
    run(&program, &bytes(59_100));
}

#[test]
fn transactions_to_precompiles() {
    for precompile in [SHA256, RIPEMD160, IDENTITY, G1MSM] {
        let to = Address::with_last_byte(precompile as u8);
        for data in [vec![0; 50_080], vec![0; 50_079]] {
            let mut scenario = rich();
            scenario.send(1, to.into(), 530_000, 3, &data);
            scenario.send(2, to.into(), 6_000_000, 0, &data);
            let checked = scenario.check();
            assert_eq!(checked.outcome.executed().count(), 2);
        }
    }
}

/// A pair of a point in the group of right order, and a scalar.
fn pair(precompile: u64, number: u8) -> Vec<u8> {
    let is_first = precompile == G1MSM;
    let mut field = vec![number; if is_first { 64 } else { 128 }];
    for (place, byte) in field.iter_mut().enumerate() {
        // numbers of 48 bytes in 64
        if place % 64 < 17 {
            *byte = 0;
        }
    }
    let map = if is_first { map_fp_to_g1 } else { map_fp2_to_g2 };
    let point = map(&field, u64::MAX).unwrap().bytes;
    [&point[..], &[number; 32]].concat()
}

#[test]
fn multiples_of_points() {
    for (precompile, longest) in [(G1MSM, 390), (G2MSM, 215)] {
        let few: Vec<Vec<u8>> = (1..20).map(|number| pair(precompile, number)).collect();
        let size = few[0].len() as u64;
        let data: Vec<u8> = few.iter().cycle().take(longest as usize).flatten().copied().collect();
        let mut program = with_calldata();
        let ask = |program: Program, pairs: u64| {
            // a failure takes all of it
            let arguments = [10_000_000, precompile, 0, pairs * size, 100_000, 300];
            program.with_numbers(op::STATICCALL, &arguments).op(op::RETURNDATASIZE)
        };
        let mut steps = 0;
        for pairs in [1, 128, ONE_STEP / size, ONE_STEP / size + 1, 256, longest] {
            program = ask(program, pairs);
            steps += if pairs * size > ONE_STEP { pairs.div_ceil(128) } else { 0 };
        }
        // a point that is on no curve in the first, in a middle and in the last chunk
        for place in [0, 128, longest - 1] {
            let at = place * size + 40;
            let right = u64::from(data[at as usize]);
            program = program.with_numbers(op::MSTORE8, &[at, right ^ 1]);
            program = ask(program, longest).with_numbers(op::MSTORE8, &[at, right]);
            steps += place / 128 + 1;
        }
        // no multiple of a pair, and too little gas
        program = program
            .with_numbers(op::STATICCALL, &[GAS, precompile, 0, longest * size - 1, 0, 0])
            .with_numbers(op::STATICCALL, &[900_000, precompile, 0, longest * size, 0, 0]);
        let checked = run(&program, &data);
        assert_eq!(absorbed(&checked, JobKind::Precompile) as u64, steps);
    }
}

#[test]
fn initcode_and_code_of_any_length() {
    let mut scenario = rich();
    let program = with_calldata()
        .with_numbers(op::CREATE, &[0, 3, ONE_STEP])
        .with_numbers(op::CREATE2, &[0, 31, ONE_STEP, 9])
        .with_numbers(op::CREATE, &[0, 0, ONE_STEP + 1]);
    let contract = scenario.contract(Address::repeat_byte(0x31), &program.0);
    // the zeros behind it stop the initcode
    scenario.send(1, contract.into(), GAS, 0, &[op::JUMPDEST; 240]);
    let initcode = [&Program::new().with_numbers(op::RETURN, &[0, 24_576]).0[..], &vec![7; 45_000]];
    scenario.send(1, TxKind::Create, GAS, 0, &initcode.concat());
    let checked = scenario.check();
    assert_eq!(checked.outcome.executed().filter(|executed| executed.status).count(), 1);
}
