//! What can occur: every way in which each kind of step can end, by Osaka's rules.

use std::collections::BTreeSet;

use revm::bytecode::opcode::{self as op, OpCode};
use surety_engine::{
    execute::skip::Skip,
    machine::{Outcome, opcode},
};

/// A kind of step, and a way in which it ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub step: String,
    pub end: String,
}

impl Cell {
    pub fn new(step: impl Into<String>, end: impl Into<String>) -> Self {
        Self { step: step.into(), end: end.into() }
    }
}

/// The step of all opcodes that Osaka does not define.
pub const UNDEFINED: &str = "undefined opcode";
/// The steps that begin a transaction, by its type.
pub const TYPES: [&str; 4] = ["type 0", "type 1", "type 2", "type 4"];

/// Whether Osaka defines `opcode`; 0xfe counts as undefined.
pub fn is_defined(opcode: u8) -> bool {
    // revm's table has opcodes of later forks
    let is_later = matches!(opcode, op::SLOTNUM | op::DUPN | op::SWAPN | op::EXCHANGE);
    !is_later && opcode != op::INVALID && OpCode::new(opcode).is_some()
}

/// The charges of an opcode beside the one for memory: running out of gas is a cell of its own for each.
pub fn charges(opcode: u8) -> &'static [&'static str] {
    match opcode {
        op::STOP | op::RETURN | op::REVERT => &[],
        op::EXP => &["price", "exponent"],
        op::KECCAK256 | op::CALLDATACOPY | op::CODECOPY | op::RETURNDATACOPY | op::MCOPY => {
            &["price", "words"]
        }
        op::BALANCE | op::EXTCODESIZE | op::EXTCODEHASH => &["warm address", "cold address"],
        op::EXTCODECOPY => &["warm address", "cold address", "words"],
        op::SLOAD => &["warm slot", "cold slot"],
        op::SSTORE => &["set", "reset"],
        op::LOG0 => &["price", "data"],
        op::LOG1..=op::LOG4 => &["price", "topics", "data"],
        op::CREATE => &["price", "initcode words"],
        op::CREATE2 => &["price", "initcode words", "hashed words"],
        op::CALL => &[
            "warm address",
            "cold address",
            "value",
            "new account",
            "warm delegate",
            "cold delegate",
        ],
        op::CALLCODE => {
            &["warm address", "cold address", "value", "warm delegate", "cold delegate"]
        }
        op::DELEGATECALL | op::STATICCALL => {
            &["warm address", "cold address", "warm delegate", "cold delegate"]
        }
        op::SELFDESTRUCT => &["price", "cold address", "new account"],
        _ => &["price"],
    }
}

/// Running out of gas at a charge.
pub fn out_of_gas(charge: &str) -> String {
    format!("out of gas: {charge}")
}

fn expands_memory(opcode: u8) -> bool {
    matches!(
        opcode,
        op::KECCAK256
            | op::CALLDATACOPY
            | op::CODECOPY
            | op::EXTCODECOPY
            | op::RETURNDATACOPY
            | op::MLOAD
            | op::MSTORE
            | op::MSTORE8
            | op::MCOPY
            | op::LOG0
            ..=op::LOG4
                | op::CREATE
                | op::CREATE2
                | op::CALL
                | op::CALLCODE
                | op::DELEGATECALL
                | op::STATICCALL
                | op::RETURN
                | op::REVERT
    )
}

fn changes_state(opcode: u8) -> bool {
    matches!(
        opcode,
        op::SSTORE | op::TSTORE | op::LOG0
            ..=op::LOG4 | op::CREATE | op::CREATE2 | op::CALL | op::SELFDESTRUCT
    )
}

/// How `opcode` can end beside what all opcodes share.
fn own_ends(opcode: u8) -> &'static [Outcome] {
    match opcode {
        op::JUMP | op::JUMPI => &[Outcome::BadJump],
        op::RETURNDATACOPY => &[Outcome::ReturnDataBounds],
        op::SSTORE => &[Outcome::Stipend],
        op::CALL | op::CALLCODE => &[Outcome::CallDepth, Outcome::Balance],
        op::DELEGATECALL | op::STATICCALL => &[Outcome::CallDepth],
        op::CREATE | op::CREATE2 => &[Outcome::InitcodeSize],
        op::RETURN => &[Outcome::CodeSize, Outcome::CodePrefix],
        _ => &[],
    }
}

fn of_opcode(opcode: u8) -> Vec<String> {
    let Some(info) = OpCode::new(opcode) else { return Vec::new() };
    let normal = if opcode == op::REVERT { Outcome::Revert } else { Outcome::Success };
    let mut ends = vec![normal];
    ends.extend_from_slice(own_ends(opcode));
    if info.inputs() > 0 {
        ends.push(Outcome::StackUnderflow);
    }
    if info.outputs() > info.inputs() {
        ends.push(Outcome::StackOverflow);
    }
    if changes_state(opcode) {
        ends.push(Outcome::Static);
    }
    let mut ends: Vec<String> = ends.iter().map(Outcome::to_string).collect();
    ends.extend(charges(opcode).iter().map(|charge| out_of_gas(charge)));
    if expands_memory(opcode) {
        ends.push(out_of_gas("memory"));
    }
    if opcode == op::RETURN {
        ends.push(out_of_gas("code deposit"));
    }
    ends
}

