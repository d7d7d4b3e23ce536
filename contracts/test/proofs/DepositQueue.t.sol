// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {DepositQueue, DepositQueues} from "../../src/rules/DepositQueue.sol";
import {Proof} from "./Proof.sol";

/// @notice The queue of deposits: what the rule bounds, and how a block takes them.
contract DepositQueueProof is Proof {
    /// @dev Where the minimum is more than an amount can be.
    uint256 private constant MOST_WAITING = 64 * 41;

    DepositQueue private _queue;

    /// Whoever queues by the rule never makes more wait than the ring has words for.
    function check_waiting_isBounded(uint256 waiting, uint64 amount) public pure {
        vm.assume(waiting <= MOST_WAITING && amount >= DepositQueues.minimum(waiting));
        assert(waiting + 1 <= MOST_WAITING);
        assert(MOST_WAITING < 4096);
    }

    /// The minimum never falls while more wait, and is never below 0.01 ETH.
    function check_minimum_rises(uint256 waiting) public pure {
        vm.assume(waiting < MOST_WAITING);
        uint256 least = DepositQueues.minimum(waiting);
        uint256 next = DepositQueues.minimum(waiting + 1);
        assert(least >= 10_000_000);
        assert(next == ((waiting + 1) % 64 == 0 ? 2 * least : least));
    }

    /// Two that wait have two words.
    function check_ring_keepsThemApart(uint64 taken, uint64 one, uint64 two) public pure {
        vm.assume(taken <= one && one < two && two - taken <= MOST_WAITING);
        assert(one % 4096 != two % 4096);
    }

    /// What is queued is what a block takes, however often the ring has been around; halmos needs to know the word.
    function check_take_isWhatWasPushed(uint48 turns, address account, uint64 amount) public {
        vm.assume(amount >= DepositQueues.MIN_DEPOSIT);
        uint64 index = (uint64(turns) << 12) | 4095;
        (_queue.taken, _queue.queued) = (index, index);
        assert(_queue.push(account, amount) == index);
        bytes memory packed = _queue.take();
        assert(DepositQueues.count(packed) == 1);
        assert(keccak256(packed) == keccak256(abi.encodePacked(index, account, amount)));
        assert(_queue.taken == index + 1 && _queue.queued == index + 1);
    }
}
