// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimShape} from "../../src/rules/ClaimShape.sol";
import {ClaimKey} from "../../src/types/ClaimKey.sol";
import {ClaimId} from "../../src/types/Ids.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {Player} from "./Dispute.sol";
import {RunTree, RunTrees} from "./RunTree.sol";
import {Stages} from "./Stages.sol";
import {Lie} from "./ToyMachine.sol";

/// @notice A Rollup whose settlement contract is the test: what it says is proven.
abstract contract Settled is Stages {
    using RunTrees for RunTree;

    function settlementOf() internal virtual override returns (address) {
        return address(this);
    }

    /// @notice A player with the right boundary at the end of a wrong trace; `salt` tells such traces apart.
    function astray(string memory name, uint256 salt) internal returns (Player memory who) {
        who = honest(name);
        who.slots.values[0] = keccak256(abi.encode("astray", salt));
        who.claim.traceRoot = who.slots.root();
    }

    /// @notice The proof of the boundary that `who` claims.
    function settle(Player memory who) internal returns (ClaimId claim) {
        return rollup.settle(who.claim.parent, rollup.domainEnd(who.claim.parent), who.claim.boundary);
    }

    /// @notice The key of a claim that nobody proposed.
    function unproposed(ClaimId parent, bytes32 boundary) internal pure returns (ClaimKey memory) {
        return ClaimKey(parent, ClaimShape.UNPROPOSED, 0, boundary);
    }

    /// @notice Side One of a match lets its clock run out.
    function timeoutOne(Player memory one, Player memory two) internal {
        MatchKey memory key = slotMatch(one, two);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        assertTrue(tournament.isEliminated(one.claim.id().commitment()), "out of time");
    }

    /// @notice A child of `parent`'s claim, made of the blocks appended last.
    function childOf(string memory name, Player memory parent, Lie memory lie) internal returns (Player memory) {
        return playerAfter(name, lie, parent.claim, parent.end, lastRecord());
    }

    function walk(Player memory who, ClaimKey memory first) internal {
        ClaimKey[] memory path = new ClaimKey[](1);
        path[0] = first;
        rollup.walk(who.bond, path);
    }

    function walk(Player memory who, ClaimKey memory first, ClaimKey memory second) internal {
        ClaimKey[] memory path = new ClaimKey[](2);
        (path[0], path[1]) = (first, second);
        rollup.walk(who.bond, path);
    }

    /// @notice The bond's owner gets all of it back.
    function assertReleased(Player memory who) internal {
        (uint128 before,) = bonds.accounts(who.account);
        vm.prank(who.account);
        rollup.releaseBond(who.bond);
        (uint128 free,) = bonds.accounts(who.account);
        assertEq(free - before, ROOT_BOND, "in full");
    }
}
