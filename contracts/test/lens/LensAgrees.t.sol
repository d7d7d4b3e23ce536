// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BondStatus} from "../../src/interfaces/IRollup.sol";
import {
    BondReport,
    BondStanding,
    ClaimReport,
    ClaimStanding,
    Due,
    MatchReport,
    Mover,
    StepBondReport,
    StepBondStanding,
    TournamentReport,
    Walk
} from "../../src/lens/ILens.sol";
import {Joiners} from "../../src/tournament/Delay.sol";
import {ClaimKey} from "../../src/types/ClaimKey.sol";
import {CommitmentId, MatchId, TournamentId, rootTournament, stepTournament} from "../../src/types/Ids.sol";
import {Standing} from "../../src/types/CommitmentState.sol";
import {Duration} from "../../src/types/Duration.sol";
import {Instant} from "../../src/types/Instant.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {Outcome, Phase, Side} from "../../src/types/MatchState.sol";
import {Move} from "../../src/types/Move.sol";
import {Status} from "../../src/types/TournamentState.sol";
import {Player} from "../support/Dispute.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Stages} from "../support/Stages.sol";
import {Lie} from "../support/ToyMachine.sol";

/// @notice T07 for the whole lens: after each of a series of random acts, its word on every claim, match, tournament and bond
/// is compared with what every verb does in the same block.
contract LensAgreesTest is Stages {
    using RunTrees for RunTree;

    uint256 private constant VERBS = 14;
    Joiners private nobody = Joiners(0, 0);

    /// @dev Alice is honest; Bob and Carol lie under genesis; Dave and Erin are rivals under Alice, Frank is under Bob.
    Player[] private cast;
    mapping(bytes32 commitment => RunTree) private trees;
    mapping(bytes32 tournament => CommitmentId[]) private members;
    TournamentId[] private contests;
    MatchKey[] private slotKeys;
    /// @dev Which words of each kind have come up.
    mapping(uint256 kind => mapping(uint256 word => bool)) private said;

    function setUp() public override {
        vm.pauseGasMetering();
        super.setUp();
        _keep(honest("alice"));
        _keep(player("bob", twist));
        _keep(player("carol", Lie(1500, 2, 8)));
        propose(cast[0]);
        append();
        _keep(_after("dave", Lie(0, 0, 0), cast[0]));
        _keep(_after("erin", Lie(1, 1, 7), cast[0]));
        _keep(_after("frank", Lie(0, 0, 0), cast[1]));
        for (uint256 i = 0; i < cast.length; ++i) {
            vm.deal(cast[i].account, 100 ether);
            vm.prank(cast[i].account);
            bonds.deposit{value: 50 ether}();
            trees[CommitmentId.unwrap(_commitment(i))] = cast[i].slots;
        }
        _enter(0);
        vm.resumeGasMetering();
    }

    function _after(string memory name, Lie memory lie, Player memory parent) private returns (Player memory) {
        return playerAfter(name, lie, parent.claim, parent.end, lastRecord());
    }

    function _keep(Player memory who) private {
        Player storage kept = cast.push();
        kept.account = who.account;
        kept.bond = who.bond;
        kept.lie = who.lie;
        kept.records = who.records;
        kept.start = who.start;
        kept.claim = who.claim;
        kept.end = who.end;
        kept.slots = who.slots;
    }

    // Random acts

    /// forge-config: default.fuzz.runs = 3
    function test_T07_fuzz_theLensAndTheVerbsAgree(uint256 seed) public {
        vm.pauseGasMetering();
        for (uint256 i = 0; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            try this.act(seed % VERBS, seed >> 16, seed >> 32) {} catch {}
            this.agree(seed >> 48);
        }
        _assertDecidedByTheBound();
    }

    /// @dev Two disputes, at two heights, in which every standing and everything that can be due comes up.
    function test_T07_theLensAndTheVerbsAgree_inWholeDisputes() public {
        vm.pauseGasMetering();
        this.agree(0);
        _assertStanding(0, ClaimStanding.Joining);
        _propose(3);
        pass(3);
        for (uint256 i = 0; i < 4; ++i) {
            _propose([uint256(1), 2, 4, 5][i]);
            this.agree(i);
        }
        _assertStanding(0, ClaimStanding.Playing);
        _assertStanding(2, ClaimStanding.Joining);
        MatchKey memory key = _disputeToTheProof(0, 1);
        MatchKey memory below = _disputeToTheProof(3, 4);
        roll(tournament.closing(contest(cast[0])));
        this.agree(0);
        _assertStanding(2, ClaimStanding.Waiting);
        assertFalse(_isDue(key, Due.Proof), "a slot match takes none");

        _prove(key);
        _prove(below);
        _assertStanding(1, ClaimStanding.Lost);
        _assertStanding(5, ClaimStanding.Orphaned);
        rollup.walk(cast[4].bond, _path(4));
        this.agree(4);
        rollup.voidClaim(cast[5].claim);
        rollup.walk(cast[5].bond, _path(5));
        this.agree(5);
        _assertStanding(5, ClaimStanding.Void);

        // Carol never answers.
        key = MatchKey(contest(cast[0]), _commitment(0), _commitment(2));
        playOn(key);
        roll(tournament.deadline(key.id()));
        this.agree(2);
        assertTrue(_isDue(key, Due.Timeout));
        tournament.timeout(key);
        this.agree(2);
        _assertStanding(0, ClaimStanding.Confirmable);
        _assertStanding(3, ClaimStanding.ParentUndecided);
        rollup.confirm(cast[0].claim);
        this.agree(4);
        _assertStanding(0, ClaimStanding.Confirmed);
        _assertStanding(3, ClaimStanding.Confirmable);
        vm.prank(cast[0].account);
        rollup.releaseBond(cast[0].bond);
        this.agree(0);

        _assertSaid(0, uint256(ClaimStanding.Joining), uint256(ClaimStanding.Void));
        _assertSaid(1, uint256(Due.Nothing), uint256(Due.Timeout));
        _assertSaid(2, uint256(BondStanding.Releasable), uint256(BondStanding.Forfeited));
        _assertSaid(3, uint256(Walk.Refused), uint256(Walk.Burn));
        _assertSaid(4, uint256(StepBondStanding.Contending), uint256(StepBondStanding.Releasable));
    }

    function _disputeToTheProof(uint256 one, uint256 two) private returns (MatchKey memory slotKey) {
        slotKey = MatchKey(contest(cast[one]), _commitment(one), _commitment(two));
        while (tournament.matches(slotKey.id()).phase == Phase.Turning) {
            playOn(slotKey);
            this.agree(one);
        }
        assertTrue(_isDue(slotKey, Due.Steps));
        _joinSteps(slotKey, true);
        _joinSteps(slotKey, false);
        MatchKey memory stepKey = _stepKey(slotKey);
        while (tournament.matches(stepKey.id()).phase == Phase.Turning) {
            playOn(stepKey);
        }
        this.agree(two);
        assertTrue(_isDue(stepKey, Due.Proof));
    }

    function _prove(MatchKey memory slotKey) private {
        prove(_stepKey(slotKey));
        this.agree(0);
        roll(tournament.closing(stepTournament(slotKey.id())));
        this.agree(1);
        assertTrue(_isDue(slotKey, Due.Conclude));
        tournament.conclude(slotKey);
        this.agree(2);
    }

    function _stepKey(MatchKey memory slotKey) private view returns (MatchKey memory) {
        CommitmentId[] storage sides = members[MatchId.unwrap(slotKey.id())];
        return MatchKey(stepTournament(slotKey.id()), sides[0], sides[1]);
    }

    function _assertStanding(uint256 index, ClaimStanding expected) private view {
        ClaimReport memory report = lens.claimReport(_path(index), new MatchKey[](0), nobody);
        assertEq(uint256(report.standing), uint256(expected), "standing");
    }

    function _isDue(MatchKey memory key, Due due) private view returns (bool) {
        return lens.matchReport(key, new MatchKey[](0), 0).due == due;
    }

    function _assertSaid(uint256 kind, uint256 first, uint256 last) private view {
        for (uint256 word = first; word <= last; ++word) {
            assertTrue(said[kind][word], string.concat("unsaid: ", vm.toString(kind), ", ", vm.toString(word)));
        }
    }

    function _say(uint256 kind, uint256 word) private {
        said[kind][word] = true;
    }

    function act(uint256 verb, uint256 a, uint256 b) external {
        MatchKey[] memory matches = _matches();
        MatchKey memory key =
            matches.length == 0 ? MatchKey(contests[0], _commitment(0), _commitment(1)) : matches[a % matches.length];
        if (verb == 0) _propose(1 + a % (cast.length - 1));
        else if (verb < 5) playOn(key);
        else if (verb == 5) _joinSteps(key, b % 2 == 0);
        else if (verb == 6) prove(key);
        else if (verb == 7) settle(key);
        else if (verb == 8) tournament.merge(contests[a % contests.length]);
        else if (verb == 9) rollup.confirm(cast[a % cast.length].claim);
        else if (verb == 10) rollup.voidClaim(cast[a % cast.length].claim);
        else if (verb == 11) rollup.walk(cast[a % cast.length].bond, _path(b % cast.length));
        else if (verb == 12) pass(1 + a % 20);
        else pass(1 + a % BUDGET);
    }

    function _propose(uint256 index) private {
        Player memory who = cast[index];
        ClaimKey memory parent = index < 3 ? genesis : cast[index == 5 ? 1 : 0].claim;
        if (index > 2) follow(who, parent);
        if (index == 1 || index == 2 || index == 4) proposeSibling(who, parent);
        else propose(who);
        _enter(index);
    }

    function _enter(uint256 index) private {
        TournamentId id = contest(cast[index]);
        CommitmentId[] storage all = members[TournamentId.unwrap(id)];
        if (all.length == 0) contests.push(id);
        all.push(_commitment(index));
    }

    function playOn(MatchKey memory key) public {
        bool oneMoves = tournament.matches(key.id()).toMove == Side.One;
        RunTree memory own = trees[CommitmentId.unwrap(oneMoves ? key.one : key.two)];
        RunTree memory rival = trees[CommitmentId.unwrap(oneMoves ? key.two : key.one)];
        if (tournament.matches(key.id()).owing) openRoot(cast[0].account, key, own);
        else turn(cast[0].account, key, own, rival);
        if (tournament.matches(key.id()).phase != Phase.InSteps) return;
        slotKeys.push(key);
        contests.push(stepTournament(key.id()));
    }

    function open(MatchKey memory key) external {
        openRoot(cast[0].account, key, trees[CommitmentId.unwrap(key.one)]);
    }

    function _joinSteps(MatchKey memory slotKey, bool sideOne) private {
        Player memory who = _playerOf(sideOne ? slotKey.one : slotKey.two);
        RunTree memory tree = stepTree(slotKey, who);
        CommitmentId commitment = stepCommitment(slotKey, tree);
        if (tournament.commitments(commitment).standing != Standing.Absent) return;
        joinSteps(who.account, slotKey, tree);
        trees[CommitmentId.unwrap(commitment)] = tree;
        members[MatchId.unwrap(slotKey.id())].push(commitment);
    }

    function prove(MatchKey memory key) public {
        MatchKey memory slotKey = _slotKey(key.tournament);
        resolve(slotKey, key, _playerOf(slotKey.one));
    }

    function settle(MatchKey memory key) public {
        if (tournament.matches(key.id()).phase == Phase.InSteps) tournament.conclude(key);
        else tournament.timeout(key);
    }

    // Every word of the lens

    function agree(uint256 other) external {
        for (uint256 i = 0; i < cast.length; ++i) {
            _agreeOnClaim(i);
            _agreeOnBond(i, i);
            _agreeOnBond(i, other % cast.length);
        }
        MatchKey[] memory matches = _matches();
        for (uint256 i = 0; i < matches.length; ++i) {
            _agreeOnMatch(matches[i]);
        }
        for (uint256 i = 0; i < contests.length; ++i) {
            _agreeOnTournament(contests[i], matches);
        }
        for (uint256 i = 0; i < slotKeys.length; ++i) {
            _agreeOnStepBonds(slotKeys[i]);
        }
    }

    function _agreeOnClaim(uint256 index) private {
        ClaimKey memory key = cast[index].claim;
        ClaimReport memory report = lens.claimReport(_path(index), _matches(), nobody);
        _say(0, uint256(report.standing));
        bool confirms = _succeeds(address(rollup), address(this), abi.encodeCall(rollup.confirm, (key)));
        assertEq(report.standing == ClaimStanding.Confirmable, confirms, "confirm");
        bool voids = _succeeds(address(rollup), address(this), abi.encodeCall(rollup.voidClaim, (key)));
        assertEq(report.voidable, voids, "voidClaim");
        assertEq(report.standing == ClaimStanding.Lost, rollup.isLost(key.id()), "lost");
        if (report.standing == ClaimStanding.Playing) {
            uint256 playing = 0;
            for (uint256 i = 0; i < report.matches.length; ++i) {
                if (report.matches[i].phase != Phase.Settled) ++playing;
            }
            assertEq(playing, 1, "it plays one match at a time");
        }
        if (confirms) assertEq(Duration.unwrap(report.maxRemainingDelay), 0, "nothing is left");
    }

    function _agreeOnMatch(MatchKey memory key) private {
        MatchReport memory report = lens.matchReport(key, _matches(), 0);
        _say(1, uint256(report.due));
        bytes memory call = abi.encodeCall(tournament.timeout, (key));
        assertEq(report.due == Due.Timeout, _succeeds(address(tournament), address(this), call), "timeout");
        call = abi.encodeCall(tournament.conclude, (key));
        assertEq(report.due == Due.Conclude, _succeeds(address(tournament), address(this), call), "conclude");
        bool opens = _succeeds(address(this), address(this), abi.encodeCall(this.open, (key)));
        assertEq(report.due == Due.OpenRoot, opens, "openRoot");
        if (!opens) {
            bool turns = _succeeds(address(this), address(this), abi.encodeCall(this.playOn, (key)));
            assertEq(report.due == Due.Turn || report.due == Due.LastTurn, turns, "turn");
        }
        bool proves =
            report.phase == Phase.Sealed && _succeeds(address(this), address(this), abi.encodeCall(this.prove, (key)));
        assertEq(report.due == Due.Proof || report.phase == Phase.Sealed, proves, "resolve");
        assertEq(report.due == Due.Nothing, report.phase == Phase.Settled, "nothing is due in a settled match only");
        assertEq(report.mover == Mover.Nobody, report.due == Due.Nothing || report.due == Due.Steps, "who must move");
        if (report.due == Due.Timeout) assertEq(Duration.unwrap(report.left), 0, "too late");
        if (report.phase == Phase.Turning && report.due != Due.Timeout) {
            assertEq(block.number + Duration.unwrap(report.left), Instant.unwrap(report.deadline), "deadline");
            assertGt(Duration.unwrap(report.left), 0, "in time");
        }
    }

    function _agreeOnTournament(TournamentId id, MatchKey[] memory matches) private {
        TournamentReport memory report = lens.tournamentReport(id, matches, nobody);
        bytes memory call = abi.encodeCall(tournament.merge, (id));
        assertEq(report.mergeable, _succeeds(address(tournament), address(this), call), "merge");
        uint256 alive = 0;
        CommitmentId[] storage all = members[TournamentId.unwrap(id)];
        for (uint256 i = 0; i < all.length; ++i) {
            if (!tournament.isEliminated(all[i])) ++alive;
        }
        assertEq(report.contenders, alive, "contenders");
        bool decided = report.status == Status.Won || report.status == Status.NoWinner;
        if (decided) assertEq(Duration.unwrap(report.maxRemainingDelay), 0, "decided");
        Duration rough = lens.maxRemainingDelay(id, new MatchKey[](0), nobody);
        assertFalse(rough < report.maxRemainingDelay, "knowing the matches sharpens the bound");
    }

    function _agreeOnBond(uint256 index, uint256 onPathOf) private {
        Player memory who = cast[index];
        ClaimKey[] memory path = _path(onPathOf);
        BondReport memory report = lens.bondReport(who.bond, path);
        _say(2, uint256(report.standing));
        _say(3, uint256(report.walk));
        bool releases = _succeeds(address(rollup), who.account, abi.encodeCall(rollup.releaseBond, (who.bond)));
        assertEq(report.standing == BondStanding.Releasable, releases, "releaseBond");

        uint256 before = vm.snapshotState();
        BondStatus previous = rollup.rootBonds(who.bond).status;
        try rollup.walk(who.bond, path) {
            BondStatus status = rollup.rootBonds(who.bond).status;
            assertTrue(report.walk != Walk.Refused, "walk is not refused");
            assertEq(report.walk == Walk.Burn, status == BondStatus.Forfeited, "walk burns");
            bool freezes = previous == BondStatus.Locked && status == BondStatus.Frozen;
            assertEq(report.walk == Walk.Freeze, freezes, "walk freezes");
        } catch {
            assertTrue(report.walk == Walk.Refused, "walk is refused");
        }
        vm.revertToStateAndDelete(before);

        ClaimKey memory last = path[path.length - 1];
        assertEq(report.splittable, _splits(who, last), "splitBond");
    }

    /// @dev Whether the player's bond is split for the claim, with the match that it lost.
    function _splits(Player memory who, ClaimKey memory lost) private returns (bool splits) {
        if (!(rollup.claims(lost.id()).bond == who.bond)) return false;
        CommitmentId id = lost.id().commitment();
        MatchKey[] memory matches = _matches();
        for (uint256 i = 0; i < matches.length && !splits; ++i) {
            if (!(matches[i].one == id) && !(matches[i].two == id)) continue;
            Move[] memory moves = movesIn(matches[i]);
            bytes memory call = abi.encodeCall(rollup.splitBond, (lost, matches[i], moves));
            splits = _succeeds(address(rollup), address(this), call);
        }
    }

    function _agreeOnStepBonds(MatchKey memory slotKey) private {
        CommitmentId[] storage all = members[MatchId.unwrap(slotKey.id())];
        for (uint256 i = 0; i < all.length; ++i) {
            RunTree memory tree = trees[CommitmentId.unwrap(all[i])];
            StepBondReport memory report = lens.stepBondReport(slotKey, tree.root(), tree.last());
            _say(4, uint256(report.standing));
            bytes memory call = abi.encodeCall(tournament.releaseStepBond, (slotKey, tree.root(), tree.last()));
            bool releases = _succeeds(address(tournament), address(this), call);
            assertEq(report.standing == StepBondStanding.Releasable, releases, "releaseStepBond");
            assertEq(report.standing == StepBondStanding.Splittable, _splitsStep(slotKey, all[i]), "splitStepBonds");
            assertEq(report.stake, STEP_BOND, "nobody has settled it");
        }
    }

    function _splitsStep(MatchKey memory slotKey, CommitmentId id) private returns (bool splits) {
        MatchKey[] memory matches = _matches();
        for (uint256 i = 0; i < matches.length && !splits; ++i) {
            MatchKey memory key = matches[i];
            if (!(key.one == id) && !(key.two == id)) continue;
            Outcome won = key.one == id ? Outcome.One : Outcome.Two;
            if (tournament.matches(key.id()).outcome == won) continue;
            bytes memory call = abi.encodeCall(tournament.splitStepBonds, (slotKey, key, movesIn(key)));
            splits = _succeeds(address(tournament), address(this), call);
        }
    }

    /// @dev Whether a call succeeds in this block; what it did is undone.
    function _succeeds(address to, address from, bytes memory data) private returns (bool success) {
        uint256 before = vm.snapshotState();
        vm.prank(from);
        (success,) = to.call(data);
        vm.revertToStateAndDelete(before);
    }

    // The bound

    /// @dev From here on nobody moves or joins, and what is due is called at once.
    function _assertDecidedByTheBound() private {
        for (uint256 i = 0; i < contests.length; ++i) {
            Duration left = lens.maxRemainingDelay(contests[i], _matches(), nobody);
            uint256 before = vm.snapshotState();
            uint256 end = block.number + Duration.unwrap(left);
            while (vm.getBlockNumber() < end) {
                this.settleAll();
                vm.roll(vm.getBlockNumber() + 1);
            }
            this.settleAll();
            (Status status,) = tournament.result(contests[i]);
            assertTrue(status == Status.Won || status == Status.NoWinner, "decided by the bound");
            vm.revertToStateAndDelete(before);
        }
    }

    function settleAll() external {
        bool again = true;
        while (again) {
            again = false;
            MatchKey[] memory matches = _matches();
            for (uint256 i = 0; i < matches.length; ++i) {
                Phase phase = tournament.matches(matches[i].id()).phase;
                if (phase == Phase.Settled) continue;
                try this.settle(matches[i]) {
                    again = true;
                } catch {}
            }
            for (uint256 i = 0; i < contests.length; ++i) {
                try tournament.merge(contests[i]) {
                    again = true;
                } catch {}
            }
        }
    }

    // Books

    function _commitment(uint256 index) private view returns (CommitmentId) {
        return cast[index].claim.id().commitment();
    }

    function _path(uint256 index) private view returns (ClaimKey[] memory path) {
        path = new ClaimKey[](index < 3 ? 1 : 2);
        path[0] = cast[index].claim;
        if (index > 2) path[1] = cast[index == 5 ? 1 : 0].claim;
    }

    function _playerOf(CommitmentId id) private view returns (Player memory) {
        for (uint256 i = 0; i < cast.length; ++i) {
            if (_commitment(i) == id) return cast[i];
        }
        revert("nobody's");
    }

    function _slotKey(TournamentId steps) private view returns (MatchKey memory) {
        for (uint256 i = 0; i < slotKeys.length; ++i) {
            if (MatchId.unwrap(slotKeys[i].id()) == TournamentId.unwrap(steps)) return slotKeys[i];
        }
        revert("no slot match");
    }

    /// @dev Every match there has been, in ascending order of ids.
    function _matches() private view returns (MatchKey[] memory found) {
        found = new MatchKey[](32);
        uint256 count = 0;
        for (uint256 i = 0; i < contests.length; ++i) {
            CommitmentId[] storage all = members[TournamentId.unwrap(contests[i])];
            for (uint256 j = 0; j < all.length * all.length; ++j) {
                MatchKey memory key = MatchKey(contests[i], all[j / all.length], all[j % all.length]);
                if (tournament.matches(key.id()).phase == Phase.Absent) continue;
                uint256 place = count++;
                for (; place > 0 && MatchId.unwrap(found[place - 1].id()) > MatchId.unwrap(key.id()); --place) {
                    found[place] = found[place - 1];
                }
                found[place] = key;
            }
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
    }
}
