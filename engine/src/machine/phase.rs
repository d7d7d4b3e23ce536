//! What a machine is doing: which groups it has and what its next step does (`docs/protocol.md` section 1).

/// The phase of a machine state. Mirrors `contracts/src/machine/Phase.sol`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Phase {
    /// Between slots.
    #[default]
    Boundary = 0,
    /// Warming the transaction's access list.
    AccessList = 1,
    /// About to enter the top frame.
    Enter = 2,
    /// Executing opcodes.
    Running = 3,
    /// About to run the precompile that the frame calls.
    Precompile = 4,
    /// Copying into the frame's memory.
    Copy = 5,
    /// Paying for the transaction, or ending a system call.
    Settle = 6,
    /// Destroying accounts.
    Destruct = 7,
    /// Crediting deposits, then sealing the block.
    Deposits = 8,
    /// Applying the transaction's authorizations.
    Authorize = 9,
    /// Taking a long input into a hash or a sum.
    Absorb = 10,
    /// About to begin the creation that CREATE or CREATE2 has paid for.
    Create = 11,
    /// Copying a blob into the block's batch.
    Blob = 12,
}

impl Phase {
    /// Whether a Frame (and its Call) is present.
    #[must_use]
    pub const fn has_frame(self) -> bool {
        matches!(self, Self::Running | Self::Precompile | Self::Copy | Self::Absorb | Self::Create)
    }

    /// Its name in the protocol.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Boundary => "Boundary",
            Self::AccessList => "AccessList",
            Self::Enter => "Enter",
            Self::Running => "Running",
            Self::Precompile => "Precompile",
            Self::Copy => "Copy",
            Self::Settle => "Settle",
            Self::Destruct => "Destruct",
            Self::Deposits => "Deposits",
            Self::Authorize => "Authorize",
            Self::Absorb => "Absorb",
            Self::Create => "Create",
            Self::Blob => "Blob",
        }
    }
}
