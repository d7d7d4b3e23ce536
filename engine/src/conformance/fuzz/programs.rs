//! Random programs: statements whose operands fit and lie where the rules change, and now and then ones that do not.

use alloy_primitives::{Address, U256};
use revm::bytecode::opcode::{self as op, OpCode};

use super::{assembler::Assembler, dice::Dice, precompiles};
use crate::rules::limits::{CODE_BYTES, INITCODE_BYTES};

const ENVIRONMENT: [u8; 22] = [
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
    op::PUSH0,
    op::JUMPDEST,
];
const CALLS: [u8; 4] = [op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL];
const COPIES: [u8; 5] =
    [op::CALLDATACOPY, op::CODECOPY, op::EXTCODECOPY, op::RETURNDATACOPY, op::MCOPY];
const ACCOUNTS: [u8; 3] = [op::BALANCE, op::EXTCODESIZE, op::EXTCODEHASH];
/// Prices and stipends: a call with about this much gas fails at one charge or another.
const PRICES: [u64; 22] = [
    0, 1, 2, 3, 5, 8, 20, 30, 40, 100, 200, 375, 700, 2_100, 2_300, 2_600, 2_900, 5_000, 9_000,
    20_000, 25_000, 32_000,
];

/// Writes programs about a world.
#[derive(Debug)]
pub(super) struct Author<'a> {
    pub(super) dice: &'a mut Dice,
    /// The addresses that programs name.
    pub(super) addresses: &'a [Address],
    /// How many creations this program is inside of.
    pub(super) nested: u8,
}

