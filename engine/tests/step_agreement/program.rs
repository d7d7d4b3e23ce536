//! EVM programs, written as chains of calls.

use alloy_primitives::{Address, U256};
use revm::bytecode::opcode as op;

/// Bytecode under construction.
#[derive(Clone, Debug, Default)]
pub struct Program(pub Vec<u8>);

impl Program {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn op(mut self, opcode: u8) -> Self {
        self.0.push(opcode);
        self
    }

    pub fn ops(mut self, opcodes: &[u8]) -> Self {
        self.0.extend_from_slice(opcodes);
        self
    }

    /// The shortest PUSH of `value`.
    pub fn push(mut self, value: impl Into<U256>) -> Self {
        let bytes = value.into().to_be_bytes_trimmed_vec();
        self.0.push(op::PUSH0 + bytes.len() as u8);
        self.0.extend_from_slice(&bytes);
        self
    }

    pub fn push_address(self, address: Address) -> Self {
        self.push(U256::from_be_bytes(address.into_word().0))
    }

    /// Pushes `arguments` so that the first one is on top, then `opcode`.
    pub fn with(mut self, opcode: u8, arguments: &[U256]) -> Self {
        for argument in arguments.iter().rev() {
            self = self.push(*argument);
        }
        self.op(opcode)
    }

    /// The same with small numbers.
    pub fn with_numbers(self, opcode: u8, arguments: &[u64]) -> Self {
        let arguments: Vec<U256> = arguments.iter().copied().map(U256::from).collect();
        self.with(opcode, &arguments)
    }

    /// Puts `bytes` at the start of memory, padded to words.
    pub fn store(mut self, bytes: &[u8]) -> Self {
        for (word, chunk) in bytes.chunks(32).enumerate() {
            let mut padded = [0; 32];
            padded[..chunk.len()].copy_from_slice(chunk);
            self = self.with(op::MSTORE, &[U256::from(word * 32), U256::from_be_bytes(padded)]);
        }
        self
    }

    /// CALL with all gas but some, `input` bytes from memory 0, `output` bytes to memory 64.
    pub fn call(self, to: Address, gas: u64, value: u64, input: u64, output: u64) -> Self {
        let to = U256::from_be_bytes(to.into_word().0);
        let [gas, value, input, output] = [gas, value, input, output].map(U256::from);
        let at = U256::from(64);
        self.with(op::CALL, &[gas, to, value, U256::ZERO, input, at, output])
    }

    /// DELEGATECALL or STATICCALL, as [`Program::call`].
    pub fn call_without_value(
        self,
        opcode: u8,
        to: Address,
        gas: u64,
        input: u64,
        output: u64,
    ) -> Self {
        let to = U256::from_be_bytes(to.into_word().0);
        let [gas, input, output] = [gas, input, output].map(U256::from);
        self.with(opcode, &[gas, to, U256::ZERO, input, U256::from(64), output])
    }

    /// Initcode that deploys `code`, shorter than 33 bytes.
    pub fn deploying(code: &[u8]) -> Self {
        let length = code.len() as u64;
        Self::new().store(code).with_numbers(op::RETURN, &[0, length])
    }

    /// CREATE of `initcode`, shorter than 33 bytes, with `value`.
    pub fn create(self, initcode: &[u8], value: u64) -> Self {
        let length = initcode.len() as u64;
        self.store(initcode).with_numbers(op::CREATE, &[value, 0, length])
    }
}
