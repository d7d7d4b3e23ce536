//! How steps end, for reports and coverage.

use std::fmt;

use revm::interpreter::InstructionResult;

use crate::execute::skip::Skip;

/// How a step ended. A step that asks for a frame counts as a success when the frame begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// As it was meant to.
    #[default]
    Success,
    /// There was nothing to do: a fixed point.
    Idle,
    /// The frame reverted.
    Revert,
    /// Too little gas for a charge other than the ones below, a creation's code deposit included.
    OutOfGas,
    /// Too little gas to expand memory, or an offset that no gas pays for.
    MemoryOutOfGas,
    /// SSTORE with no more than the stipend
    /// ([EIP-2200](https://eips.ethereum.org/EIPS/eip-2200)).
    Stipend,
    /// An undefined opcode, or 0xfe.
    InvalidOpcode,
    /// Too few items on the stack.
    StackUnderflow,
    /// Too many items on the stack.
    StackOverflow,
    /// A state change in a static call.
    Static,
    /// A jump to anything but a JUMPDEST.
    BadJump,
    /// RETURNDATACOPY beyond the return data.
    ReturnDataBounds,
    /// Call depth 1024: no frame, the caller goes on.
    CallDepth,
    /// Less balance than value: no frame, the caller goes on.
    Balance,
    /// The creator's nonce is 2^64 - 1: no frame, the caller goes on
    /// ([EIP-2681](https://eips.ethereum.org/EIPS/eip-2681)).
    NonceOverflow,
    /// The address of a creation is taken.
    Collision,
    /// Initcode over the limit ([EIP-3860](https://eips.ethereum.org/EIPS/eip-3860)).
    InitcodeSize,
    /// A creation's code over the limit ([EIP-170](https://eips.ethereum.org/EIPS/eip-170)).
    CodeSize,
    /// A creation's code begins with 0xef
    /// ([EIP-3541](https://eips.ethereum.org/EIPS/eip-3541)).
    CodePrefix,
    /// A precompile refused its input.
    PrecompileFailure,
    /// The entry is no transaction here.
    Skipped(Skip),
}

impl Outcome {
    /// What revm says of the end of a frame.
    #[must_use]
    pub const fn of_frame(result: InstructionResult) -> Self {
        use InstructionResult as R;
        match result {
            R::Stop | R::Return | R::SelfDestruct | R::Suspend => Self::Success,
            R::Revert => Self::Revert,
            R::MemoryOOG | R::MemoryLimitOOG | R::InvalidOperandOOG => Self::MemoryOutOfGas,
            R::ReentrancySentryOOG => Self::Stipend,
            R::StackUnderflow => Self::StackUnderflow,
            R::StackOverflow => Self::StackOverflow,
            R::CallNotAllowedInsideStatic | R::StateChangeDuringStaticCall => Self::Static,
            R::InvalidJump => Self::BadJump,
            R::OutOfOffset => Self::ReturnDataBounds,
            R::CallTooDeep => Self::CallDepth,
            R::OutOfFunds | R::OverflowPayment => Self::Balance,
            R::NonceOverflow => Self::NonceOverflow,
            R::CreateCollision => Self::Collision,
            R::CreateInitCodeSizeLimit => Self::InitcodeSize,
            R::CreateContractSizeLimit => Self::CodeSize,
            R::CreateContractStartingWithEF => Self::CodePrefix,
            R::PrecompileError => Self::PrecompileFailure,
            R::OutOfGas | R::PrecompileOOG => Self::OutOfGas,
            // what of these exists in Osaka is an opcode that it does not define
            R::OpcodeNotFound
            | R::InvalidFEOpcode
            | R::NotActivated
            | R::CreateInitCodeStartingEF00
            | R::InvalidEOFInitCode
            | R::InvalidExtDelegateCallTarget
            | R::FatalExternalError
            | R::InvalidImmediateEncoding => Self::InvalidOpcode,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Success => "success",
            Self::Idle => "idle",
            Self::Revert => "revert",
            Self::OutOfGas => "out of gas",
            Self::MemoryOutOfGas => "out of gas for memory",
            Self::Stipend => "no more than the stipend",
            Self::InvalidOpcode => "invalid opcode",
            Self::StackUnderflow => "stack underflow",
            Self::StackOverflow => "stack overflow",
            Self::Static => "static violation",
            Self::BadJump => "bad jump",
            Self::ReturnDataBounds => "return data out of bounds",
            Self::CallDepth => "call depth",
            Self::Balance => "insufficient balance",
            Self::NonceOverflow => "nonce overflow",
            Self::Collision => "address collision",
            Self::InitcodeSize => "initcode size",
            Self::CodeSize => "code size",
            Self::CodePrefix => "code begins with 0xef",
            Self::PrecompileFailure => "precompile failure",
            Self::Skipped(skip) => return write!(f, "skipped: {skip}"),
        };
        f.write_str(name)
    }
}
