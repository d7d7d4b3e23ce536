// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice What is to be proven: to which boundary some L2 blocks lead.
struct Question {
    /// Whose blocks.
    address rollup;
    /// Hash of the boundary before the first of them, which is proven.
    bytes32 start;
    /// The first block's number.
    uint64 first;
    /// The Inbox's record hash of each block, read on chain.
    bytes32[] records;
}

/// @notice Why evidence proves nothing. It never says that a boundary is wrong.
enum Doubt {
    /// There is no code to ask.
    NoCode,
    /// It was not accepted.
    Refused,
    /// A statement that is known to be false was accepted too: whoever answers says nothing.
    FalseAccepted
}

/// @notice A way to prove boundaries, fixed at deployment. Stateless.
interface IBoundaryProver {
    /// @notice The evidence proves nothing.
    error NotProven(Doubt doubt);

    /// @notice The boundary to which the blocks in `question` lead, as `evidence` proves it.
    /// @dev Reverts with NotProven, or with an error of its own for evidence that is malformed or of something else.
    /// @return boundary hash of the machine after the last of the blocks
    function prove(Question calldata question, bytes calldata evidence) external view returns (bytes32 boundary);
}
