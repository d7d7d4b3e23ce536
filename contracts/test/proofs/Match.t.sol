// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Opening} from "../../src/commitment/Opening.sol";
import {Match} from "../../src/tournament/Match.sol";
import {MatchId} from "../../src/types/Ids.sol";
import {MatchState, Outcome, Side} from "../../src/types/MatchState.sol";
import {Proof} from "./Proof.sol";

/// @notice One turn's descent, for all states and openings.
contract MatchProof is Proof {
    using Match for MatchState;

    /// @dev What a turn depends on besides the openings.
    struct Turn {
        bool oneMoves;
        bytes32 nodeOne;
        bytes32 nodeTwo;
        bytes32 agreed;
        uint8 agreedHeight;
        uint8 height;
        uint32 position;
    }

    /// The sides agree on all to the left of the new nodes, and differ in these. Which difference is the first,
    /// OpeningProof says.
    /// @custom:halmos --loop 17
    function check_descend_isToTheFirstDifference(
        Turn calldata turn,
        bytes32[16] calldata own,
        bytes32[16] calldata rival
    ) public pure {
        MatchState memory state = _descended(turn, own, rival);
        uint32 index = Opening.firstDifference(own, rival);
        assert(state.nodeOne == (turn.oneMoves ? own[index] : rival[index]));
        assert(state.nodeTwo == (turn.oneMoves ? rival[index] : own[index]));
        assert(state.height == turn.height - 4);
        assert(state.position == uint256(turn.position) * 16 + index);
        assert(state.agreed == (index == 0 ? turn.agreed : own[index - 1]));
        assert(state.agreedHeight == (index == 0 ? turn.agreedHeight : state.height));
    }

    /// Nobody descends with an opening that is not of its side's node.
    /// @custom:halmos --loop 17
    function check_descend_opensBothNodes(Turn calldata turn, bytes32[16] calldata own, bytes32[16] calldata rival)
        public
        pure
    {
        _descended(turn, own, rival);
        assert(Opening.root(own) == (turn.oneMoves ? turn.nodeOne : turn.nodeTwo));
        assert(Opening.root(rival) == (turn.oneMoves ? turn.nodeTwo : turn.nodeOne));
    }

    /// A position stays inside the tree, and the arithmetic inside its types.
    /// @custom:halmos --loop 17 --panic-error-codes 0x01,0x11
    function check_descend_staysInTheTree(
        Turn calldata turn,
        uint8 treeHeight,
        bytes32[16] calldata own,
        bytes32[16] calldata rival
    ) public pure {
        vm.assume(treeHeight <= 24 && turn.height >= 4 && turn.height <= treeHeight);
        vm.assume(turn.position < uint256(1) << (treeHeight - turn.height));
        MatchState memory state = _descended(turn, own, rival);
        assert(state.position < uint256(1) << (treeHeight - state.height));
    }

    /// A proof lets a side live only if its leaf is the successor.
    function check_proven(MatchState memory state, bytes32 successor) public pure {
        Outcome outcome = state.proven(successor);
        assert(outcome != Outcome.Undecided);
        assert(outcome != Outcome.One || state.nodeOne == successor);
        assert(outcome != Outcome.Two || state.nodeTwo == successor);
        assert((outcome == Outcome.Neither) == (state.nodeOne != successor && state.nodeTwo != successor));
    }

    function _descended(Turn calldata turn, bytes32[16] calldata own, bytes32[16] calldata rival)
        private
        pure
        returns (MatchState memory state)
    {
        state.toMove = turn.oneMoves ? Side.One : Side.Two;
        state.nodeOne = turn.nodeOne;
        state.nodeTwo = turn.nodeTwo;
        state.agreed = turn.agreed;
        state.agreedHeight = turn.agreedHeight;
        state.height = turn.height;
        state.position = turn.position;
        state.descend(MatchId.wrap(0), own, rival);
    }
}