/// The precompiles, and whether one can refuse its input.
pub const PRECOMPILES: [(u16, &str, bool); 18] = [
    (0x01, "ECRECOVER", false),
    (0x02, "SHA256", false),
    (0x03, "RIPEMD160", false),
    (0x04, "IDENTITY", false),
    (0x05, "MODEXP", true),
    (0x06, "BN254_ADD", true),
    (0x07, "BN254_MUL", true),
    (0x08, "BN254_PAIRING", true),
    (0x09, "BLAKE2F", true),
    (0x0a, "KZG_POINT_EVALUATION", true),
    (0x0b, "BLS12_G1ADD", true),
    (0x0c, "BLS12_G1MSM", true),
    (0x0d, "BLS12_G2ADD", true),
    (0x0e, "BLS12_G2MSM", true),
    (0x0f, "BLS12_PAIRING_CHECK", true),
    (0x10, "BLS12_MAP_FP_TO_G1", true),
    (0x11, "BLS12_MAP_FP2_TO_G2", true),
    (0x100, "P256VERIFY", false),
];

/// Every reason to skip an entry.
pub const SKIPS: &[Skip] = &[
    Skip::Type,
    Skip::Encoding,
    Skip::NonceRange,
    Skip::GasLimitRange,
    Skip::FeeRange,
    Skip::ValueRange,
    Skip::Callee,
    Skip::AccessList,
    Skip::AuthorizationList,
    Skip::ChainId,
    Skip::SignatureRange,
    Skip::Signer,
    Skip::TransactionGas,
    Skip::BlockGas,
    Skip::InitcodeSize,
    Skip::IntrinsicGas,
    Skip::FloorGas,
    Skip::FeeCap,
    Skip::PriorityFee,
    Skip::SenderCode,
    Skip::Nonce,
    Skip::Funds,
];

/// All cells that can occur.
pub fn possible() -> BTreeSet<Cell> {
    let mut cells = BTreeSet::new();
    let mut add = |step: &str, end: &dyn std::fmt::Display| {
        cells.insert(Cell::new(step, end.to_string()));
    };
    for opcode in (0..=u8::MAX).filter(|opcode| is_defined(*opcode)) {
        for end in of_opcode(opcode) {
            add(opcode::name(opcode), &end);
        }
    }
    add(UNDEFINED, &Outcome::InvalidOpcode);
    for (_, name, can_fail) in PRECOMPILES {
        add(name, &Outcome::Success);
        add(name, &Outcome::OutOfGas);
        if can_fail {
            add(name, &Outcome::PrecompileFailure);
        }
    }
    for absorbing in ["KECCAK256", "LOG", "SHA256", "RIPEMD160", "BLS12_G1MSM", "BLS12_G2MSM"] {
        add(&format!("Absorb of {absorbing}"), &Outcome::Success);
        if absorbing.ends_with("MSM") {
            add(&format!("Absorb of {absorbing}"), &Outcome::PrecompileFailure);
        }
    }
    for creating in ["Create of CREATE", "Create of CREATE2"] {
        add(creating, &Outcome::Success);
        for end in
            [Outcome::CallDepth, Outcome::Balance, Outcome::NonceOverflow, Outcome::Collision]
        {
            add(creating, &end);
        }
    }
    for kind in TYPES {
        for end in ["success", "revert", "halt"] {
            add(kind, &format!("call: {end}"));
            // type 4 has a callee always
            if kind != "type 4" {
                add(kind, &format!("creation: {end}"));
            }
        }
    }
    add("Enter", &Outcome::Success);
    add("Enter", &Outcome::Collision);
    for skip in SKIPS {
        add("Boundary", &Outcome::Skipped(*skip));
    }
    for step in
        ["Boundary", "AccessList", "Authorize", "Copy", "Settle", "Destruct", "Deposits", "Blob"]
    {
        add(step, &Outcome::Success);
    }
    add("Boundary", &Outcome::Idle);
    cells
}

/// A reason to skip that is not in [`SKIPS`] does not compile here.
const _: fn(Skip) = |skip| match skip {
    Skip::Type
    | Skip::Encoding
    | Skip::NonceRange
    | Skip::GasLimitRange
    | Skip::FeeRange
    | Skip::ValueRange
    | Skip::Callee
    | Skip::AccessList
    | Skip::AuthorizationList
    | Skip::ChainId
    | Skip::SignatureRange
    | Skip::Signer
    | Skip::TransactionGas
    | Skip::BlockGas
    | Skip::InitcodeSize
    | Skip::IntrinsicGas
    | Skip::FloorGas
    | Skip::FeeCap
    | Skip::PriorityFee
    | Skip::SenderCode
    | Skip::Nonce
    | Skip::Funds => {}
};
