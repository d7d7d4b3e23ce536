// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Bonds} from "../../src/Bonds.sol";
import {Share} from "../../src/interfaces/IBonds.sol";
import {Proof} from "./Proof.sol";

/// @notice Forfeiting a bond: for all balances, amounts, owners and recipients, who may be the same, and up to two
/// shares.
contract BondsProof is Proof {
    Bonds private _bonds;

    function setUp() public {
        _bonds = new Bonds(address(this), address(this));
    }

    /// What is taken from the owner is what is credited and burned: nothing is made or lost, and nobody else's balance
    /// changes.
    /// @custom:halmos --array-lengths shares={0,1,2} --loop 3
    function check_forfeit_conserves(
        address owner,
        uint128 balance,
        uint128 locked,
        uint128 amount,
        Share[] calldata shares,
        address anyone
    ) public {
        _fund(owner, balance, locked);
        (uint128 freeBefore, uint128 lockedBefore) = _bonds.accounts(anyone);
        _bonds.forfeit(owner, amount, shares);

        uint256 total = 0;
        uint256 credited = 0;
        for (uint256 i = 0; i < shares.length; ++i) {
            total += shares[i].amount;
            if (shares[i].recipient == anyone) credited += shares[i].amount;
        }
        (uint128 freeAfter, uint128 lockedAfter) = _bonds.accounts(anyone);
        assert(freeAfter == freeBefore + credited);
        assert(lockedAfter == (anyone == owner ? lockedBefore - amount : lockedBefore));
        assert(_bonds.burned() == amount - total);
        assert(_bonds.burned() >= total);
    }

    function _fund(address owner, uint128 balance, uint128 locked) private {
        vm.deal(address(this), balance);
        _bonds.depositFor{value: balance}(owner);
        _bonds.lock(owner, locked);
    }
}
