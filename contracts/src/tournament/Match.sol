// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Opening} from "../commitment/Opening.sol";
import {Spine} from "../commitment/Spine.sol";
import {ITournament} from "../interfaces/ITournament.sol";
import {ClaimShape} from "../rules/ClaimShape.sol";
import {MatchId} from "../types/Ids.sol";
import {Level, MatchState, Outcome, Phase, Side} from "../types/MatchState.sol";

/// @notice The rules of one match, on its state in memory: who may move, and how a turn descends.
library Match {
    /// @notice Height of the trees of `level`.
    function heightOf(Level level) internal pure returns (uint8) {
        return level == Level.Slots ? ClaimShape.SLOT_HEIGHT : ClaimShape.STEP_HEIGHT;
    }

    /// @notice The other side.
    function other(Side side) internal pure returns (Side) {
        return side == Side.One ? Side.Two : Side.One;
    }

    /// @notice The node of `side`.
    function nodeOf(MatchState memory state, Side side) internal pure returns (bytes32) {
        return side == Side.One ? state.nodeOne : state.nodeTwo;
    }

    /// @notice Reverts unless the match is in phase `expected`; one that is over says so first.
    function requirePhase(MatchId id, Phase actual, Phase expected) internal pure {
        if (actual == expected) return;
        if (actual == Phase.Settled) revert ITournament.AlreadySettled(id);
        if (actual == Phase.Absent) revert ITournament.UnknownMatch(id);
        revert ITournament.WrongPhase(id, actual);
    }

    /// @notice Reverts unless the match stands where the mover believes.
    function requireNode(MatchState memory state, MatchId id, bytes32 node) internal pure {
        bytes32 actual = nodeOf(state, state.toMove);
        if (node != actual) revert ITournament.UnexpectedNode(id, node, actual);
    }

    /// @notice Descends four levels, to the first difference between the openings of the two nodes. The rival has shown its
    /// opening before: with its last turn, or when it joined.
    /// @param own opening of the node of the side to move
    /// @param rival opening of the other side's
    function descend(MatchState memory state, MatchId id, bytes32[16] calldata own, bytes32[16] calldata rival)
        internal
        pure
    {
        requireOpening(nodeOf(state, state.toMove), own);
        requireOpening(nodeOf(state, other(state.toMove)), rival);
        uint32 index = Opening.firstDifference(own, rival);
        if (index == Opening.WIDTH) revert ITournament.NoDifference(id);

        bool oneMoves = state.toMove == Side.One;
        state.nodeOne = oneMoves ? own[index] : rival[index];
        state.nodeTwo = oneMoves ? rival[index] : own[index];
        state.height -= Opening.LEVELS;
        state.position = state.position * Opening.WIDTH + index;
        if (index > 0) {
            state.agreed = own[index - 1];
            state.agreedHeight = state.height;
        }
    }

    /// @notice Stores what a turn has changed, except that the last one changes the phase too.
    function saveTurn(MatchState memory state, MatchState storage stored) internal {
        stored.toMove = state.toMove;
        stored.height = state.height;
        stored.agreedHeight = state.agreedHeight;
        stored.position = state.position;
        stored.clocks = state.clocks;
        stored.nodeOne = state.nodeOne;
        stored.nodeTwo = state.nodeTwo;
        stored.agreed = state.agreed;
        stored.moves = state.moves;
    }

    /// @notice Reverts unless `children` open `node`.
    function requireOpening(bytes32 node, bytes32[16] calldata children) internal pure {
        bytes32 computed = Opening.root(children);
        if (computed != node) revert ITournament.WrongOpening(node, computed);
    }

    /// @notice Reverts unless `leaf` is the last one under `node`, which is `height` levels above it.
    function requireSpine(bytes32 node, uint256 height, bytes32 leaf, bytes32[] calldata spine) internal pure {
        if (spine.length != height) revert ITournament.WrongSpineLength(height, spine.length);
        bytes32 computed = Spine.root(leaf, spine);
        if (computed != node) revert ITournament.WrongSpine(node, computed);
    }

    /// @notice The outcome in which `side` wins.
    function wonBy(Side side) internal pure returns (Outcome) {
        return side == Side.One ? Outcome.One : Outcome.Two;
    }

    /// @notice The outcome when the state after the agreed one is `successor`.
    function proven(MatchState memory state, bytes32 successor) internal pure returns (Outcome) {
        if (state.nodeOne == successor) return Outcome.One;
        if (state.nodeTwo == successor) return Outcome.Two;
        return Outcome.Neither;
    }
}
