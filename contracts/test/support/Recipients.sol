// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBonds} from "../../src/interfaces/IBonds.sol";

/// @notice Returns a megabyte, or reverts with one.
contract ReturndataBomb {
    bool private immutable _fails;

    constructor(bool fails) {
        _fails = fails;
    }

    receive() external payable {
        bool fails = _fails;
        assembly ("memory-safe") {
            if fails { revert(0, 1000000) }
            return(0, 1000000)
        }
    }
}

/// @notice Uses up all the gas it is given.
contract GasBurner {
    receive() external payable {
        assembly ("memory-safe") {
            invalid()
        }
    }
}

/// @notice Withdraws a second time while it is being paid.
contract Reenterer {
    IBonds private immutable _bonds;

    constructor(IBonds bonds) {
        _bonds = bonds;
    }

    receive() external payable {
        try _bonds.withdraw(address(this), msg.value) {} catch {}
    }

    function withdraw(uint256 amount) external {
        _bonds.withdraw(address(this), amount);
    }
}

/// @notice ETH that its recipient cannot refuse.
library ForcedEther {
    /// @notice Sends `amount` to `to` by a contract that destroys itself in its constructor.
    function send(address to, uint256 amount) internal {
        // PUSH20 to SELFDESTRUCT
        bytes memory code = bytes.concat(hex"73", bytes20(to), hex"ff");
        assembly ("memory-safe") {
            if iszero(create(amount, add(code, 32), mload(code))) { revert(0, 0) }
        }
    }
}