impl Author<'_> {
    /// A program for an account or a creation.
    pub(super) fn program(&mut self) -> Vec<u8> {
        if self.dice.one_in(12) {
            let length = self.dice.index(60);
            return self.dice.bytes(length);
        }
        let mut program = Assembler::default();
        match self.dice.below(120) {
            // the stack is nearly full
            0 => program.raw(&vec![op::PUSH0; 1_013 + self.dice.index(12)]),
            // or there is too little on it
            1..8 => program.op(self.dice.byte()),
            _ => (0..self.dice.below(4)).for_each(|_| program.push(self.dice.word())),
        }
        for _ in 0..1 + self.dice.below(if self.nested > 0 { 6 } else { 40 }) {
            self.statement(&mut program);
            // a destination of jumps has to lie below 2^16
            if program.len() > 4_000 {
                break;
            }
        }
        self.end(&mut program);
        program.finish()
    }

    fn statement(&mut self, program: &mut Assembler) {
        match self.dice.below(100) {
            0..14 => self.arithmetic(program),
            14..24 => self.memory(program),
            24..38 => self.storage(program),
            38..45 => program.op(self.dice.pick(&ENVIRONMENT)),
            45..54 => self.copy(program),
            54..68 => self.call(program),
            68..74 => self.precompile(program),
            74..80 => self.create(program),
            80..84 => self.log(program),
            84..89 => self.look(program),
            89..94 => self.stack(program),
            94..98 => self.jump(program),
            98 if self.dice.one_in(3) => self.end(program),
            98 => self.repeat(program),
            _ => program.op(self.dice.byte()),
        }
    }

    fn arithmetic(&mut self, program: &mut Assembler) {
        let opcode = match self.dice.below(2) {
            0 => op::ADD + self.dice.below(11) as u8,
            _ => op::LT + self.dice.below(15) as u8,
        };
        let inputs = OpCode::new(opcode).map_or(0, |opcode| opcode.inputs());
        let arguments: Vec<U256> = (0..inputs).map(|_| self.dice.word()).collect();
        program.with(opcode, &arguments);
    }

    /// Where in memory, calldata or code: mostly near, sometimes at a bound or beyond what any gas pays for.
    fn offset(&mut self) -> U256 {
        match self.dice.below(120) {
            0 => self.dice.word(),
            1 => U256::from((1_u64 << 32) - self.dice.below(70)),
            2 => U256::from(self.dice.below(70_000)),
            3..12 => U256::from(self.dice.below(3_000)),
            12..30 => U256::from(32 * self.dice.below(40)),
            30..36 => U256::from(1_024 - 2 + self.dice.below(4)),
            _ => U256::from(self.dice.below(70)),
        }
    }

    fn length(&mut self) -> U256 {
        match self.dice.below(4) {
            0 => U256::ZERO,
            _ => self.offset(),
        }
    }

    /// A length about as long as one step takes, or beyond.
    fn long(&mut self) -> U256 {
        let beyond = if self.dice.one_in(2) { 5 } else { 20_000 };
        U256::from(INITCODE_BYTES as u64 - 2 + self.dice.below(beyond))
    }

    fn address(&mut self) -> U256 {
        let address = match self.dice.below(12) {
            0 => self.dice.stranger(),
            1 => Address::with_last_byte(self.dice.below(0x14) as u8),
            // more than an address
            2 => return self.dice.hash().into(),
            _ => self.dice.pick(self.addresses),
        };
        address.into_word().into()
    }

    fn gas(&mut self) -> U256 {
        match self.dice.below(8) {
            0 => self.dice.word(),
            1..4 => U256::from(self.dice.below(200_000)),
            4 => U256::MAX,
            _ => {
                let prices: u64 =
                    (0..1 + self.dice.below(3)).map(|_| self.dice.pick(&PRICES)).sum();
                U256::from((prices + self.dice.below(5)).saturating_sub(2))
            }
        }
    }

    fn wei(&mut self) -> U256 {
        match self.dice.below(12) {
            0 => self.dice.word(),
            1..4 => U256::from(self.dice.below(3)),
            _ => U256::ZERO,
        }
    }

    fn key(&mut self) -> U256 {
        if self.dice.one_in(8) { self.dice.word() } else { U256::from(self.dice.below(5)) }
    }

    fn memory(&mut self, program: &mut Assembler) {
        let opcode =
            self.dice.pick(&[op::MLOAD, op::MSTORE, op::MSTORE8, op::KECCAK256, op::MSTORE]);
        let arguments = match opcode {
            op::KECCAK256 if self.dice.one_in(12) => [self.offset(), self.long()],
            op::KECCAK256 => [self.offset(), self.length()],
            _ => [self.offset(), self.dice.word()],
        };
        program.with(
            opcode,
            arguments.get(..if opcode == op::MLOAD { 1 } else { 2 }).unwrap_or_default(),
        );
    }

    fn storage(&mut self, program: &mut Assembler) {
        let key = self.key();
        match self.dice.pick(&[
            op::SLOAD,
            op::SSTORE,
            op::SSTORE,
            op::SSTORE,
            op::TLOAD,
            op::TSTORE,
        ]) {
            store @ (op::SSTORE | op::TSTORE) => {
                let value = self.key();
                program.with(store, &[key, value]);
            }
            load => program.with(load, &[key]),
        }
    }

    fn copy(&mut self, program: &mut Assembler) {
        let opcode = self.dice.pick(&COPIES);
        let (to, mut from, mut length) = (self.offset(), self.offset(), self.length());
        if opcode == op::RETURNDATACOPY && !self.dice.one_in(6) {
            from = U256::ZERO;
            if self.dice.one_in(2) {
                // all there is
                program.op(op::RETURNDATASIZE);
                program.push(from);
                program.push(to);
                return program.op(opcode);
            }
            length = U256::ZERO;
        }
        let account = self.address();
        match opcode {
            op::EXTCODECOPY => program.with(opcode, &[account, to, from, length]),
            _ => program.with(opcode, &[to, from, length]),
        }
    }

    fn call(&mut self, program: &mut Assembler) {
        let opcode = self.dice.pick(&CALLS);
        let (gas, callee) = (self.gas(), self.address());
        let mut arguments = vec![gas, callee];
        if matches!(opcode, op::CALL | op::CALLCODE) {
            arguments.push(self.wei());
        }
        arguments.extend([self.offset(), self.length(), self.offset(), self.length()]);
        program.with(opcode, &arguments);
        if self.dice.one_in(3) {
            self.storage(program);
        }
    }

    /// A call of a precompile with an input that it takes, or nearly.
    fn precompile(&mut self, program: &mut Assembler) {
        let (precompile, input) = precompiles::input(self.dice);
        let mut length = U256::from(input.len());
        program.load(input, 0);
        // zeros behind it: more than one step takes
        let pair = match precompile.0.0 {
            [.., 0x02 | 0x03] => 1,
            [.., 0x0c] => 160,
            [.., 0x0e] => 288,
            _ => 0,
        };
        if pair > 0 && self.dice.one_in(4) {
            length = self.long();
            length -= length % U256::from(pair);
        }
        let gas = if self.dice.one_in(4) { self.gas() } else { U256::MAX };
        let (opcode, output) = (self.dice.pick(&[op::STATICCALL, op::CALL]), self.offset());
        let mut arguments = vec![gas, precompile.into_word().into()];
        if opcode == op::CALL {
            arguments.push(self.wei());
        }
        arguments.extend([U256::ZERO, length, output, self.length()]);
        program.with(opcode, &arguments);
    }

    fn create(&mut self, program: &mut Assembler) {
        let (value, salt) = (self.wei(), self.key());
        let (mut offset, mut length) = (U256::ZERO, U256::ZERO);
        match self.dice.below(12) {
            0 => (offset, length) = (self.offset(), self.length()),
            1 => length = U256::from(INITCODE_BYTES as u64 - 1 + self.dice.below(3)),
            _ if self.nested > 2 => {}
            _ => {
                let initcode = self.initcode();
                length = U256::from(initcode.len());
                program.load(initcode, 0);
            }
        }
        if self.dice.one_in(2) {
            program.with(op::CREATE, &[value, offset, length]);
        } else {
            program.with(op::CREATE2, &[value, offset, length, salt]);
        }
        if self.dice.one_in(3) {
            // the child is called
            program.raw(&[op::PUSH0; 5]);
            program.op(op::DUP6);
            program.with(op::CALL, &[U256::from(60_000)]);
        }
    }

    /// A creation's code: whatever it does, then mostly code or what cannot be code.
    pub(super) fn initcode(&mut self) -> Vec<u8> {
        self.nested += 1;
        let initcode = match self.dice.below(8) {
            0 => self.program(),
            1 => {
                let mut program = Assembler::default();
                program.with(op::SELFDESTRUCT, &[self.address()]);
                program.finish()
            }
            _ => {
                let mut program = Assembler::default();
                for _ in 0..self.dice.below(3) {
                    self.statement(&mut program);
                }
                let code = match self.dice.below(6) {
                    0 => Vec::new(),
                    1 => [&[0xef][..], &self.dice.bytes(3)].concat(),
                    2 => [&[0xef, 1, 0][..], self.dice.pick(self.addresses).as_slice()].concat(),
                    _ => self.program(),
                };
                let length = match self.dice.below(12) {
                    0 => U256::from(CODE_BYTES as u64 - 1 + self.dice.below(3)),
                    _ => U256::from(code.len()),
                };
                program.load(code, 0);
                let end = if self.dice.one_in(8) { op::REVERT } else { op::RETURN };
                program.with(end, &[U256::ZERO, length]);
                program.finish()
            }
        };
        self.nested -= 1;
        initcode
    }

    fn log(&mut self, program: &mut Assembler) {
        let topics = self.dice.below(5) as u8;
        let length = if self.dice.one_in(40) { self.long() } else { self.length() };
        let mut arguments = vec![self.offset(), length];
        arguments.extend((0..topics).map(|_| self.dice.word()));
        program.with(op::LOG0 + topics, &arguments);
    }

    /// Opcodes that look at something outside.
    fn look(&mut self, program: &mut Assembler) {
        match self.dice.below(6) {
            0 => program.with(op::CALLDATALOAD, &[self.offset()]),
            1 => {
                // around the block's own number
                program.op(op::NUMBER);
                program.push(U256::from(self.dice.below(260)));
                program.raw(&[op::SWAP1, op::SUB, op::BLOCKHASH]);
            }
            2 => program.with(op::BLOCKHASH, &[self.dice.word()]),
            3 => program.with(op::BLOBHASH, &[self.key()]),
            _ => {
                let opcode = self.dice.pick(&ACCOUNTS);
                program.with(opcode, &[self.address()]);
            }
        }
    }

    fn stack(&mut self, program: &mut Assembler) {
        match self.dice.below(8) {
            // more than there may be
            0 => program.op(op::DUP1 + self.dice.below(32) as u8),
            1 => program.op(op::POP),
            2 => {
                let length = 1 + self.dice.index(32);
                let bytes = self.dice.bytes(length);
                program.op(op::PUSH0 + length as u8);
                program.raw(&bytes);
            }
            _ => {
                let place = self.dice.below(16) as u8;
                for _ in 0..=place + 1 {
                    program.push(U256::from(self.dice.below(300)));
                }
                program.op(self.dice.pick(&[op::DUP1, op::SWAP1]) + place);
            }
        }
    }

    fn jump(&mut self, program: &mut Assembler) {
        match self.dice.below(8) {
            // nowhere, or into what is no JUMPDEST
            0 => program.with(op::JUMP, &[self.dice.word()]),
            1 => program.with(op::JUMPI, &[self.dice.word(), self.key()]),
            _ => {
                let conditional = self.dice.one_in(2);
                if conditional {
                    program.push(self.key());
                }
                let label = program.push_label();
                program.op(if conditional { op::JUMPI } else { op::JUMP });
                if self.dice.one_in(4) {
                    // a PUSH in it may make the JUMPDEST data
                    let length = self.dice.index(12);
                    let bytes = self.dice.bytes(length);
                    program.raw(&bytes);
                }
                program.land(label);
            }
        }
    }

    /// A statement several times, or until the stack is full or the gas ends.
    fn repeat(&mut self, program: &mut Assembler) {
        if self.dice.one_in(100) {
            let start = program.destination();
            program.op(self.dice.pick(&[op::PUSH0, op::MSIZE, op::DUP1]));
            return program.with(op::JUMP, &[start]);
        }
        program.push(U256::from(2 + self.dice.below(4)));
        let start = program.destination();
        let (key, value) = (self.key(), self.key());
        program.with(self.dice.pick(&[op::SSTORE, op::TSTORE, op::MSTORE]), &[key, value]);
        program.raw(&[op::PUSH1, 1, op::SWAP1, op::SUB, op::DUP1]);
        program.with(op::JUMPI, &[start]);
    }

    fn end(&mut self, program: &mut Assembler) {
        match self.dice.below(16) {
            0..3 => program.op(op::STOP),
            3..8 => program.with(op::RETURN, &[self.offset(), self.length()]),
            8..11 => program.with(op::REVERT, &[self.offset(), self.length()]),
            11 => program.op(op::INVALID),
            12..15 => program.with(op::SELFDESTRUCT, &[self.address()]),
            // runs off its end
            _ => {}
        }
    }
}
