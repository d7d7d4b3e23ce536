// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRollup, Bond, BondStatus, ClaimStatus} from "../src/interfaces/IRollup.sol";
import {ITournament} from "../src/interfaces/ITournament.sol";
import {ClaimKey} from "../src/types/ClaimKey.sol";
import {BondId} from "../src/types/Ids.sol";
import {MatchKey} from "../src/types/MatchKey.sol";
import {Side} from "../src/types/MatchState.sol";
import {Move} from "../src/types/Move.sol";
import {Player} from "./support/Dispute.sol";
import {Stages} from "./support/Stages.sol";
import {Lie} from "./support/ToyMachine.sol";

contract RootBondsTest is Stages {
    /// T03, T36: who owns both sides, and so the winner's share too, loses half of what the loser staked.
    function test_T03_T36_beatingOneselfCostsHalf() public {
        vm.pauseGasMetering();
        (Player memory alice, Player memory mallory, Move[] memory moves) = played();
        uint256 before = _holdings(alice) + _holdings(mallory);
        MatchKey memory key = slotMatch(alice, mallory);
        MatchKey memory stepKey = stepMatch(key, stepTree(key, alice), stepTree(key, mallory));
        rollup.splitBond(mallory.claim, key, moves);
        tournament.splitStepBonds(key, stepKey, movesIn(stepKey));
        uint256 lost = before - _holdings(alice) - _holdings(mallory);
        assertGe(lost, (ROOT_BOND + STEP_BOND) / 2);
        assertEq(lost, bonds.burned());
    }

    /// T33: to stand behind the right claim besides its proposer earns nothing, and costs nothing.
    function test_T33_aFreeloaderGetsNothing() public {
        vm.pauseGasMetering();
        Player memory freeloader = honest("freeloader");
        uint256 before = _holdings(freeloader);
        (Player memory alice, Player memory mallory, MatchKey memory key) = rivals();
        propose(freeloader);
        assertTrue(rollup.rootBonds(freeloader.bond).tip == alice.claim.id());
        playDispute(alice, mallory, alice);
        MatchKey memory stepKey = stepMatch(key, stepTree(key, alice), stepTree(key, mallory));
        rollup.splitBond(mallory.claim, key, movesIn(key));
        tournament.splitStepBonds(key, stepKey, movesIn(stepKey));
        confirm(alice);
        vm.prank(freeloader.account);
        rollup.releaseBond(freeloader.bond);
        (uint128 free, uint128 locked) = bonds.accounts(freeloader.account);
        assertEq(free, before);
        assertEq(locked, 0);
    }

    /// T26: a bond belongs to who calls, whoever signed the transaction.
    function test_T26_aWalletsBondIsTheWallets() public {
        address signer = makeAddr("signer");
        address wallet = makeAddr("wallet");
        vm.deal(address(this), ROOT_BOND);
        bonds.depositFor{value: ROOT_BOND}(wallet);
        vm.prank(wallet, signer);
        BondId bond = rollup.lockBond();
        assertEq(rollup.rootBonds(bond).owner, wallet);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotBondOwner.selector, bond, wallet, signer));
        vm.prank(signer, signer);
        rollup.releaseBond(bond);
        vm.prank(wallet, signer);
        rollup.releaseBond(bond);
    }

    function test_splitBond_honestLineIsRefunded() public {
        (Player memory alice, Player memory mallory, Move[] memory moves) = played();
        MatchKey memory key = slotMatch(alice, mallory);
        (uint128 before,) = bonds.accounts(alice.account);
        rollup.splitBond(mallory.claim, key, moves);
        uint256 refund = 0;
        for (uint256 i = 0; i < moves.length; ++i) {
            if (moves[i].side == Side.One) refund += moves[i].refund;
        }
        (uint128 free,) = bonds.accounts(alice.account);
        assertEq(free - before, refund + ROOT_BOND * 15 / 100);
        assertEq(bonds.burned(), ROOT_BOND - refund - ROOT_BOND * 15 / 100);
        (, uint128 locked) = bonds.accounts(mallory.account);
        assertEq(locked, STEP_BOND, "the step bond is another matter");
        vm.expectRevert(abi.encodeWithSelector(IRollup.WrongBondStatus.selector, mallory.bond, BondStatus.Forfeited));
        rollup.splitBond(mallory.claim, key, moves);
    }

    function test_splitBond_wrongMoves() public {
        (Player memory alice, Player memory mallory, Move[] memory moves) = played();
        moves[1].mover = address(this);
        MatchKey memory key = slotMatch(alice, mallory);
        vm.expectPartialRevert(ITournament.WrongMoves.selector);
        rollup.splitBond(mallory.claim, key, moves);
    }

    function test_splitBond_wrongMatchOrClaim() public {
        (Player memory alice, Player memory mallory, Move[] memory moves) = played();
        MatchKey memory key = slotMatch(mallory, alice);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotLostThere.selector, mallory.claim.id(), key));
        rollup.splitBond(mallory.claim, key, moves);
        key = slotMatch(alice, mallory);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotLost.selector, alice.claim.id()));
        rollup.splitBond(alice.claim, key, moves);
    }

    function test_T62_shamLossUnderAnUndecidedParent() public {
        (Player memory parent, Player memory one, Player memory two) = rivalsUnderAnUndecided();
        MatchKey memory slotKey = slotMatch(one, two);
        bothLose(one, two);
        Move[] memory moves = movesIn(slotKey);
        vm.expectRevert(abi.encodeWithSelector(IRollup.ParentNotConfirmed.selector, parent.claim.id()));
        rollup.splitBond(one.claim, slotKey, moves);
    }

    function test_T75_childOfABadClaim() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        propose(mallory);
        append();
        Player memory child = playerAfter("child", Lie(0, 0, 0), mallory.claim, mallory.end, lastRecord());
        (child.account, child.bond) = (mallory.account, mallory.bond);
        propose(child);
        proposeSibling(inFirstDomain(alice), genesis);
        MatchKey memory key = slotMatch(mallory, alice);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);

        rollup.voidClaim(child.claim);
        assertTrue(rollup.claims(child.claim.id()).status == ClaimStatus.Void);
        vm.expectRevert(abi.encodeWithSelector(IRollup.BondStillNeeded.selector, mallory.bond, child.claim.id()));
        vm.prank(mallory.account);
        rollup.releaseBond(mallory.bond);
        ClaimKey[] memory path = new ClaimKey[](2);
        (path[0], path[1]) = (child.claim, mallory.claim);
        rollup.walk(mallory.bond, path);
        assertTrue(rollup.rootBonds(mallory.bond).status == BondStatus.Frozen);
        rollup.splitBond(mallory.claim, key, movesIn(key));
        assertTrue(rollup.rootBonds(mallory.bond).status == BondStatus.Forfeited);
    }

    function test_T37_walk_burnsABackerOfALostClaim() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        Player memory backer = player("mallory2", twist);
        propose(mallory);
        follow(backer, mallory.claim);
        proposeSibling(alice, genesis);
        MatchKey memory key = slotMatch(mallory, alice);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        ClaimKey[] memory path = new ClaimKey[](1);
        path[0] = alice.claim;
        vm.expectRevert(
            abi.encodeWithSelector(IRollup.NotOnPath.selector, backer.bond, mallory.claim.id(), alice.claim.id())
        );
        rollup.walk(backer.bond, path);
        path[0] = mallory.claim;
        rollup.walk(backer.bond, path);
        assertTrue(rollup.rootBonds(backer.bond).status == BondStatus.Forfeited);
        assertEq(bonds.burned(), ROOT_BOND, "only burned");
    }

    /// T37: a bond backs every claim above its tip, though its own are sound; and a walk goes on where it stood.
    function test_T37_walk_aRightChildOfALostClaimSavesNoBond() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        propose(mallory);
        append();
        Player memory backer = playerAfter("backer", Lie(0, 0, 0), mallory.claim, mallory.end, lastRecord());
        follow(backer, mallory.claim);
        propose(backer);
        proposeSibling(inFirstDomain(alice), genesis);
        MatchKey memory key = slotMatch(mallory, alice);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        ClaimKey[] memory edge = new ClaimKey[](1);
        edge[0] = backer.claim;
        rollup.walk(backer.bond, edge);
        assertTrue(rollup.rootBonds(backer.bond).status == BondStatus.Locked, "its own claim has not lost");
        edge[0] = mallory.claim;
        rollup.walk(backer.bond, edge);
        assertTrue(rollup.rootBonds(backer.bond).status == BondStatus.Forfeited);
        assertEq(bonds.burned(), ROOT_BOND);
        confirm(alice);
        vm.prank(alice.account);
        rollup.releaseBond(alice.bond);
    }

    /// A lost claim whose parent is undecided freezes; the money moves when the parent is confirmed.
    function test_walk_frozenUntilTheParentIsConfirmed() public {
        (Player memory parent, Player memory one, Player memory two) = rivalsUnderAnUndecided();
        Player memory backer = playerAfter("backer", Lie(1, 1, 7), parent.claim, parent.end, lastRecord());
        follow(backer, parent.claim);
        follow(backer, two.claim);
        bothLose(one, two);
        ClaimKey[] memory edge = new ClaimKey[](1);
        edge[0] = two.claim;
        rollup.walk(backer.bond, edge);
        Bond memory bond = rollup.rootBonds(backer.bond);
        assertTrue(bond.status == BondStatus.Frozen && bond.walked == parent.claim.id());
        confirm(parent);
        rollup.walk(backer.bond, edge);
        assertTrue(rollup.rootBonds(backer.bond).status == BondStatus.Forfeited, "from the tip again");
    }

    function test_walk_waitsAtAnUndecidedClaim() public {
        (Player memory parent, Player memory child) = chain();
        ClaimKey[] memory path = new ClaimKey[](2);
        (path[0], path[1]) = (child.claim, parent.claim);
        rollup.walk(parent.bond, path);
        Bond memory bond = rollup.rootBonds(parent.bond);
        assertTrue(bond.status == BondStatus.Locked && bond.walking && bond.walked == parent.claim.id());
    }

    /// A walk from genesis has nowhere to go, and must not keep a later one from the bond's path.
    function test_walk_fromGenesisStrandsNoBond() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        Player memory backer = player("backer", twist);
        ClaimKey[] memory path = new ClaimKey[](1);
        path[0] = genesis;
        rollup.walk(backer.bond, path);
        propose(mallory);
        follow(backer, mallory.claim);
        proposeSibling(alice, genesis);
        MatchKey memory key = slotMatch(mallory, alice);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        path[0] = mallory.claim;
        rollup.walk(backer.bond, path);
        assertTrue(rollup.rootBonds(backer.bond).status == BondStatus.Forfeited);
    }

    function test_voidClaim_parentAlive() public {
        (Player memory parent, Player memory child) = chain();
        vm.expectRevert(abi.encodeWithSelector(IRollup.ParentAlive.selector, parent.claim.id()));
        rollup.voidClaim(child.claim);
    }

    /// A liar makes a long chain of right claims first, so that nobody's bond is near when the wrong one comes.
    function test_follow_aLongWayTakesNoTime() public {
        (ClaimKey[] memory path, bytes32 core) = _longChain(12);
        ClaimKey memory last = path[path.length - 1];
        append();
        Player memory liar = playerAfter("liar", Lie(1, 1, 7), last, core, lastRecord());
        propose(liar);

        // A bond that backs nothing is there at once.
        Player memory fresh = playerAfter("fresh", Lie(0, 0, 0), last, core, lastRecord());
        proposeSibling(fresh, last);
        assertTrue(rollup.rootBonds(fresh.bond).tip == fresh.claim.id());

        // One that backs the first claim follows all the others in one call, which does not leave out any.
        Player memory near = honest("near");
        follow(near, path[0]);
        ClaimKey[] memory rest = new ClaimKey[](path.length - 2);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = path[i + 2];
        }
        vm.startPrank(near.account);
        vm.expectRevert(abi.encodeWithSelector(IRollup.BondElsewhere.selector, near.bond, path[0].id(), path[1].id()));
        rollup.follow(near.bond, rest);
        rest = new ClaimKey[](path.length - 1);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = path[i + 1];
        }
        (rest[3], rest[4]) = (rest[4], rest[3]);
        vm.expectPartialRevert(IRollup.BondElsewhere.selector);
        rollup.follow(near.bond, rest);
        (rest[3], rest[4]) = (rest[4], rest[3]);
        rollup.follow(near.bond, rest);
        vm.stopPrank();
        assertTrue(rollup.rootBonds(near.bond).tip == last.id());
    }

    function test_follow_onlyItsOwner_onlyToAClaim() public {
        Player memory alice = honest("alice");
        propose(alice);
        Player memory bob = honest("bob");
        ClaimKey[] memory path = new ClaimKey[](0);
        vm.expectRevert(abi.encodeWithSelector(IRollup.NotBondOwner.selector, bob.bond, bob.account, address(this)));
        rollup.follow(bob.bond, path);
        path = new ClaimKey[](1);
        path[0] = alice.claim;
        path[0].traceRoot = "nobody's";
        vm.expectRevert(abi.encodeWithSelector(IRollup.UnknownClaim.selector, path[0].id()));
        vm.prank(bob.account);
        rollup.follow(bob.bond, path);
    }

    function test_follow_andDeadClaims() public {
        Player memory alice = honest("alice");
        Player memory mallory = player("mallory", twist);
        Player memory backer = honest("backer");
        propose(mallory);
        proposeSibling(alice, genesis);
        MatchKey memory key = slotMatch(mallory, alice);
        roll(tournament.deadline(key.id()));
        tournament.timeout(key);
        ClaimKey[] memory path = new ClaimKey[](1);
        path[0] = mallory.claim;
        vm.expectRevert(abi.encodeWithSelector(IRollup.DeadClaim.selector, mallory.claim.id()));
        vm.prank(backer.account);
        rollup.follow(backer.bond, path);
        follow(backer, alice.claim);
        confirm(alice);
        vm.prank(backer.account);
        rollup.releaseBond(backer.bond);
        (uint128 free, uint128 locked) = bonds.accounts(backer.account);
        assertEq(free, ROOT_BOND + STEP_BOND);
        assertEq(locked, 0);
    }

    function test_releaseBond_backingAnUndecidedClaim() public {
        Player memory alice = honest("alice");
        propose(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollup.BondStillNeeded.selector, alice.bond, alice.claim.id()));
        vm.prank(alice.account);
        rollup.releaseBond(alice.bond);
    }

    function test_bond_atAConfirmedClaimBacksNothing() public {
        Player memory late = honest("late");
        Player memory alice = honest("alice");
        propose(alice);
        confirm(alice);
        append();
        Player memory next = playerAfter("next", Lie(0, 0, 0), alice.claim, alice.end, lastRecord());
        (next.account, next.bond) = (late.account, late.bond);
        propose(next);
        confirm(next);
    }

    function _holdings(Player memory who) private view returns (uint256) {
        (uint128 free, uint128 locked) = bonds.accounts(who.account);
        return uint256(free) + locked;
    }

    /// @dev Right claims of one block each but for the first, by one proposer, and the core at their end.
    function _longChain(uint256 length) private returns (ClaimKey[] memory path, bytes32 core) {
        path = new ClaimKey[](length);
        Player memory builder = honest("builder");
        for (uint256 i = 0; i < length; ++i) {
            if (i > 0) {
                vm.warp(block.timestamp + 12);
                append();
                Player memory next = playerAfter("next", Lie(0, 0, 0), path[i - 1], core, lastRecord());
                (builder.claim, builder.end) = (next.claim, next.end);
            }
            propose(builder);
            (path[i], core) = (builder.claim, builder.end);
        }
    }
}
