// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice What somebody gets of a forfeited bond.
struct Share {
    address recipient;
    uint256 amount;
}

/// @notice An account of ETH for each proposer and player. It knows amounts, not claims.
/// @dev Always: ETH held >= free + locked over all accounts + burned, with equality unless ETH was forced in.
interface IBonds {
    /// @notice ETH came in for `account`.
    event Deposited(address indexed account, uint256 amount);
    /// @notice `account` took free ETH out to `to`.
    event Withdrawn(address indexed account, address indexed to, uint256 amount);
    /// @notice `amount` of `account` now stands behind a claim or commitment.
    event Locked(address indexed account, uint256 amount);
    /// @notice It is free again.
    event Unlocked(address indexed account, uint256 amount);
    /// @notice `account` lost `amount`; `burned` of it nobody gets.
    event Forfeited(address indexed account, uint256 amount, uint256 burned);
    /// @notice `account` was credited with a share of a forfeited bond.
    event Credited(address indexed account, uint256 amount);

    /// @notice Only the Rollup and the Tournament lock, unlock and forfeit.
    error NotAuthorized(address caller);
    /// @notice `account` has less free ETH than asked.
    error InsufficientFree(address account, uint256 free, uint256 asked);
    /// @notice `account` has less locked ETH than asked: a bug of the caller.
    error InsufficientLocked(address account, uint256 locked, uint256 asked);
    /// @notice The shares leave less than half to burn.
    error LessThanHalfBurned(uint256 amount, uint256 shares);
    /// @notice `to` refused the ETH.
    error TransferFailed(address to, uint256 amount);

    /// @notice Puts the payment into the caller's account.
    function deposit() external payable;

    /// @notice Puts the payment into `account`.
    function depositFor(address account) external payable;

    /// @notice Sends `amount` of the caller's free ETH to `to`.
    function withdraw(address to, uint256 amount) external;

    /// @notice Moves `amount` of `account` from free to locked. Only the Rollup and the Tournament.
    function lock(address account, uint256 amount) external;

    /// @notice Moves it back. Only the Rollup and the Tournament.
    function unlock(address account, uint256 amount) external;

    /// @notice Takes `amount` of `account`'s locked ETH, credits the shares and burns the rest, at least half. Only
    /// the Rollup and the Tournament.
    /// @return burnt how much that is
    function forfeit(address account, uint256 amount, Share[] calldata shares) external returns (uint256 burnt);

    /// @notice What `account` can withdraw, and what is locked.
    function accounts(address account) external view returns (uint128 free, uint128 locked);

    /// @notice ETH that nobody will ever get.
    function burned() external view returns (uint256);

    /// @notice The Rollup, fixed at deployment.
    function rollup() external view returns (address);

    /// @notice The Tournament, fixed at deployment.
    function tournament() external view returns (address);
}
