//! Random programs that call each other. The seed is fixed; `STEP_FUZZ_BLOCKS` asks for more blocks than usual.

use alloy_primitives::{Address, B256, TxKind, U256, keccak256};
use revm::bytecode::opcode::{self as op, OpCode};

use crate::{program::Program, scenario::Scenario};

/// Contracts of a block.
const CONTRACTS: u8 = 12;

/// A reproducible source of numbers.
struct Dice(B256);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = keccak256(self.0);
        let (chunk, _) = self.0.split_first_chunk::<8>().unwrap();
        u64::from_be_bytes(*chunk) % bound
    }

    fn word(&mut self) -> U256 {
        self.0 = keccak256(self.0);
        match self.below(60) {
            0 => U256::MAX - U256::from(self.below(40)),
            1 => U256::from(1) << self.below(256),
            2 => U256::from(self.below(1 << 33)),
            3 => self.0.into(),
            4..15 => contract(self.below(CONTRACTS.into()) as u8).into_word().into(),
            15..20 => U256::from(self.below(19)),
            20..30 => U256::from(self.below(2_000)),
            _ => U256::from(self.below(70)),
        }
    }
}

fn contract(number: u8) -> Address {
    Address::repeat_byte(0x30 + number)
}

fn program(dice: &mut Dice) -> Vec<u8> {
    let mut program = Program::new();
    for _ in 0..4 + dice.below(40) {
        // frames and storage are what random bytes hardly reach
        let opcode = match dice.below(10) {
            0 | 1 => {
                [op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL][dice.below(4) as usize]
            }
            2 => [op::SSTORE, op::SLOAD, op::TSTORE, op::TLOAD, op::SSTORE][dice.below(5) as usize],
            3 => [op::CREATE, op::CREATE2, op::LOG1, op::MCOPY][dice.below(4) as usize],
            4 => [op::CODECOPY, op::CALLDATACOPY, op::RETURNDATACOPY, op::EXTCODECOPY]
                [dice.below(4) as usize],
            _ => dice.below(256) as u8,
        };
        let ends = matches!(opcode, op::STOP | op::RETURN | op::REVERT | op::SELFDESTRUCT)
            || OpCode::new(opcode).is_none();
        if ends && dice.below(8) > 0 {
            continue;
        }
        let inputs = OpCode::new(opcode).map_or(0, |opcode| opcode.inputs());
        // sometimes what is on the stack already has to do
        if !(op::DUP1..=op::SWAP16).contains(&opcode) && dice.below(30) > 0 {
            for _ in 0..inputs {
                program = program.push(dice.word());
            }
        }
        program = match opcode {
            op::JUMP | op::JUMPI if dice.below(2) > 0 => program,
            op::PUSH1..=op::PUSH32 => program.push(dice.word()),
            _ => program.op(opcode),
        };
        if dice.below(5) == 0 {
            program = program.op(op::JUMPDEST);
        }
    }
    program.0
}

#[test]
fn random_programs() {
    let blocks = std::env::var("STEP_FUZZ_BLOCKS").map_or(4, |blocks| blocks.parse().unwrap());
    let (mut succeeded, mut total) = (0, 0);
    for block in 0..blocks {
        let mut dice = Dice(keccak256([b'f', b'u', b'z', b'z', block]));
        let mut scenario = Scenario::new();
        for number in 0..CONTRACTS {
            scenario.contract(contract(number), &program(&mut dice));
            scenario.slot(contract(number), dice.below(20), 1 + dice.below(5));
        }
        for _ in 0..25 {
            let input: Vec<u8> = (0..dice.below(100)).map(|_| dice.below(3) as u8).collect();
            let gas = 25_000 + dice.below(250_000);
            let value = u128::from(dice.below(3));
            if dice.below(8) == 0 {
                let initcode = program(&mut dice);
                scenario.send(1, TxKind::Create, 60_000 + gas, value, &initcode);
            } else {
                let to = contract(dice.below(CONTRACTS.into()) as u8);
                scenario.send(1, to.into(), gas, value, &input);
            }
        }
        let checked = scenario.check();
        let executed: Vec<_> = checked.outcome.executed().collect();
        succeeded += executed.iter().filter(|executed| executed.status).count();
        total += executed.len();
    }
    assert!((total / 5..total * 4 / 5).contains(&succeeded), "{succeeded} of {total} succeed");
}
