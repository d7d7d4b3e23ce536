// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {DepositQueue, DepositQueues} from "../../src/rules/DepositQueue.sol";
import {Test} from "../support/TestBase.sol";

contract DepositQueueTest is Test {
    uint64 private constant MIN = 10_000_000;

    DepositQueue private queue;

    function push(address account, uint64 amount) external returns (uint64) {
        return queue.push(account, amount);
    }

    function _account(uint256 i) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("account", i)))));
    }

    function test_take_firstInFirstOut() public {
        for (uint64 i = 0; i < 20; ++i) {
            assertEq(queue.push(_account(i), MIN + i), i);
        }
        bytes memory expected;
        for (uint64 i = 0; i < 16; ++i) {
            expected = bytes.concat(expected, abi.encodePacked(i, _account(i), MIN + i));
        }
        assertEq(queue.take(), expected);
        expected = "";
        for (uint64 i = 16; i < 20; ++i) {
            expected = bytes.concat(expected, abi.encodePacked(i, _account(i), MIN + i));
        }
        assertEq(queue.take(), expected);
        assertEq(queue.take(), "");
        assertEq(queue.taken, 20);
    }

    function test_fuzz_take_packs(uint64 taken, uint256 count, uint256 seed) public {
        count = bound(count, 1, 16);
        taken = uint64(bound(taken, 0, type(uint64).max - 16));
        (queue.taken, queue.queued) = (taken, taken);
        bytes memory expected;
        for (uint256 i = 0; i < count; ++i) {
            uint64 amount = uint64(bound(uint256(keccak256(abi.encode(seed, i))), MIN, type(uint64).max));
            uint64 index = queue.push(_account(i), amount);
            assertEq(index, taken + i);
            expected = bytes.concat(expected, abi.encodePacked(index, _account(i), amount));
        }
        bytes memory packed = queue.take();
        assertEq(packed, expected);
        assertEq(DepositQueues.count(packed), count);
    }

    function test_minimum_doublesEvery64() public pure {
        assertEq(DepositQueues.minimum(0), 0.01 ether / 1 gwei);
        assertEq(DepositQueues.minimum(63), MIN);
        assertEq(DepositQueues.minimum(64), 2 * MIN);
        assertEq(DepositQueues.minimum(127), 2 * MIN);
        assertEq(DepositQueues.minimum(640), 1024 * uint256(MIN));
    }

    function test_push_minimum() public {
        vm.expectRevert(abi.encodeWithSelector(DepositQueues.DepositTooSmall.selector, MIN, MIN - 1));
        this.push(_account(0), MIN - 1);
        for (uint256 i = 0; i < 64; ++i) {
            queue.push(_account(i), MIN);
        }
        vm.expectRevert(abi.encodeWithSelector(DepositQueues.DepositTooSmall.selector, 2 * MIN, 2 * MIN - 1));
        this.push(_account(0), 2 * MIN - 1);
        queue.take();
        assertEq(queue.push(_account(0), MIN), 64, "there is room again");
    }

    /// Whoever queues as much as the rule allows fills 64 places at each amount, and then there is no larger one.
    function test_T56_push_mostThatCanWait() public {
        vm.pauseGasMetering();
        uint256 waiting = 0;
        for (; DepositQueues.minimum(waiting) <= type(uint64).max; ++waiting) {
            queue.push(_account(waiting), uint64(DepositQueues.minimum(waiting)));
        }
        assertEq(waiting, 64 * 41);
        assertLt(waiting, queue.ring.length, "the oldest is still there");
        vm.expectRevert(
            abi.encodeWithSelector(
                DepositQueues.DepositTooSmall.selector, DepositQueues.minimum(waiting), type(uint64).max
            )
        );
        this.push(_account(0), type(uint64).max);
        for (uint256 i = 0; i < waiting; i += 16) {
            bytes memory packed = queue.take();
            assertEq(packed.length, 16 * 36);
            assertEq(address(bytes20(_slice(packed, 8))), _account(i), "none was overwritten");
        }
        assertEq(queue.take(), "");
    }

    /// However an attacker fills the queue: 2^k times the minimum gets in while fewer than 64 (k + 1) wait, and is taken after at
    /// most 4 (k + 1) blocks.
    function test_fuzz_T56_push_waits(uint256 k, uint256 waiting) public {
        vm.pauseGasMetering();
        k = bound(k, 0, 5);
        waiting = bound(waiting, 0, 64 * (k + 1) - 1);
        for (uint256 i = 0; i < waiting; ++i) {
            queue.push(address(0xbad), uint64(DepositQueues.minimum(i)));
        }
        uint64 amount = MIN;
        for (uint256 i = 0; i < k; ++i) {
            amount *= 2;
        }
        uint64 index = queue.push(_account(1), amount);
        uint256 blocks = 0;
        for (; queue.taken <= index; ++blocks) {
            queue.take();
        }
        assertLe(blocks, 4 * (k + 1));
    }

    function _slice(bytes memory data, uint256 from) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), from))
        }
    }
}
