// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Share} from "../interfaces/IBonds.sol";
import {Side} from "../types/MatchState.sol";
import {Move} from "../types/Move.sol";
import {LONGEST_LINE_GAS, PROOF_GAS} from "./RefundGas.sol";

/// @notice How a lost bond is split: at most a third refunds gas to the movers of the winner, 15% is a bounty for the
/// winner, the rest is burned. That is more than half: the honest commitment is deterministic, so an attacker may own it,
/// and only the burn makes attacking oneself cost.
library Spoils {
    /// @dev Refunds take at most one part in this many.
    uint256 internal constant REFUND_DIVISOR = 3;
    /// @dev Bounty, percent.
    uint256 internal constant BOUNTY_PERCENT = 15;
    /// @dev What a mover may pay a block's producer over the base fee, wei.
    uint256 internal constant TIP = 1 gwei;
    /// @dev L1's price of a byte of calldata that is not zero (EIP-2028).
    uint256 private constant BYTE_GAS = 16;
    /// @dev What such a byte takes at least, whatever is executed (EIP-7623).
    uint256 private constant BYTE_FLOOR_GAS = 40;

    /// @notice The least bond whose refunds pay for the longest honest line at `gasPriceCap`.
    function minimumBond(uint256 gasPriceCap) internal pure returns (uint256) {
        return REFUND_DIVISOR * LONGEST_LINE_GAS * gasPriceCap;
    }

    /// @notice What a verb of `gas` is refunded with in this block, wei.
    function refund(uint256 gas, uint256 gasPriceCap) internal view returns (uint256) {
        uint256 price = block.basefee + TIP;
        return gas * (price < gasPriceCap ? price : gasPriceCap);
    }

    /// @notice What a proof of `size` bytes, whose verification took `used` gas, is refunded with, gas.
    function proofGas(uint256 size, uint256 used) internal pure returns (uint256 gas) {
        gas = BYTE_GAS * size + used;
        uint256 floor = BYTE_FLOOR_GAS * size;
        if (gas < floor) gas = floor;
        if (gas > PROOF_GAS) gas = PROOF_GAS;
    }

    /// @notice The hash chain of `moves` in the match whose chain starts at `seed`.
    function chain(bytes32 seed, Move[] calldata moves) internal pure returns (bytes32 head) {
        head = seed;
        for (uint256 i = 0; i < moves.length; ++i) {
            head = moves[i].chain(head);
        }
    }

    /// @notice Who gets what of `bond`.
    /// @param winner the side that won
    /// @param winnerOwner whose bond stands behind it
    /// @param moves of the match, in order. Served from the last, so that the proof comes first.
    function shares(uint256 bond, Side winner, address winnerOwner, Move[] calldata moves)
        internal
        pure
        returns (Share[] memory result)
    {
        result = new Share[](moves.length + 1);
        result[0] = Share(winnerOwner, bond * BOUNTY_PERCENT / 100);
        uint256 left = bond / REFUND_DIVISOR;
        uint256 count = 1;
        for (uint256 i = moves.length; i > 0; --i) {
            Move calldata move = moves[i - 1];
            if (move.side != winner) continue;
            uint256 amount = move.refund < left ? move.refund : left;
            left -= amount;
            result[count++] = Share(move.mover, amount);
        }
        // Cut the array to what is filled.
        assembly ("memory-safe") {
            mstore(result, count)
        }
    }
}
