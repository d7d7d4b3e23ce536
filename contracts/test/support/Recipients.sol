// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBonds} from "../../src/interfaces/IBonds.sol";

/// @notice Takes no ETH, and says so at length.
contract Refuser {
    receive() external payable {
        assembly ("memory-safe") {
            revert(0, 100000)
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

/// @notice Takes ETH, and returns more data than a caller would want to copy.
contract ReturnBomb {
    receive() external payable {
        assembly ("memory-safe") {
            return(0, 100000)
        }
    }
}

/// @notice Withdraws a second time while it is being paid.
contract Reentrant {
    IBonds private immutable bonds;

    constructor(IBonds bonds_) {
        bonds = bonds_;
    }

    receive() external payable {
        try bonds.withdraw(address(this), msg.value) {} catch {}
    }

    function withdraw(uint256 amount) external {
        bonds.withdraw(address(this), amount);
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
