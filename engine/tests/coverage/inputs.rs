//! Precompiles: success, refusal, a gas less than the price; and data too long for one step.

use alloy_primitives::{Address, U256};
use revm::bytecode::opcode as op;
use surety_engine::rules::limits::DATA_BYTES;

use crate::{
    cells::PRECOMPILES,
    program::Program,
    run::{Reached, is_telling, prove},
    scenario::Scenario,
};

/// An input that is fine, its price, and one that is refused.
fn inputs(precompile: u16) -> (Vec<u8>, u64, Vec<u8>) {
    let zeros = |length| vec![0; length];
    let none = Vec::new();
    match precompile {
        0x01 => (zeros(128), 3_000, none),
        0x02 => (zeros(64), 84, none),
        0x03 => (zeros(64), 840, none),
        0x04 => (zeros(64), 21, none),
        // one byte of each number; a base of 2^248 bytes
        0x05 => {
            let lengths = [31, 63, 95];
            let mut fine = zeros(99);
            lengths.iter().for_each(|at| fine[*at] = 1);
            fine[98] = 5;
            let mut refused = fine.clone();
            refused[0] = 1;
            (fine, 500, refused)
        }
        0x06 => (zeros(128), 150, vec![1; 128]),
        0x07 => (zeros(96), 6_000, vec![1; 96]),
        0x08 => (zeros(192), 79_000, zeros(191)),
        0x09 => {
            let mut fine = zeros(213);
            fine[3] = 12;
            (fine, 12, zeros(212))
        }
        0x0a => (kzg(), 50_000, zeros(192)),
        0x0b => (zeros(256), 375, zeros(255)),
        0x0c => (zeros(160), 12_000, zeros(159)),
        0x0d => (zeros(512), 600, zeros(511)),
        0x0e => (zeros(288), 22_500, zeros(287)),
        0x0f => (zeros(384), 70_300, zeros(383)),
        0x10 => (zeros(64), 5_500, vec![0xff; 64]),
        0x11 => (zeros(128), 23_800, vec![0xff; 128]),
        _ => (zeros(160), 6_900, none),
    }
}

/// The zero polynomial is zero everywhere.
fn kzg() -> Vec<u8> {
    let mut infinity = [0; 48];
    infinity[0] = 0xc0;
    let hash =
        alloy_primitives::hex!("010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014");
    [&hash[..], &[0; 64], &infinity, &infinity].concat()
}

pub fn run(reached: &mut Reached) {
    short(reached);
    long(reached);
}

/// The least multiple of `element` over what one step takes.
fn too_long(element: usize) -> usize {
    (DATA_BYTES as usize / element + 1) * element
}

fn long(reached: &mut Reached) {
    let mut scenario = Scenario::new();
    let hashed = too_long(1) as u64;
    let mut programs = vec![
        Program::new().with_numbers(op::KECCAK256, &[0, hashed]),
        Program::new().with_numbers(op::LOG1, &[0, hashed, 7]),
    ];
    // zeros are good points; a one in the last element's point is not
    for (number, element) in [(0x02, 1), (0x03, 1), (0x0c, 160), (0x0e, 288)] {
        let length = too_long(element) as u64;
        let call = |program: Program| {
            program.with_numbers(op::STATICCALL, &[6_000_000, number, 0, length, 0, 0])
        };
        programs.push(call(Program::new()));
        if element > 1 {
            let at = length - element as u64;
            programs.push(call(Program::new().with_numbers(op::MSTORE8, &[at, 1])));
        }
    }
    scenario.limits.block_gas = 1 << 40;
    for (number, program) in (0x10..).zip(&programs) {
        let caller = scenario.contract(Address::repeat_byte(number), &program.0);
        scenario.call(caller, 7_000_000);
    }
    prove(scenario, reached, is_telling);
}

fn short(reached: &mut Reached) {
    let mut scenario = Scenario::new();
    for (number, _, can_fail) in PRECOMPILES {
        let to = Address::left_padding_from(&number.to_be_bytes());
        let (fine, price, refused) = inputs(number);
        assert_eq!(can_fail, !refused.is_empty());
        let mut attempts = vec![(&fine, price), (&fine, price - 1)];
        if can_fail {
            attempts.push((&refused, 100_000));
        }
        for (place, (input, gas)) in attempts.into_iter().enumerate() {
            let length = U256::from(input.len());
            let arguments = [
                U256::from(gas),
                to.into_word().into(),
                U256::ZERO,
                length,
                U256::ZERO,
                U256::ZERO,
            ];
            let program = Program::new().store(input).with(op::STATICCALL, &arguments);
            let caller = scenario.contract(to.create(place as u64), &program.0);
            scenario.call(caller, 400_000);
        }
    }
    prove(scenario, reached, is_telling);
}
