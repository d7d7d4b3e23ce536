//! What a job does (`docs/protocol.md` sections 5 to 7 and 23).

/// The value of `Job.kind`. Mirrors `contracts/src/machine/JobKind.sol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum JobKind {
    /// Warms an access list.
    AccessList = 1,
    /// Copies into the frame's memory.
    Copy = 2,
    /// Applies EIP-7702 authorizations.
    Authorizations = 3,
    /// Hashes the data of KECCAK256.
    Keccak = 4,
    /// Hashes the data of a log.
    Log = 5,
    /// Takes in the input of a precompile.
    Precompile = 6,
    /// Begins the creation that an opcode has paid for.
    Create = 7,
    /// Copies a blob into the block's batch.
    Blob = 8,
}
