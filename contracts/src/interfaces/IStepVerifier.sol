// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice Where in a claim a transition stands. It comes from the tournament's storage, never from the prover.
struct StepContext {
    /// Position of the slot in the claim, 0 .. 2^20 - 1.
    uint32 slot;
    /// Position of the step in the slot, 0 .. 2^24 - 1.
    uint32 step;
    /// Whether the slot's block lies inside the claim's domain.
    bool inDomain;
    /// Hash of that block's Inbox record; zero outside the domain.
    bytes32 recordHash;
}

/// @notice The machine's transition function (DESIGN: `next(context, k, machine, witness)`).
interface IStepVerifier {
    /// @notice The one successor of `preState`.
    /// @dev Total: it reverts only for a witness that is malformed or incomplete, and no witness gives a second answer.
    /// @param context where the transition stands
    /// @param preState hash of the machine before it
    /// @param witness what authenticates the parts of the machine that the step touches
    /// @return postState hash of the machine after it
    function next(StepContext calldata context, bytes32 preState, bytes calldata witness)
        external
        view
        returns (bytes32 postState);
}
