// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A token that anybody mints. Whoever is blocked receives none, as with some stablecoins.
contract SwapToken is ERC20("Token", "TKN") {
    error Blocked(address account);

    mapping(address account => bool) public isBlocked;

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function block_(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function _update(address from, address to, uint256 amount) internal virtual override {
        if (isBlocked[to]) revert Blocked(to);
        super._update(from, to, amount);
    }
}
