//! Opcodes in plain words: what their operands mean, and what they do with them.

use revm::bytecode::opcode as op;

/// An opcode in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// What its operands are, the top of the stack first.
    pub(super) operands: &'static [&'static str],
    /// What it does: `{0}`, `{1}`, ... stand for operands, `{=}` for the result, `{self}` for the account whose code runs here.
    pub(super) does: &'static str,
}

const fn words(operands: &'static [&'static str], does: &'static str) -> Words {
    Words { operands, does }
}

/// The words for an opcode; none for one that Osaka does not define.
pub(super) const fn of(opcode: u8) -> Option<Words> {
    Some(match opcode {
        op::STOP => words(&[], "ends the frame with no output"),
        op::ADD => words(&["a", "b"], "adds: {0} + {1} = {=}"),
        op::MUL => words(&["a", "b"], "multiplies: {0} * {1} = {=}"),
        op::SUB => words(&["a", "b"], "subtracts: {0} - {1} = {=}"),
        op::DIV => words(&["a", "b"], "divides: {0} / {1} = {=}"),
        op::SDIV => words(&["a", "b"], "divides signed: {0} / {1} = {=}"),
        op::MOD => words(&["a", "b"], "takes the rest: {0} mod {1} = {=}"),
        op::SMOD => words(&["a", "b"], "takes the signed rest: {0} mod {1} = {=}"),
        op::ADDMOD => words(&["a", "b", "modulus"], "({0} + {1}) mod {2} = {=}"),
        op::MULMOD => words(&["a", "b", "modulus"], "({0} * {1}) mod {2} = {=}"),
        op::EXP => words(&["base", "exponent"], "raises: {0} to the power of {1} = {=}"),
        op::SIGNEXTEND => words(&["bytes", "value"], "extends the sign of {1} from byte {0}: {=}"),
        op::LT => words(&["a", "b"], "compares: {0} < {1} is {=}"),
        op::GT => words(&["a", "b"], "compares: {0} > {1} is {=}"),
        op::SLT => words(&["a", "b"], "compares signed: {0} < {1} is {=}"),
        op::SGT => words(&["a", "b"], "compares signed: {0} > {1} is {=}"),
        op::EQ => words(&["a", "b"], "compares: {0} = {1} is {=}"),
        op::ISZERO => words(&["a"], "compares: {0} = 0 is {=}"),
        op::AND => words(&["a", "b"], "{0} and {1}, bit by bit: {=}"),
        op::OR => words(&["a", "b"], "{0} or {1}, bit by bit: {=}"),
        op::XOR => words(&["a", "b"], "{0} xor {1}, bit by bit: {=}"),
        op::NOT => words(&["a"], "turns every bit of {0}: {=}"),
        op::BYTE => words(&["index", "value"], "takes byte {0} of {1}: {=}"),
        op::SHL => words(&["bits", "value"], "shifts {1} left by {0} bits: {=}"),
        op::SHR => words(&["bits", "value"], "shifts {1} right by {0} bits: {=}"),
        op::SAR => words(&["bits", "value"], "shifts {1} right by {0} bits, signed: {=}"),
        op::CLZ => words(&["value"], "counts the leading zero bits of {0}: {=}"),
        op::KECCAK256 => {
            words(&["offset", "length"], "hashes {1} bytes of memory from {0} with keccak256")
        }
        op::ADDRESS => words(&[], "gives the address of this account: {=}"),
        op::BALANCE => words(&["account"], "reads the balance of {0}: {=}"),
        op::ORIGIN => words(&[], "gives the transaction's sender: {=}"),
        op::CALLER => words(&[], "gives the caller: {=}"),
        op::CALLVALUE => words(&[], "gives the value sent with the call: {=}"),
        op::CALLDATALOAD => words(&["offset"], "reads the word of calldata at {0}: {=}"),
        op::CALLDATASIZE => words(&[], "gives the length of the calldata: {=}"),
        op::CALLDATACOPY => words(
            &["to offset", "offset", "length"],
            "copies {2} bytes of calldata from {1} to memory at {0}",
        ),
        op::CODESIZE => words(&[], "gives the length of the code: {=}"),
        op::CODECOPY => words(
            &["to offset", "offset", "length"],
            "copies {2} bytes of code from {1} to memory at {0}",
        ),
        op::GASPRICE => words(&[], "gives the price of gas: {=}"),
        op::EXTCODESIZE => words(&["account"], "reads the length of the code of {0}: {=}"),
        op::EXTCODECOPY => words(
            &["account", "to offset", "offset", "length"],
            "copies {3} bytes of the code of {0} from {2} to memory at {1}",
        ),
        op::RETURNDATASIZE => words(&[], "gives the length of the last call's output: {=}"),
        op::RETURNDATACOPY => words(
            &["to offset", "offset", "length"],
            "copies {2} bytes of the last call's output from {1} to memory at {0}",
        ),
        op::EXTCODEHASH => words(&["account"], "reads the hash of the code of {0}: {=}"),
        op::BLOCKHASH => words(&["block"], "reads the hash of block {0}: {=}"),
        op::COINBASE => words(&[], "gives the fee recipient: {=}"),
        op::TIMESTAMP => words(&[], "gives the block's time: {=}"),
        op::NUMBER => words(&[], "gives the block's number: {=}"),
        op::DIFFICULTY => words(&[], "gives the block's randomness: {=}"),
        op::GASLIMIT => words(&[], "gives the block's gas limit: {=}"),
        op::CHAINID => words(&[], "gives the chain id: {=}"),
        op::SELFBALANCE => words(&[], "reads the balance of this account: {=}"),
        op::BASEFEE => words(&[], "gives the base fee: {=}"),
        op::BLOBHASH => words(&["index"], "gives the hash of blob {0}: {=}"),
        op::BLOBBASEFEE => words(&[], "gives the base fee of blobs: {=}"),
        op::POP => words(&["value"], "drops {0}"),
        op::MLOAD => words(&["offset"], "reads the word of memory at {0}: {=}"),
        op::MSTORE => words(&["offset", "value"], "writes {1} to memory at {0}"),
        op::MSTORE8 => words(&["offset", "value"], "writes the last byte of {1} to memory at {0}"),
        op::SLOAD => words(&["slot"], "reads storage slot {0} of {self}: {=}"),
        op::SSTORE => words(&["slot", "value"], "writes {1} to storage slot {0} of {self}"),
        op::JUMP => words(&["target"], "jumps to {0}"),
        op::JUMPI => words(&["target", "condition"], "jumps to {0} if {1} is not 0"),
        op::PC => words(&[], "gives the program counter: {=}"),
        op::MSIZE => words(&[], "gives the size of the memory: {=}"),
        op::GAS => words(&[], "gives the gas left: {=}"),
        op::JUMPDEST => words(&[], "marks where jumps may lead, and does nothing"),
        op::TLOAD => words(&["slot"], "reads transient slot {0} of {self}: {=}"),
        op::TSTORE => words(&["slot", "value"], "writes {1} to transient slot {0} of {self}"),
        op::MCOPY => {
            words(&["to offset", "offset", "length"], "copies {2} bytes of memory from {1} to {0}")
        }
        op::PUSH0..=op::PUSH32 => words(&[], "puts {=} on the stack"),
        op::DUP1..=op::DUP16 => words(&[], "puts a copy of an item on the stack: {=}"),
        op::SWAP1..=op::SWAP16 => words(&[], "swaps two items; on top is now {=}"),
        op::LOG0 => words(&["offset", "length"], "logs {1} bytes of memory from {0}"),
        op::LOG1 => {
            words(&["offset", "length", "topic"], "logs {1} bytes of memory from {0} under {2}")
        }
        op::LOG2 => words(
            &["offset", "length", "topic", "topic 2"],
            "logs {1} bytes of memory from {0} under {2} and a topic more",
        ),
        op::LOG3 => words(
            &["offset", "length", "topic", "topic 2", "topic 3"],
            "logs {1} bytes of memory from {0} under {2} and two topics more",
        ),
        op::LOG4 => words(
            &["offset", "length", "topic", "topic 2", "topic 3", "topic 4"],
            "logs {1} bytes of memory from {0} under {2} and three topics more",
        ),
        op::CREATE => words(
            &["value", "offset", "length"],
            "pays for a new contract with {2} bytes of initcode from memory at {1}, giving it {0} wei",
        ),
        op::CREATE2 => words(
            &["value", "offset", "length", "salt"],
            "pays for a new contract with {2} bytes of initcode from memory at {1}, giving it {0} wei, at the address of salt {3}",
        ),
        op::CALL => words(
            &["gas", "callee", "value", "offset", "length", "output offset", "output length"],
            "calls {1} with {2} wei, {4} bytes of memory from {3} and at most {0} gas",
        ),
        op::CALLCODE => words(
            &["gas", "callee", "value", "offset", "length", "output offset", "output length"],
            "runs the code of {1} as this account, with {2} wei, {4} bytes of memory from {3} and at most {0} gas",
        ),
        op::DELEGATECALL => words(
            &["gas", "callee", "offset", "length", "output offset", "output length"],
            "runs the code of {1} as this account, for the same caller, with {3} bytes of memory from {2} and at most {0} gas",
        ),
        op::STATICCALL => words(
            &["gas", "callee", "offset", "length", "output offset", "output length"],
            "calls {1}, which may change nothing, with {3} bytes of memory from {2} and at most {0} gas",
        ),
        op::RETURN => {
            words(&["offset", "length"], "ends the frame and returns {1} bytes of memory from {0}")
        }
        op::REVERT => words(
            &["offset", "length"],
            "undoes all that the frame did, and returns {1} bytes of memory from {0}",
        ),
        op::SELFDESTRUCT => words(&["heir"], "sends all ether of {self} to {0}"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::machine::opcode::items_read;

    #[test]
    fn each_opcode_has_words_with_a_name_for_each_operand_and_no_other_has() {
        for opcode in 0..=u8::MAX {
            let defined = revm::bytecode::opcode::OpCode::new(opcode).is_some()
                && !matches!(
                    opcode,
                    op::SLOTNUM | op::DUPN | op::SWAPN | op::EXCHANGE | op::INVALID
                );
            assert_eq!(of(opcode).is_some(), defined, "0x{opcode:02x}");
            let Some(words) = of(opcode) else { continue };
            if !matches!(opcode, op::DUP1..=op::SWAP16) {
                assert_eq!(words.operands.len(), items_read(opcode), "0x{opcode:02x}");
            }
            for (place, _) in words.operands.iter().enumerate().take(2) {
                let told = words.does.contains(&format!("{{{place}}}"));
                assert!(told, "0x{opcode:02x} does not tell operand {place}");
            }
        }
    }
}
