// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SwapToken} from "./SwapToken.sol";

/// @notice Takes a hundredth of each transfer.
contract FeeToken is SwapToken {
    function _update(address from, address to, uint256 amount) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : amount / 100;
        if (fee > 0) super._update(from, address(0), fee);
        super._update(from, to, amount - fee);
    }
}

/// @notice Calls whoever sends and whoever receives, as ERC-777 does.
contract CallbackToken is SwapToken {
    function _update(address from, address to, uint256 amount) internal override {
        _tell(from);
        super._update(from, to, amount);
        _tell(to);
    }

    /// @dev Holders that do not listen are no reason to fail.
    function _tell(address holder) private {
        (bool told,) = holder.call(abi.encodeCall(ITokenHolder.onToken, ()));
        told;
    }
}

interface ITokenHolder {
    function onToken() external;
}

/// @notice Returns nothing, like USDT, or refuses by returning false.
contract SilentToken {
    mapping(address account => uint256) public balanceOf;
    bool public refuses;

    constructor(address account, uint256 amount) {
        balanceOf[account] = amount;
    }

    function refuse() external {
        refuses = true;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        if (refuses) {
            assembly ("memory-safe") {
                mstore(0, 0)
                return(0, 32)
            }
        }
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}
