// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice What a token on L2 has beyond ERC-20 and its permit (ERC-2612). Its name proves nothing: `l1Token` does, once
/// `ITokenBridge.tokenOf` has confirmed it.
interface IBridgedToken {
    /// @notice The caller is not the TokenBridge.
    error NotTokenBridge(address caller);

    /// @notice The token on L1 that it stands for.
    function l1Token() external view returns (address);

    /// @notice Mints; only the TokenBridge.
    function mint(address to, uint256 amount) external;

    /// @notice Burns `from`'s tokens; only the TokenBridge, for `from` itself.
    function burn(address from, uint256 amount) external;
}
