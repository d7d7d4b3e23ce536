// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BondStatus, ClaimStatus} from "../../../src/interfaces/IRollup.sol";
import {ClaimKey} from "../../../src/types/ClaimKey.sol";
import {BondId, ClaimId} from "../../../src/types/Ids.sol";
import {currentInstant} from "../../../src/types/Instant.sol";
import {MatchKey} from "../../../src/types/MatchKey.sol";
import {MatchState, Phase, Side} from "../../../src/types/MatchState.sol";
import {Player} from "../../support/Dispute.sol";
import {RunTree, RunTrees} from "../../support/RunTree.sol";
import {Settled} from "../../support/Settled.sol";
import {Lie, ToyMachine} from "../../support/ToyMachine.sol";

/// @notice A rollup whose contests are settled by proof at any time, in a world that a fuzzer drives: right claims, right ones
/// with a wrong trace, and lies, one on another; some lose matches, some are confirmed because nobody objects.
contract SettledHandler is Settled {
    using RunTrees for RunTree;

    uint256 private constant MAX_CLAIMS = 12;
    uint256 private constant MAX_BATCHES = 8;

    /// @dev A claim, with the bond that was locked for it.
    struct Node {
        Player version;
        uint256 parent;
        uint64 end;
    }

    /// @dev Genesis, every claim, and those that a proof has made.
    Node[] private _nodes;
    mapping(ClaimId => uint256 numberFromOne) private _numbers;
    BondId[] private _rootBonds;
    mapping(string outcome => uint256) public reached;

    /// @dev Not in the constructor: whose proofs settle must have code.
    function setUp() public override {
        super.setUp();
        Player memory start;
        (start.claim, start.end) = (genesis, genesisCore);
        _know(start, 0, GENESIS_NUMBER);
    }

    modifier unmetered() {
        vm.pauseGasMetering();
        _;
    }

    // What somebody does

    function elapse(uint256 blocks) external unmetered {
        pass(bound(blocks, 1, 60));
    }

    function appendBatch() external unmetered {
        if (records.length < MAX_BATCHES) append();
    }

    /// @dev A claim on any other; where none may be made any more, nothing.
    function claim(uint256 seed, uint256 kind) external unmetered {
        uint256 parent = seed % _nodes.length;
        if (_nodes.length == MAX_CLAIMS || !_isExtensible(parent)) return;
        Player memory who = _version(parent, kind % 4);
        who.account = makeAddr(string.concat("account", vm.toString(_rootBonds.length)));
        who.bond = lockBond(who.account);
        _rootBonds.push(who.bond);
        if (parent != 0 && !_tryFollow(who, parent)) return;
        bytes memory data = _proposal(who, parent);
        uint64 end = rollup.domainEnd(who.claim.parent);
        vm.prank(who.account);
        (bool done,) = address(rollup).call(data);
        if (done) _know(who, parent, end);
    }

    /// @dev Side One of a match opens and moves, so that Two is to move.
    function play(uint256 seed) external unmetered {
        (bool found, uint256 one, uint256 two) = _anyMatch(seed);
        if (!found) return;
        (Player memory first, Player memory second) = (_nodes[one].version, _nodes[two].version);
        MatchKey memory key = slotMatch(first, second);
        MatchState memory state = tournament.matches(key.id());
        bool isOneToMove = state.toMove == Side.One && currentInstant().isBefore(tournament.deadline(key.id()));
        if (!isOneToMove || state.height != 20) return;
        if (state.owing) openRoot(first.account, key, first.slots);
        turn(first.account, key, first.slots, second.slots);
    }

    function timeout(uint256 seed) external unmetered {
        (bool found, uint256 one, uint256 two) = _anyMatch(seed);
        if (!found) return;
        MatchKey memory key = slotMatch(_nodes[one].version, _nodes[two].version);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        ++reached["timeout"];
    }

    /// @dev Nobody objects: lies may be confirmed, too.
    function confirm(uint256 seed) external unmetered {
        try rollup.confirm(_nodes[seed % _nodes.length].version.claim) {
            ++reached["confirm"];
        } catch {}
    }

    /// @dev The truth about the next blocks is proven.
    function settleNext(uint256 seed) external unmetered {
        // Rarely, so that there is something to settle.
        if (seed % 4 == 0) _settleNext();
    }

    function walkSome(uint256 seed, uint256 length) external unmetered {
        if (_rootBonds.length > 0) _walk(_rootBonds[seed % _rootBonds.length], length % 4);
    }

    function split(uint256 seed) external unmetered {
        if (_nodes.length > 1) _split(1 + seed % (_nodes.length - 1));
    }

    function release(uint256 seed) external unmetered {
        if (_rootBonds.length > 0) _release(_rootBonds[seed % _rootBonds.length]);
    }

    function voidClaim(uint256 seed) external unmetered {
        try rollup.voidClaim(_nodes[seed % _nodes.length].version.claim) {
            ++reached["void"];
        } catch {}
    }

    // What holds

    function checkPromises() external view {
        (uint256 atStake, uint256 forfeited) = (0, 0);
        for (uint256 i = 0; i < _rootBonds.length; ++i) {
            BondStatus status = rollup.rootBonds(_rootBonds[i]).status;
            if (status == BondStatus.Locked || status == BondStatus.Frozen) ++atStake;
            if (status == BondStatus.Forfeited) ++forfeited;
        }
        (uint256 free, uint256 locked) = (0, 0);
        for (uint256 i = 0; i < _rootBonds.length; ++i) {
            (uint128 freeOf, uint128 lockedOf) = bonds.accounts(rollup.rootBonds(_rootBonds[i]).owner);
            (free, locked) = (free + freeOf, locked + lockedOf);
        }
        assertEq(locked, atStake * ROOT_BOND, "locked");
        assertEq(address(bonds).balance, free + locked + bonds.burned(), "ETH held");
        assertGe(2 * bonds.burned(), forfeited * ROOT_BOND, "less than half is burned");
        _checkClaims();
    }

    /// @dev Confirmed claims are one chain and alive; a claim has one fate; what never answered for a loss is never forfeited.
    function _checkClaims() private view {
        uint256 latest = 0;
        for (uint256 i = 0; i < _nodes.length; ++i) {
            ClaimId id = _id(i);
            bool isConfirmed = rollup.claims(id).status == ClaimStatus.Confirmed;
            assertFalse(rollup.isLost(id) && rollup.isVoid(id) && !_wasMarked(i), "lost and void");
            if (!isConfirmed) continue;
            assertFalse(rollup.isLost(id) || rollup.isVoid(id), "a confirmed claim is dead");
            if (_nodes[i].end > _nodes[latest].end) latest = i;
        }
        assertTrue(rollup.latestConfirmed() == _id(latest), "the latest confirmed claim");
        for (uint256 i = latest; i != 0; i = _nodes[i].parent) {
            assertTrue(rollup.claims(_id(i)).status == ClaimStatus.Confirmed, "a gap in the chain");
        }
    }

    /// @dev The way forward from any state: the rest is proven, and every bond comes to its end.
    function wrapUp() external unmetered {
        while (_nodes[_indexOf(rollup.latestConfirmed())].end < inbox.latestBlock()) {
            _settleNext();
        }
        for (uint256 i = 0; i < _rootBonds.length; ++i) {
            BondId bond = _rootBonds[i];
            if (_isAtStake(bond)) _walk(bond, MAX_CLAIMS);
            if (_isAtStake(bond)) _release(bond);
        }
        for (uint256 i = 1; i < _nodes.length; ++i) {
            _split(i);
        }
        for (uint256 i = 0; i < _rootBonds.length; ++i) {
            assertFalse(_isAtStake(_rootBonds[i]), "a root bond is stuck");
        }
    }

    // Claims

    function _know(Player memory who, uint256 parent, uint64 end) private {
        ClaimId id = who.claim.id();
        if (_numbers[id] != 0) return;
        _nodes.push(Node(who, parent, end));
        _numbers[id] = _nodes.length;
    }

    /// @dev 0, 1: right; 2: right on a wrong trace; 3: a lie.
    function _version(uint256 parent, uint256 kind) private view returns (Player memory who) {
        Node storage base = _nodes[parent];
        bytes32[] memory domain = new bytes32[](rollup.domainEnd(_id(parent)) - base.end);
        for (uint256 i = 0; i < domain.length; ++i) {
            domain[i] = records[base.end - GENESIS_NUMBER + i];
        }
        Lie memory lie = kind == 3 ? Lie(1, 1, 1 + _nodes.length) : Lie(0, 0, 0);
        (who.lie, who.records, who.start) = (lie, domain, base.version.end);
        (who.slots, who.end) = ToyMachine.slotTree(domain, lie, who.start);
        if (kind == 2) who.slots.values[0] = keccak256(abi.encode("astray", _nodes.length));
        uint32 round = rollup.claims(_id(parent)).round;
        who.claim = ClaimKey(_id(parent), round, who.slots.root(), ToyMachine.hash(who.end));
    }

    function _isExtensible(uint256 parent) private view returns (bool) {
        try rollup.domainEnd(_id(parent)) returns (uint64 end) {
            return end > _nodes[parent].end;
        } catch {
            return false;
        }
    }

    function _tryFollow(Player memory who, uint256 parent) private returns (bool done) {
        ClaimKey[] memory path = new ClaimKey[](1);
        path[0] = _nodes[parent].version.claim;
        vm.prank(who.account);
        (done,) = address(rollup).call(abi.encodeCall(rollup.follow, (who.bond, path)));
    }

    function _proposal(Player memory who, uint256 parent) private view returns (bytes memory) {
        uint64 end = rollup.domainEnd(who.claim.parent);
        bytes memory boundary = ToyMachine.encode(who.end);
        if (!tournament.tournaments(contest(who)).exists) {
            return abi.encodeCall(rollup.propose, (who.bond, who.claim.parent, end, who.claim.traceRoot, boundary));
        }
        ClaimKey memory parentKey = _nodes[parent].version.claim;
        bytes32[16] memory children = who.slots.opening(20, 0);
        bytes32[] memory spine = who.slots.spine(16, 15);
        return abi.encodeCall(
            rollup.proposeSibling, (who.bond, parentKey, end, who.claim.traceRoot, boundary, children, spine)
        );
    }

    function _settleNext() private {
        uint256 parent = _indexOf(rollup.latestConfirmed());
        if (!_isExtensible(parent)) return;
        Player memory truth = _version(parent, 0);
        uint64 end = rollup.domainEnd(truth.claim.parent);
        ClaimId made = settle(truth);
        ++reached["settle"];
        if (_numbers[made] != 0) return;
        truth.claim = unproposed(truth.claim.parent, truth.claim.boundary);
        assertTrue(made == truth.claim.id());
        _know(truth, parent, end);
        ++reached["settle, a claim of the proof's"];
    }

    // Bonds

    function _walk(BondId bond, uint256 length) private {
        ClaimId tip = rollup.rootBonds(bond).tip;
        if (rollup.rootBonds(bond).walking && !_isConfirmed(rollup.rootBonds(bond).walked)) {
            tip = rollup.rootBonds(bond).walked;
        }
        ClaimKey[] memory path = new ClaimKey[](length);
        uint256 count = 0;
        for (uint256 i = _indexOf(tip); count < length && i != 0; i = _nodes[i].parent) {
            path[count++] = _nodes[i].version.claim;
        }
        assembly ("memory-safe") {
            mstore(path, count)
        }
        if (!_isAtStake(bond)) return;
        bool wasFrozen = rollup.rootBonds(bond).status == BondStatus.Frozen;
        bool wasFree = _isConfirmed(rollup.rootBonds(bond).tip);
        rollup.walk(bond, path);
        if (!wasFree && _isConfirmed(rollup.rootBonds(bond).tip)) {
            ++reached[wasFrozen ? "frozen bond freed" : "bond freed"];
        }
        if (!_isAtStake(bond)) ++reached["bond burned"];
    }

    /// @dev By the match it lost, if it lost one.
    function _split(uint256 index) private {
        ClaimKey memory lost = _nodes[index].version.claim;
        for (uint256 i = 1; i < _nodes.length; ++i) {
            for (uint256 side = 0; side < 2; ++side) {
                (Player memory one, Player memory two) =
                    side == 0 ? (_nodes[index].version, _nodes[i].version) : (_nodes[i].version, _nodes[index].version);
                MatchKey memory key = slotMatch(one, two);
                if (tournament.matches(key.id()).phase != Phase.Settled) continue;
                try rollup.splitBond(lost, key, movesIn(key)) {
                    ++reached["bond split"];
                } catch {}
            }
        }
    }

    function _release(BondId bond) private {
        vm.prank(rollup.rootBonds(bond).owner);
        try rollup.releaseBond(bond) {
            ++reached["bond released"];
        } catch {}
    }

    // Helpers

    /// @dev A match in which somebody is to move, from a random one on.
    function _anyMatch(uint256 seed) private view returns (bool found, uint256 one, uint256 two) {
        uint256 count = _nodes.length * _nodes.length;
        for (uint256 i = 0; i < count; ++i) {
            uint256 pair = (seed % count + i) % count;
            (one, two) = (pair / _nodes.length, pair % _nodes.length);
            MatchKey memory key = slotMatch(_nodes[one].version, _nodes[two].version);
            if (tournament.matches(key.id()).phase == Phase.Turning) return (true, one, two);
        }
    }

    function _indexOf(ClaimId id) private view returns (uint256) {
        assertNotEq(_numbers[id], 0, "unknown claim");
        return _numbers[id] - 1;
    }

    function _id(uint256 index) private view returns (ClaimId) {
        return _nodes[index].version.claim.id();
    }

    function _isConfirmed(ClaimId id) private view returns (bool) {
        return rollup.claims(id).status == ClaimStatus.Confirmed;
    }

    function _wasMarked(uint256 index) private view returns (bool) {
        return rollup.claims(_id(index)).status == ClaimStatus.Void;
    }

    function _isAtStake(BondId bond) private view returns (bool) {
        BondStatus status = rollup.rootBonds(bond).status;
        return status == BondStatus.Locked || status == BondStatus.Frozen;
    }
}
