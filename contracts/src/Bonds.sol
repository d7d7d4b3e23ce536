// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IBonds, Share} from "./interfaces/IBonds.sol";

/// @title Bonds
/// @dev Deployed first: it is given the addresses at which the Rollup and the Tournament will be deployed, and both check
/// that they are the ones. Burned ETH stays here, out of everybody's reach.
contract Bonds is IBonds {
    using SafeCast for uint256;

    /// @dev ETH of one owner, wei.
    struct Account {
        uint128 free;
        uint128 locked;
    }

    /// @inheritdoc IBonds
    address public immutable rollup;
    /// @inheritdoc IBonds
    address public immutable tournament;

    /// @inheritdoc IBonds
    mapping(address account => Account) public accounts;
    /// @inheritdoc IBonds
    uint256 public burned;

    constructor(address rollup_, address tournament_) {
        rollup = rollup_;
        tournament = tournament_;
    }

    modifier onlyKeepers() {
        if (msg.sender != rollup && msg.sender != tournament) revert NotAuthorized(msg.sender);
        _;
    }

    /// @inheritdoc IBonds
    function deposit() external payable {
        depositFor(msg.sender);
    }

    /// @inheritdoc IBonds
    function depositFor(address account) public payable {
        accounts[account].free += msg.value.toUint128();
        emit Deposited(account, msg.value);
    }

    /// @inheritdoc IBonds
    function withdraw(address to, uint256 amount) external {
        Account storage account = accounts[msg.sender];
        if (amount > account.free) revert InsufficientFree(msg.sender, account.free, amount);
        account.free -= amount.toUint128();
        emit Withdrawn(msg.sender, to, amount);
        // The owner pays for what the recipient does; its return data is not copied.
        bool sent;
        assembly ("memory-safe") {
            sent := call(gas(), to, amount, 0, 0, 0, 0)
        }
        if (!sent) revert TransferFailed(to, amount);
    }

    /// @inheritdoc IBonds
    function lock(address owner, uint256 amount) external onlyKeepers {
        Account storage account = accounts[owner];
        if (amount > account.free) revert InsufficientFree(owner, account.free, amount);
        account.free -= amount.toUint128();
        account.locked += amount.toUint128();
        emit Locked(owner, amount);
    }

    /// @inheritdoc IBonds
    function unlock(address owner, uint256 amount) external onlyKeepers {
        Account storage account = _takeLocked(owner, amount);
        account.free += amount.toUint128();
        emit Unlocked(owner, amount);
    }

    /// @inheritdoc IBonds
    function forfeit(address owner, uint256 amount, Share[] calldata shares)
        external
        onlyKeepers
        returns (uint256 burnt)
    {
        _takeLocked(owner, amount);
        uint256 shared;
        for (uint256 i = 0; i < shares.length; ++i) {
            Share calldata share = shares[i];
            shared += share.amount;
            accounts[share.recipient].free += share.amount.toUint128();
            emit Credited(share.recipient, share.amount);
        }
        // Rounded up, so that half of an odd amount is burned too.
        if (shared > amount / 2) revert LessThanHalfBurned(amount, shared);
        burnt = amount - shared;
        burned += burnt;
        emit Forfeited(owner, amount, burnt);
    }

    function _takeLocked(address owner, uint256 amount) private returns (Account storage account) {
        account = accounts[owner];
        if (amount > account.locked) revert InsufficientLocked(owner, account.locked, amount);
        account.locked -= amount.toUint128();
    }
}
