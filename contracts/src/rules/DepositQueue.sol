// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A deposit that waits.
struct QueuedDeposit {
    /// Whom it is credited to on L2.
    address account;
    /// Gwei.
    uint64 amount;
}

/// @notice Deposits that no block has taken yet, first in first out.
struct DepositQueue {
    /// Deposits that blocks have taken.
    uint64 taken;
    /// Deposits ever queued.
    uint64 queued;
    /// Deposit i is at i mod 4096: far more than can wait, so a word is used again, at a quarter of the price of a new one.
    QueuedDeposit[4096] ring;
}

using DepositQueues for DepositQueue global;

/// @notice How deposits are queued, so that dust cannot clog: what a deposit must have doubles with every 64 that wait.
/// @dev An amount is below 2^64 gwei, so at most 64 x 41 = 2,624 deposits ever wait.
library DepositQueues {
    /// @notice What a deposit must have when few wait: 0.01 ETH, in gwei.
    uint256 internal constant MIN_DEPOSIT = 10_000_000;
    /// @notice The minimum doubles each time so many more wait.
    uint256 internal constant DOUBLED_EVERY = 64;
    /// @notice A block takes so many at most.
    uint256 internal constant PER_BLOCK = 16;
    /// @dev Bytes of a packed deposit: index u64, account, amount u64.
    uint256 private constant PACKED = 36;

    /// @notice The amount is less than what a deposit must have now, gwei.
    error DepositTooSmall(uint256 minimum, uint64 amount);

    /// @notice What a deposit must have while `waiting` others wait, gwei.
    function minimum(uint256 waiting) internal pure returns (uint256) {
        return MIN_DEPOSIT << (waiting / DOUBLED_EVERY);
    }

    /// @notice Queues `amount` gwei for `account`.
    /// @return index the deposit's number
    function push(DepositQueue storage queue, address account, uint64 amount) internal returns (uint64 index) {
        index = queue.queued;
        uint256 least = minimum(index - queue.taken);
        if (amount < least) revert DepositTooSmall(least, amount);
        queue.ring[index % queue.ring.length] = QueuedDeposit(account, amount);
        queue.queued = index + 1;
    }

    /// @notice Takes the next deposits for a block.
    /// @return packed index u64, account, amount u64 of each, big-endian
    function take(DepositQueue storage queue) internal returns (bytes memory packed) {
        uint64 index = queue.taken;
        uint256 number = queue.queued - index;
        if (number == 0) return packed;
        if (number > PER_BLOCK) number = PER_BLOCK;
        packed = new bytes(number * PACKED);
        for (uint256 i = 0; i < number; ++i) {
            QueuedDeposit memory next = queue.ring[index % queue.ring.length];
            _write(packed, i * PACKED, index, next);
            ++index;
        }
        queue.taken = index;
    }

    /// @notice How many deposits are in `packed`, which `take` gave.
    function count(bytes memory packed) internal pure returns (uint8) {
        // at most PER_BLOCK
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint8(packed.length / PACKED);
    }

    /// @dev Writes a packed deposit at byte `offset`, inside `packed`.
    function _write(bytes memory packed, uint256 offset, uint64 index, QueuedDeposit memory next) private pure {
        (address account, uint64 amount) = (next.account, next.amount);
        // Two words that overlap in four bytes, the index's last ones in both.
        assembly ("memory-safe") {
            let pointer := add(add(packed, 32), offset)
            mstore(pointer, shl(192, index))
            mstore(add(pointer, 4), or(shl(224, index), or(shl(64, account), amount)))
        }
    }
}
