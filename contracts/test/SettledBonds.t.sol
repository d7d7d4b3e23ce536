// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Bond, BondStatus, ClaimStatus, IRollup} from "../src/interfaces/IRollup.sol";
import {ClaimKey} from "../src/types/ClaimKey.sol";
import {ClaimId} from "../src/types/Ids.sol";
import {MatchKey} from "../src/types/MatchKey.sol";
import {Move} from "../src/types/Move.sol";
import {Player} from "./support/Dispute.sol";
import {Settled} from "./support/Settled.sol";
import {Lie, ToyMachine} from "./support/ToyMachine.sol";

/// @notice What a proof of the boundary makes of root bonds.
contract SettledBondsTest is Settled {
    MatchKey[] private _met;

    /// The confirmed claim's bond and the void one's come back; the liar's burns whole, nobody else's.
    function test_settled_eachBondByItsClaim() public {
        (Player memory first, Player memory second, Player memory liar) = _three();
        settle(first);
        assertReleased(first);
        vm.expectRevert(abi.encodeWithSelector(IRollup.BondStillNeeded.selector, second.bond, second.claim.id()));
        vm.prank(second.account);
        rollup.releaseBond(second.bond);
        vm.expectEmit();
        emit IRollup.BondFreed(second.bond, second.account, second.claim.id(), first.claim.id());
        walk(second, second.claim);
        assertReleased(second);
        walk(liar, liar.claim);
        assertTrue(_status(liar) == BondStatus.Forfeited);
        assertEq(bonds.burned(), ROOT_BOND);
    }

    /// Nothing is to be split where no match was lost.
    function test_settled_lossByProofAloneIsNotSplit() public {
        (, Player memory second, Player memory liar) = _three();
        settle(second);
        MatchKey memory key = slotMatch(second, liar);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotLostThere.selector, liar.claim.id(), key));
        rollup.splitBond(liar.claim, key, new Move[](0));
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotLost.selector, second.claim.id()));
        rollup.splitBond(second.claim, key, new Move[](0));
    }

    /// Lost in a match as well: split as ever, and a walk leaves it to that.
    function test_settled_lossInAMatchTooIsSplit() public {
        (Player memory alice, Player memory mallory, Move[] memory moves) = played();
        settle(alice);
        walk(mallory, mallory.claim);
        assertTrue(_status(mallory) == BondStatus.Frozen);
        rollup.splitBond(mallory.claim, slotMatch(alice, mallory), moves);
        assertTrue(_status(mallory) == BondStatus.Forfeited);
        assertGe(bonds.burned(), ROOT_BOND / 2);
        assertLt(bonds.burned(), ROOT_BOND);
    }

    /// What a cancelled tournament does afterwards moves no bond but one that is lost anyhow.
    function test_settled_lossInACancelledMatchCostsHalfAtLeast() public {
        (Player memory alice, Player memory mallory,) = rivals();
        settle(alice);
        playDispute(alice, mallory, mallory);
        Move[] memory moves = movesIn(slotMatch(alice, mallory));
        rollup.splitBond(mallory.claim, slotMatch(alice, mallory), moves);
        assertGe(bonds.burned(), ROOT_BOND / 2);
        assertReleased(alice);
    }

    /// T82: a lie under a claim that a proof makes void is nobody's business any more, also when it has been lost and its
    /// bond frozen.
    function test_T82_aFrozenBondUnderAVoidClaimIsFreed() public {
        (Player memory first, Player memory second, Player memory liar) = _deep();
        walk(liar, liar.claim);
        assertTrue(_status(liar) == BondStatus.Frozen);
        settle(first);
        // The walk stands at the void claim, where it had come to.
        assertTrue(rollup.rootBonds(liar.bond).walked == second.claim.id());
        walk(liar, second.claim);
        assertTrue(_status(liar) == BondStatus.Locked);
        assertTrue(rollup.rootBonds(liar.bond).tip == first.claim.id());
        assertReleased(liar);
        assertEq(bonds.burned(), 0);
    }

    /// The same, by a walk that begins afterwards and takes two calls.
    function test_T82_aFreedBondIsWalkedToTheTopmostClaim() public {
        (Player memory first, Player memory second, Player memory liar) = _deep();
        settle(first);
        walk(liar, liar.claim);
        assertTrue(_status(liar) == BondStatus.Frozen, "lost below is lost, until the top is reached");
        vm.expectRevert(
            abi.encodeWithSelector(IRollup.NotOnPath.selector, liar.bond, second.claim.id(), liar.claim.id())
        );
        walk(liar, liar.claim);
        walk(liar, second.claim);
        assertReleased(liar);
    }

    /// T82: an elimination that the proof overrules freezes no bond for ever.
    function test_T82_anOverruledLossIsFreed() public {
        Player memory first = astray("first", 1);
        Player memory second = honest("second");
        propose(first);
        proposeSibling(second, genesis);
        timeoutOne(first, second);
        walk(first, first.claim);
        assertTrue(_status(first) == BondStatus.Frozen);
        settle(second);
        Move[] memory none = new Move[](0);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotLost.selector, first.claim.id()));
        rollup.splitBond(first.claim, slotMatch(first, second), none);
        walk(first, first.claim);
        assertReleased(first);
        assertEq(bonds.burned(), 0);
    }

    /// What was split before the proof came stays split, whatever that says.
    function test_T82_aSplitIsNotUndone() public {
        Player memory first = astray("first", 1);
        Player memory second = honest("second");
        propose(first);
        proposeSibling(second, genesis);
        timeoutOne(first, second);
        rollup.splitBond(first.claim, slotMatch(first, second), movesIn(slotMatch(first, second)));
        uint256 burned = bonds.burned();
        settle(second);
        vm.expectRevert(abi.encodeWithSelector(IRollup.WrongBondStatus.selector, first.bond, BondStatus.Forfeited));
        walk(first, first.claim);
        assertEq(bonds.burned(), burned);
    }

    /// A walk that had come to a claim which the proof confirms begins again: what is below answers for itself.
    function test_settled_aWalkBeginsAgainBelowTheConfirmedClaim() public {
        Player memory first = honest("first");
        propose(first);
        append();
        Player memory one = childOf("one", first, Lie(0, 0, 0));
        Player memory two = childOf("two", first, Lie(1, 1, 7));
        follow(one, first.claim);
        follow(two, first.claim);
        propose(one);
        proposeSibling(two, first.claim);
        walk(two, two.claim, first.claim);
        assertTrue(rollup.rootBonds(two.bond).walked == first.claim.id());
        settle(first);
        settle(one);
        walk(two, two.claim);
        assertTrue(_status(two) == BondStatus.Forfeited, "lost by the proof alone");
        assertReleased(first);
        assertReleased(one);
    }

    /// A freed bond is at the latest confirmed claim, and proposes from there.
    function test_settled_aFreedBondIsUsedAgain() public {
        (Player memory first, Player memory second,) = _three();
        settle(first);
        walk(second, second.claim);
        append();
        Player memory next = childOf("next", first, Lie(0, 0, 0));
        (next.account, next.bond) = (second.account, second.bond);
        propose(next);
        assertTrue(rollup.claims(next.claim.id()).bond == second.bond);
        assertFalse(rollup.rootBonds(second.bond).walking);
        confirm(next);
        assertReleased(next);
    }

    /// A bond that backs a lost claim deep down burns with the topmost one.
    function test_settled_descendantsOfALostClaimBurn() public {
        Player memory liar = player("liar", twist);
        propose(liar);
        append();
        Player memory child = childOf("child", liar, Lie(0, 0, 0));
        follow(child, liar.claim);
        propose(child);
        settle(inFirstDomain(honest("alice")));
        walk(child, child.claim, liar.claim);
        assertTrue(_status(child) == BondStatus.Forfeited);
        walk(liar, liar.claim);
        assertEq(bonds.burned(), 2 * ROOT_BOND);
    }

    /// Any children, any of them eliminated, any boundary proven: what has another boundary burns, all else comes back, and no
    /// more than what was staked.
    function test_fuzz_settled_everyBondIsDecidedByItsBoundary(uint8[4] memory kinds, uint8 proven, bool late) public {
        vm.pauseGasMetering();
        Player[4] memory players;
        for (uint256 i = 0; i < 4; ++i) {
            players[i] = _ofKind(string.concat("player", vm.toString(i)), kinds[i] % 4);
            if (i == 0) propose(players[i]);
            else proposeSibling(players[i], genesis);
            // The first two that differ have met.
            if (_met.length == 0 && players[i].claim.id() != players[0].claim.id()) {
                _met.push(slotMatch(players[0], players[i]));
            }
        }
        if (late && _met.length > 0) {
            roll(tournament.deadline(_met[0].id()));
            tournament.timeout(_met[0]);
        }
        bytes32 boundary = _ofKind("prover", proven % 4).claim.boundary;
        ClaimId winner = rollup.settle(rollup.genesis(), GENESIS_NUMBER + 2, boundary);
        assertTrue(rollup.claims(winner).status == ClaimStatus.Confirmed);
        uint256 lost = 0;
        for (uint256 i = 0; i < 4; ++i) {
            if (_ends(players[i], boundary, winner)) ++lost;
        }
        assertLe(bonds.burned(), lost * ROOT_BOND);
        assertGe(bonds.burned(), lost * ROOT_BOND / 2);
    }

    /// @dev Brings one bond to its end. Returns whether it was lost.
    function _ends(Player memory who, bytes32 boundary, ClaimId winner) private returns (bool lost) {
        ClaimId id = who.claim.id();
        lost = who.claim.boundary != boundary;
        assertEq(rollup.isLost(id), lost, "lost");
        assertEq(rollup.isVoid(id), !lost && id != winner, "void");
        if (id != winner) walk(who, who.claim);
        if (!lost) {
            assertReleased(who);
        } else if (_status(who) != BondStatus.Forfeited) {
            rollup.splitBond(who.claim, _met[0], movesIn(_met[0]));
        }
    }

    /// @dev Right, with a right boundary on a wrong trace, or one of two lies.
    function _ofKind(string memory name, uint256 kind) private returns (Player memory who) {
        if (kind == 0) who = honest(name);
        else if (kind == 1) who = astray(name, 1);
        else who = player(name, Lie(1025, 3, kind));
    }

    /// @dev Two children with the right boundary, and a liar's.
    function _three() private returns (Player memory first, Player memory second, Player memory liar) {
        first = honest("first");
        second = astray("second", 1);
        liar = player("liar", twist);
        propose(first);
        proposeSibling(second, genesis);
        proposeSibling(liar, genesis);
    }

    /// @dev Two children with the right boundary; under the second, a lie that has lost its contest.
    function _deep() private returns (Player memory first, Player memory second, Player memory liar) {
        first = honest("first");
        second = astray("second", 1);
        propose(first);
        proposeSibling(second, genesis);
        append();
        liar = childOf("liar", second, twist);
        Player memory rival = childOf("rival", second, Lie(0, 0, 0));
        follow(liar, second.claim);
        follow(rival, second.claim);
        propose(liar);
        proposeSibling(rival, second.claim);
        timeoutOne(liar, rival);
        first = inFirstDomain(first);
    }

    function _status(Player memory who) private view returns (BondStatus) {
        Bond memory bond = rollup.rootBonds(who.bond);
        return bond.status;
    }
}
