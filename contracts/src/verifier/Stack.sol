// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {HashChain} from "../authenticated/HashChain.sol";
import {Frame} from "../machine/Frame.sol";
import {Limits} from "../rules/Limits.sol";
import {Step} from "./Step.sol";

/// @notice The frame's operand stack, of which a step is given exactly the items it reads.
library Stack {
    /// @notice The witness gives `given` items where the step reads `wanted`.
    error WrongStackItems(uint256 given, uint256 wanted);

    /// @notice Pops `reads` items to make room for `writes`. Each step pops or peeks once at most, and not at all only if it
    /// reads none and cannot overflow.
    /// @return ok whether the stack neither has fewer items nor grows too tall, which halts the frame
    /// @return items what was popped, the uppermost first
    function pop(Step memory step, uint256 reads, uint256 writes)
        internal
        pure
        returns (bool ok, uint256[] memory items)
    {
        (ok, items) = peek(step, reads, writes);
        if (!ok) return (false, items);
        step.frame.stackHash = step.witness.stackRest;
        // reads <= size, 16 bits
        // forge-lint: disable-next-line(unsafe-typecast)
        step.frame.stackSize -= uint16(reads);
    }

    /// @notice What `pop` returns, leaving the stack as it is.
    function peek(Step memory step, uint256 reads, uint256 writes)
        internal
        pure
        returns (bool ok, uint256[] memory items)
    {
        uint256 size = step.frame.stackSize;
        uint256[] memory given = step.witness.items;
        uint256 wanted = reads < size ? reads : size;
        if (given.length != wanted) revert WrongStackItems(given.length, wanted);
        step.witness.items = new uint256[](0);
        if (size < reads || size - reads + writes > Limits.STACK_ITEMS) return (false, items);

        items = new uint256[](reads);
        for (uint256 i = 0; i < reads; ++i) {
            items[i] = given[reads - 1 - i];
        }
        ok = true;
    }

    /// @notice Pushes `item`, for which `pop` has made room.
    function push(Frame memory frame, uint256 item) internal pure {
        frame.stackHash = HashChain.push(frame.stackHash, bytes32(item));
        ++frame.stackSize;
    }
}
