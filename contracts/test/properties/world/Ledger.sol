// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBonds} from "../../../src/interfaces/IBonds.sol";
import {BondStatus} from "../../../src/interfaces/IRollup.sol";
import {BondId} from "../../../src/types/Ids.sol";
import {Dispute} from "../../support/Dispute.sol";
import {ForcedEther, GasBurner, Reenterer, ReturndataBomb} from "../../support/Recipients.sol";
import {Coverage} from "./Coverage.sol";

/// @notice Who takes part, and what everybody has put in and taken out: Alice and Bob are honest, the sybils are not.
abstract contract Ledger is Dispute, Coverage {
    uint256 internal constant SYBILS = 8;

    address internal alice;
    address internal bob;
    /// @dev Everybody who has an account in Bonds.
    address[] internal actors;
    address[] internal sybils;
    mapping(address account => uint256 amount) internal deposited;
    mapping(address account => uint256 amount) internal withdrawn;
    /// @dev ETH that came into Bonds without a deposit.
    uint256 internal forced;
    /// @dev Every root bond ever locked, and the status it was last seen in.
    BondId[] internal rootBonds;
    mapping(BondId => BondStatus) private _seen;

    Reenterer internal reenterer;
    /// @dev Recipients that fail every payment, and one that does not.
    address[] private _refusing;
    address private _bomb;

    function _openAccounts() internal {
        alice = _openAccount(makeAddr("alice"));
        bob = _openAccount(makeAddr("bob"));
        reenterer = new Reenterer(bonds);
        _openAccount(address(reenterer));
        _refusing.push(address(new ReturndataBomb(true)));
        _refusing.push(address(new GasBurner()));
        _bomb = address(new ReturndataBomb(false));
        for (uint256 i = 0; i < SYBILS; ++i) {
            sybils.push(_openAccount(makeAddr(string.concat("sybil", vm.toString(i)))));
        }
        // Some of those who move for the winner, or win, are contracts that cannot be paid.
        vm.etch(sybils[0], _refusing[0].code);
        vm.etch(sybils[1], _refusing[1].code);
        vm.etch(sybils[2], _bomb.code);
    }

    function _openAccount(address account) private returns (address) {
        actors.push(account);
        return account;
    }

    function _deposit(address account, uint256 amount) internal {
        vm.deal(account, amount);
        vm.prank(account);
        bonds.deposit{value: amount}();
        deposited[account] += amount;
    }

    /// @dev Deposits what is missing to `amount`.
    function _fund(address account, uint256 amount) internal {
        uint256 free = _free(account);
        if (free < amount) _deposit(account, amount - free);
    }

    function _lockRootBond(address account) internal returns (BondId bond) {
        _fund(account, ROOT_BOND);
        vm.prank(account);
        bond = rollup.lockBond();
        rootBonds.push(bond);
    }

    /// @dev `to` can be paid.
    function _withdraw(address account, address to, uint256 amount) internal {
        uint256 held = to.balance;
        vm.prank(account);
        bonds.withdraw(to, amount);
        assertEq(to.balance, held + amount, "paid");
        withdrawn[account] += amount;
    }

    /// @dev A recipient that misbehaves costs its payer a bounded amount of gas, and nobody a wei.
    function _withdrawTo(address account, uint256 recipient, uint256 amount) internal {
        if (recipient % 3 == 0) {
            _withdraw(account, _bomb, amount);
            _reached("payment to a bomb");
            return;
        }
        address to = _refusing[recipient % 3 - 1];
        vm.resumeGasMetering();
        vm.prank(account);
        try bonds.withdraw{gas: 100_000}(to, amount) {
            revert("a refused payment went through");
        } catch (bytes memory reason) {
            assertEq(reason, abi.encodeWithSelector(IBonds.TransferFailed.selector, to, amount));
        }
        vm.pauseGasMetering();
        _reached("payment refused");
    }

    function _reenter(uint256 amount) internal {
        address account = address(reenterer);
        _fund(account, amount);
        uint256 held = account.balance;
        uint256 free = _free(account);
        reenterer.withdraw(amount);
        uint256 taken = account.balance - held;
        assertLe(taken, free, "a reenterer got more than it had");
        withdrawn[account] += taken;
        _reached("payment reentered");
    }

    function _force(uint256 amount) internal {
        vm.deal(address(this), amount);
        ForcedEther.send(address(bonds), amount);
        forced += amount;
        _reached("forced ETH");
    }

    /// @dev A bond's status only goes forward.
    function _noteBonds() internal {
        for (uint256 i = 0; i < rootBonds.length; ++i) {
            BondStatus last = _seen[rootBonds[i]];
            BondStatus status = rollup.rootBonds(rootBonds[i]).status;
            if (status == last) continue;
            assertTrue(status != BondStatus.Absent, "a bond vanished");
            assertTrue(last != BondStatus.Released && last != BondStatus.Forfeited, "a settled bond changed");
            assertTrue(last != BondStatus.Frozen || status == BondStatus.Forfeited, "a frozen bond was freed");
            _seen[rootBonds[i]] = status;
            if (status == BondStatus.Frozen) _reached("bond frozen");
            if (status == BondStatus.Released) _reached("bond released");
            if (status == BondStatus.Forfeited) _reached("bond forfeited");
        }
    }

    /// @dev Somebody tries something.
    /// @param expected the error it must give; 0: none
    /// @return done whether it succeeded, which is whether none was expected
    function _try(address sender, address target, bytes memory data, bytes4 expected) internal returns (bool done) {
        bytes memory answer;
        vm.prank(sender);
        (done, answer) = target.call(data);
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes4 given = done ? bytes4(0) : bytes4(answer);
        assertEq(given, expected, "answer to what somebody tried");
    }

    function _sybil(uint256 seed) internal view returns (address) {
        return sybils[seed % SYBILS];
    }

    function _free(address account) internal view returns (uint256 free) {
        (free,) = bonds.accounts(account);
    }

    function _locked(address account) internal view returns (uint256 locked) {
        (, locked) = bonds.accounts(account);
    }

    /// @dev What an account has ever had, less what it lost.
    function _wealth(address account) internal view returns (uint256) {
        return _free(account) + _locked(account) + withdrawn[account];
    }

    function _status(BondId bond) internal view returns (BondStatus) {
        return rollup.rootBonds(bond).status;
    }

    function _isAtStake(BondId bond) internal view returns (bool) {
        BondStatus status = _status(bond);
        return status == BondStatus.Locked || status == BondStatus.Frozen;
    }
}
