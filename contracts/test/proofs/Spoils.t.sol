// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Share} from "../../src/interfaces/IBonds.sol";
import {PROOF_GAS} from "../../src/rules/RefundGas.sol";
import {Spoils} from "../../src/rules/Spoils.sol";
import {Side} from "../../src/types/MatchState.sol";
import {Move} from "../../src/types/Move.sol";
import {Proof} from "./Proof.sol";

/// @notice How a lost bond is split: for all bonds of 128 bits and all moves, up to five of them.
contract SpoilsProof is Proof {
    /// The bounty and the most that refunds take leave at least half to burn.
    function check_halfBurns(uint128 bond) public pure {
        uint256 bounty = uint256(bond) * Spoils.BOUNTY_PERCENT / 100;
        uint256 refunds = uint256(bond) / Spoils.REFUND_DIVISOR;
        // What division means; the solver would take minutes to find it in the bits.
        vm.assume(bounty * 100 <= uint256(bond) * Spoils.BOUNTY_PERCENT);
        vm.assume(refunds * Spoils.REFUND_DIVISOR <= bond);
        assert(bounty + refunds <= uint256(bond) / 2);
    }

    /// The winner gets 15%. Exactly its moves are served, from the last back, each in full as long as a third of the bond
    /// lasts: a move gets less than its refund only if all of the third went to it and to later ones.
    /// @custom:halmos --array-lengths moves={0,1,2,3,4,5} --loop 7
    function check_shares(uint128 bond, bool one, address owner, Move[] calldata moves) public pure {
        Side winner = one ? Side.One : Side.Two;
        Share[] memory shares = Spoils.shares(bond, winner, owner, moves);
        assert(shares[0].recipient == owner);
        assert(shares[0].amount == uint256(bond) * 15 / 100);
        uint256 left = uint256(bond) / 3;
        uint256 next = 1;
        for (uint256 i = moves.length; i > 0; --i) {
            Move calldata move = moves[i - 1];
            if (move.side != winner) continue;
            Share memory share = shares[next++];
            assert(share.recipient == move.mover);
            assert(share.amount == (move.refund < left ? move.refund : left));
            assert(share.amount <= left);
            left -= share.amount;
        }
        assert(next == shares.length);
    }

    /// A proof is refunded with what it took on L1, its bytes by the dearer of two prices, and never with more than the
    /// dearest step. Sizes and gas are of 64 bits.
    function check_proofGas(uint64 size, uint64 used) public pure {
        uint256 given = Spoils.proofGas(size, used);
        uint256 taken = 16 * uint256(size) + used;
        uint256 floor = 40 * uint256(size);
        uint256 price = taken < floor ? floor : taken;
        assert(given == (price < PROOF_GAS ? price : PROOF_GAS));
    }
}
