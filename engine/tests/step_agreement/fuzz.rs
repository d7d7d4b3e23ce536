//! Random programs that call each other. The seed is fixed; `STEP_FUZZ_BLOCKS` asks for more blocks than usual.

use alloy::eips::eip7702::{Authorization, SignedAuthorization};
use alloy_primitives::{Address, B256, TxKind, U256, keccak256};
use revm::bytecode::opcode::{self as op, OpCode};

use crate::{
    authorizations::sign,
    program::Program,
    scenario::{CHAIN_ID, ETHER, Scenario, address},
};

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

    fn one_of(&mut self, opcodes: &[u8]) -> u8 {
        opcodes[self.below(opcodes.len() as u64) as usize]
    }

    /// A word of any size.
    fn word(&mut self) -> U256 {
        self.0 = keccak256(self.0);
        match self.below(6) {
            0 => U256::MAX - U256::from(self.below(40)),
            1 => U256::from(1) << self.below(256),
            2 => U256::from(self.below(1 << 33)),
            3 => self.0.into(),
            4 => self.address(),
            _ => U256::from(self.below(19)),
        }
    }

    /// Mostly one that a program survives as offset, length or value.
    fn small(&mut self) -> U256 {
        match self.below(60) {
            0 => self.word(),
            1..6 => U256::from(self.below(2_500)),
            _ => U256::from(self.below(70)),
        }
    }

    fn address(&mut self) -> U256 {
        match self.below(8) {
            0 => U256::from(self.below(19)),
            1 => U256::from(0xdead),
            _ => contract(self.below(CONTRACTS.into()) as u8).into_word().into(),
        }
    }

    /// Arguments for `opcode`, the first one for the top.
    fn arguments(&mut self, opcode: u8) -> Vec<U256> {
        let count = OpCode::new(opcode).map_or(0, |opcode| opcode.inputs());
        let mut arguments: Vec<U256> = match opcode {
            ..=op::SAR | 0x1e => (0..count).map(|_| self.word()).collect(),
            _ => (0..count).map(|_| self.small()).collect(),
        };
        match opcode {
            op::CALL | op::CALLCODE => {
                arguments[0] = U256::from(self.below(60_000));
                arguments[1] = self.address();
                arguments[2] = U256::from(self.below(6).saturating_sub(3));
            }
            op::DELEGATECALL | op::STATICCALL => {
                arguments[0] = U256::from(self.below(60_000));
                arguments[1] = self.address();
            }
            op::BALANCE
            | op::EXTCODESIZE
            | op::EXTCODECOPY
            | op::EXTCODEHASH
            | op::SELFDESTRUCT => {
                arguments[0] = self.address();
            }
            op::RETURNDATACOPY if self.below(4) > 0 => arguments[1..].fill(U256::ZERO),
            _ => {}
        }
        arguments
    }
}

fn contract(number: u8) -> Address {
    Address::repeat_byte(0x30 + number)
}

fn program(dice: &mut Dice) -> Vec<u8> {
    // enough for every DUP and SWAP
    let mut program = (0..17).fold(Program::new(), |program, _| program.push(dice.word()));
    for _ in 0..4 + dice.below(40) {
        // frames and storage are what random bytes hardly reach
        let opcode = match dice.below(10) {
            0 | 1 => dice.one_of(&[op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL]),
            2 => dice.one_of(&[op::SSTORE, op::SLOAD, op::TSTORE, op::TLOAD, op::SSTORE]),
            3 => dice.one_of(&[op::CREATE, op::CREATE2, op::LOG1, op::LOG3, op::MCOPY]),
            4 => {
                dice.one_of(&[op::CODECOPY, op::CALLDATACOPY, op::RETURNDATACOPY, op::EXTCODECOPY])
            }
            _ => dice.below(256) as u8,
        };
        let ends = OpCode::new(opcode).is_none_or(|opcode| opcode.info().is_terminating());
        let jumps = matches!(opcode, op::JUMP | op::JUMPI);
        if (ends || jumps) && dice.below(20) > 0 {
            continue;
        }
        // sometimes what is on the stack already has to do
        if !(op::DUP1..=op::SWAP16).contains(&opcode) && dice.below(50) > 0 {
            for argument in dice.arguments(opcode).into_iter().rev() {
                program = program.push(argument);
            }
        }
        program = match opcode {
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
    assert!((total / 8..total * 7 / 8).contains(&succeeded), "{succeeded} of {total} succeed");
}

/// Authorities that have little in common, with the nonces they are thought to have.
struct Authorities([u64; 8]);

impl Authorities {
    fn authorize(&mut self, dice: &mut Dice) -> SignedAuthorization {
        let number = dice.below(8);
        let key = 5 + number as u8;
        let delegate = match dice.below(6) {
            0 => Address::ZERO,
            1 => address(5 + dice.below(8) as u8),
            2 => Address::with_last_byte(dice.below(19) as u8),
            _ => contract(dice.below(CONTRACTS.into()) as u8),
        };
        let chain_id = U256::from(CHAIN_ID * dice.below(5).min(1) + dice.below(9) / 8);
        let nonce = self.0[number as usize] + dice.below(9) / 8;
        let signed = sign(key, Authorization { chain_id, address: delegate, nonce });
        let spoilt = dice.below(10);
        if spoilt > 1 {
            self.0[number as usize] += 1;
            return signed;
        }
        let parity = signed.y_parity() + 1 + spoilt as u8;
        SignedAuthorization::new_unchecked(signed.inner().clone(), parity, signed.r(), signed.s())
    }
}

#[test]
fn random_authorizations() {
    let mut dice = Dice(keccak256("authorizations"));
    let mut scenario = Scenario::new();
    for number in 0..CONTRACTS {
        scenario.contract(contract(number), &program(&mut dice));
    }
    for key in 5..9 {
        scenario.fund(address(key), ETHER);
    }
    scenario.contract(address(12), &[op::STOP]);
    let mut authorities = Authorities([0; 8]);
    for _ in 0..60 {
        let list = (0..1 + dice.below(5)).map(|_| authorities.authorize(&mut dice)).collect();
        let to = address(5 + dice.below(8) as u8);
        scenario.send_authorizations(1, to, 150_000 + dice.below(40_000), list);
    }
    let checked = scenario.check();
    assert!(checked.outcome.executed().count() > 50);
    let delegated = (5..13).filter(|key| checked.account(address(*key)).nonce > 2).count();
    assert!(delegated > 3, "{delegated} of 8 have delegated more than twice");
}
