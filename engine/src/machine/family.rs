//! Which contract of the step verifier proves a step. Mirrors `contracts/src/verifier/{Family,Dispatch}.sol`.

use alloy_primitives::hex;

use super::{Phase, StepContext};
use crate::rules::parameters::SLOTS_PER_BLOCK;

/// A contract of the step verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Family(u8);

/// Their names, in the order of the enumeration in Solidity, which the entry's constructor checks.
pub const FAMILIES: [&str; 30] = [
    "Arithmetic",
    "Comparison",
    "Bitwise",
    "StackItems",
    "ControlFlow",
    "Return",
    "Environment",
    "StateReads",
    "MemoryAccess",
    "Copies",
    "Keccak",
    "Log",
    "Storage",
    "Calls",
    "Create",
    "SelfDestruct",
    "FixedPoint",
    "BlockBegin",
    "Blob",
    "TxBegin",
    "AccessList",
    "Authorize",
    "Enter",
    "Precompiles",
    "Copy",
    "Absorb",
    "Creation",
    "Settle",
    "Destruct",
    "BlockEnd",
];

/// A digit an opcode, a line for each sixteen: the family's number. Undefined opcodes halt, in ControlFlow.
const OPCODES: [u8; 128] = hex!(
    "4000000000004444" // STOP, arithmetic
    "1111112222222224" // comparisons, bitwise logic
    "a444444444444444" // KECCAK256
    "6766666969679697" // the call's and transaction's environment, copies, other accounts
    "7666666766644444" // the block's environment
    "3888cc444644cc83" // stack, memory, storage, control flow
    "3333333333333333" // PUSH1 to PUSH16
    "3333333333333333" // PUSH17 to PUSH32
    "3333333333333333" // DUP
    "3333333333333333" // SWAP
    "bbbbb44444444444" // LOG
    "4444444444444444" // none
    "4444444444444444" // none
    "4444444444444444" // none
    "4444444444444444" // none
    "edd5de4444d4454f" // calls, creations, ends of a frame
);

impl Family {
    const FIXED_POINT: Self = Self(16);
    const BLOCK_BEGIN: Self = Self(17);
    const BLOB: Self = Self(18);
    const TX_BEGIN: Self = Self(19);
    const ACCESS_LIST: Self = Self(20);
    const AUTHORIZE: Self = Self(21);
    const ENTER: Self = Self(22);
    const PRECOMPILES: Self = Self(23);
    const COPY: Self = Self(24);
    const ABSORB: Self = Self(25);
    const CREATION: Self = Self(26);
    const SETTLE: Self = Self(27);
    const DESTRUCT: Self = Self(28);
    const BLOCK_END: Self = Self(29);

    /// The one that proves a step at `context` in `phase`; of a running frame, that of its next opcode.
    #[must_use]
    pub fn of(context: &StepContext, phase: Phase, opcode: u8) -> Self {
        match phase {
            Phase::Boundary => Self::of_boundary(context),
            Phase::Running => Self::of_opcode(opcode),
            Phase::AccessList => Self::ACCESS_LIST,
            Phase::Authorize => Self::AUTHORIZE,
            Phase::Enter => Self::ENTER,
            Phase::Precompile => Self::PRECOMPILES,
            Phase::Copy => Self::COPY,
            Phase::Absorb => Self::ABSORB,
            Phase::Create => Self::CREATION,
            Phase::Settle => Self::SETTLE,
            Phase::Destruct => Self::DESTRUCT,
            Phase::Deposits => Self::BLOCK_END,
            Phase::Blob => Self::BLOB,
        }
    }

    /// The one that proves an opcode.
    #[must_use]
    pub fn of_opcode(opcode: u8) -> Self {
        let pair = OPCODES.get(usize::from(opcode / 2)).copied().unwrap_or_default();
        Self(if opcode.is_multiple_of(2) { pair >> 4 } else { pair & 15 })
    }

    fn of_boundary(context: &StepContext) -> Self {
        let slot = u64::from(context.slot) % SLOTS_PER_BLOCK;
        match slot {
            _ if context.step != 0 || !context.in_domain => Self::FIXED_POINT,
            0 => Self::BLOCK_BEGIN,
            slot if slot + 1 == SLOTS_PER_BLOCK => Self::BLOCK_END,
            _ => Self::TX_BEGIN,
        }
    }

    /// The contract's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        FAMILIES.get(usize::from(self.0)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use revm::bytecode::opcode as op;

    use super::*;

    #[test]
    fn each_opcode_has_its_familys_contract() {
        for (opcode, name) in [
            (op::ADD, "Arithmetic"),
            (op::STOP, "ControlFlow"),
            (op::SLT, "Comparison"),
            (op::SLOAD, "Storage"),
            (op::DELEGATECALL, "Calls"),
            (op::CREATE2, "Create"),
            (op::REVERT, "Return"),
            (op::SELFDESTRUCT, "SelfDestruct"),
            (op::LOG4, "Log"),
            (op::PUSH0, "StackItems"),
            (op::BLOCKHASH, "StateReads"),
            (0x0c, "ControlFlow"),
        ] {
            assert_eq!(Family::of_opcode(opcode).name(), name, "0x{opcode:02x}");
        }
    }

    #[test]
    fn a_boundary_is_proven_by_where_it_stands() {
        let at = |slot, step, in_domain| {
            let context = StepContext { slot, step, in_domain, ..StepContext::default() };
            Family::of(&context, Phase::Boundary, 0).name()
        };
        assert_eq!(at(1024, 0, true), "BlockBegin");
        assert_eq!(at(1025, 0, true), "TxBegin");
        assert_eq!(at(1023, 0, true), "BlockEnd");
        assert_eq!(at(1, 1, true), "FixedPoint");
        assert_eq!(at(1, 0, false), "FixedPoint");
    }
}
