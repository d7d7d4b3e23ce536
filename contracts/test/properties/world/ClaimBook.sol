// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimStatus, IRollup} from "../../../src/interfaces/IRollup.sol";
import {ClaimKey} from "../../../src/types/ClaimKey.sol";
import {BondId, ClaimId, TournamentId, rootTournament} from "../../../src/types/Ids.sol";
import {Status} from "../../../src/types/TournamentState.sol";
import {Player} from "../../support/Dispute.sol";
import {RunTree, RunTrees} from "../../support/RunTree.sol";
import {Lie, ToyMachine} from "../../support/ToyMachine.sol";
import {Ledger} from "./Ledger.sol";

/// @notice A claim, and what only those who executed the blocks know of it.
struct KnownClaim {
    /// What its proposer made of the blocks.
    Player version;
    /// Index of the claim it extends.
    uint256 parent;
    /// The last block of its domain.
    uint64 end;
    /// Whether it and all that it builds on are true.
    bool honest;
    /// Whether its root can be opened.
    bool openable;
}

/// @notice The tree of claims with the truth about it.
abstract contract ClaimBook is Ledger {
    using RunTrees for RunTree;

    /// @dev Genesis, and every claim ever proposed; parents come before children.
    KnownClaim[] internal claims;
    /// @dev Genesis and the true claims after it, as indices.
    uint256[] internal honestChain;
    mapping(ClaimId => uint256 numberFromOne) private _numbers;

    function _knowGenesis() internal {
        KnownClaim storage known = claims.push();
        known.version.claim = genesis;
        known.version.end = genesisCore;
        known.end = GENESIS_NUMBER;
        known.honest = true;
        _numbers[genesis.id()] = 1;
        honestChain.push(0);
    }

    /// @dev Notes a claim that has just been proposed. `lie` 0 on a true parent, openable, makes a true claim.
    function _know(Player memory who, uint256 parent, bool openable) internal {
        ClaimId id = who.claim.id();
        if (_numbers[id] != 0) return;
        KnownClaim storage known = claims.push();
        known.version = who;
        known.parent = parent;
        known.end = rollup.claims(id).end;
        known.honest = claims[parent].honest && openable && who.lie.salt == 0;
        known.openable = openable;
        _numbers[id] = claims.length;
        if (!known.honest) return;
        assertEq(honestChain[honestChain.length - 1], parent, "the truth has no siblings");
        honestChain.push(claims.length - 1);
    }

    /// @dev What `lie` makes of the next domain after a claim. Nobody's yet.
    function _versionAfter(uint256 parent, Lie memory lie) internal view returns (Player memory who) {
        KnownClaim storage base = claims[parent];
        ClaimId id = _id(parent);
        who.lie = lie;
        who.records = _recordsBetween(base.end, rollup.domainEnd(id));
        who.start = base.version.end;
        (who.slots, who.end) = ToyMachine.slotTree(who.records, lie, who.start);
        uint32 round = rollup.claims(id).round;
        if (_contestStatus(parent) == Status.NoWinner) ++round;
        who.claim = ClaimKey(id, round, who.slots.root(), ToyMachine.hash(who.end));
    }

    /// @dev The call that moves a bond one edge down.
    function _followCall(BondId bond, uint256 child) internal view returns (bytes memory) {
        ClaimKey[] memory path = new ClaimKey[](1);
        path[0] = _key(child);
        return abi.encodeCall(IRollup.follow, (bond, path));
    }

    function _recordsBetween(uint64 base, uint64 end) private view returns (bytes32[] memory domain) {
        domain = new bytes32[](end - base);
        for (uint256 i = 0; i < domain.length; ++i) {
            domain[i] = records[base - GENESIS_NUMBER + i];
        }
    }

    /// @dev The contest of a claim's children in its present round.
    function _contestUnder(uint256 parent) internal view returns (TournamentId) {
        ClaimId id = _id(parent);
        return rootTournament(id, rollup.claims(id).round);
    }

    function _contestStatus(uint256 parent) internal view returns (Status status) {
        (status,) = tournament.result(_contestUnder(parent));
    }

    function _indexOf(ClaimId id) internal view returns (uint256) {
        assertNotEq(_numbers[id], 0, "unknown claim");
        return _numbers[id] - 1;
    }

    function _isKnown(ClaimId id) internal view returns (bool) {
        return _numbers[id] != 0;
    }

    function _key(uint256 index) internal view returns (ClaimKey memory) {
        return claims[index].version.claim;
    }

    function _id(uint256 index) internal view returns (ClaimId) {
        return _key(index).id();
    }

    function _isConfirmed(uint256 index) internal view returns (bool) {
        return rollup.claims(_id(index)).status == ClaimStatus.Confirmed;
    }

    /// @dev Lost, or marked as void.
    function _isDead(uint256 index) internal view returns (bool) {
        ClaimId id = _id(index);
        return rollup.isLost(id) || rollup.claims(id).status == ClaimStatus.Void;
    }

    /// @dev The claims from `from` up, as far as `to`, which is not among them; `found` is false if `to` is not above.
    function _pathUp(uint256 from, uint256 to) internal view returns (bool found, uint256[] memory path) {
        path = new uint256[](claims.length);
        uint256 length = 0;
        for (; from != to && from != 0; from = claims[from].parent) {
            path[length++] = from;
        }
        assembly ("memory-safe") {
            mstore(path, length)
        }
        found = from == to;
    }
}
