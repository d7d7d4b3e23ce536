// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CommitmentId, TournamentId, stepTournament} from "../../src/types/Ids.sol";
import {Instant} from "../../src/types/Instant.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {MatchState, Phase, Side} from "../../src/types/MatchState.sol";
import {Status} from "../../src/types/TournamentState.sol";
import {Dispute, Player} from "../support/Dispute.sol";
import {RunTree, RunTrees} from "../support/RunTree.sol";
import {Lie} from "../support/ToyMachine.sol";
import {Test} from "../support/TestBase.sol";

/// @notice One honest player, who answers everything within the allowance except while it is kept off L1 for a total under
/// `CENSORSHIP`, and liars who do what they like. It finds matches by trying all pairs, so it trusts no event.
contract TournamentHandler is Dispute {
    using RunTrees for RunTree;

    uint256 private constant MAX_LIARS = 4;

    Player private alice;
    Player[] private liars;
    /// @dev The tree of each commitment there is, and who is in a tournament.
    mapping(bytes32 commitment => RunTree) private trees;
    mapping(bytes32 tournament => CommitmentId[]) private members;
    MatchKey[] private slotKeys;
    CommitmentId[] public honestCommitments;
    uint256 private censored;
    /// @dev What the run got to, so that a run in which nothing happens is seen.
    uint256 public turns;
    uint256 public proofs;

    constructor() {
        setUp();
        _keep(player("liar0", Lie(1, 2, 1)));
        alice = honest("alice");
        propose(liars[0]);
        proposeSibling(alice, genesis);
        _register(contest(alice), alice.claim.id().commitment(), alice.slots);
        _register(contest(alice), liars[0].claim.id().commitment(), liars[0].slots);
        honestCommitments.push(alice.claim.id().commitment());
    }

    /// @dev Folding trees in Solidity takes more than a transaction's gas, which is not what is tested here.
    modifier unmetered() {
        vm.pauseGasMetering();
        _;
        vm.resumeGasMetering();
    }

    // What liars do

    function join(uint32 slot, uint32 step) external unmetered {
        if (liars.length == MAX_LIARS || vm.getBlockNumber() >= Instant.unwrap(tournament.closing(contest(alice)))) {
            return;
        }
        uint256 index = liars.length;
        Lie memory lie = Lie(slot % 3000, step % 8, index + 1);
        Player memory liar = player(string.concat("liar", vm.toString(index)), lie);
        _keep(liar);
        proposeSibling(liar, genesis);
        _register(contest(alice), liar.claim.id().commitment(), liar.slots);
    }

    function moveForLiar(uint256 seed) external unmetered {
        MatchKey[] memory all = _running();
        if (all.length == 0) return;
        MatchKey memory key = all[seed % all.length];
        MatchState memory state = tournament.matches(key.id());
        if (state.phase != Phase.Turning || _isExpired(key)) return;
        CommitmentId mover = state.toMove == Side.One ? key.one : key.two;
        if (!_isHonest(mover)) _turn(key, state);
    }

    /// @dev A liar joins a step tournament on either side, with the machine's own trace or one that goes astray.
    function joinStepsForLiar(uint256 seed, bool sideOne, uint8 astray) external unmetered {
        if (slotKeys.length == 0) return;
        MatchKey memory slotKey = slotKeys[seed % slotKeys.length];
        TournamentId id = stepTournament(slotKey.id());
        if (vm.getBlockNumber() >= Instant.unwrap(tournament.closing(id))) return;
        if (members[TournamentId.unwrap(id)].length >= 4) return;
        Player memory liar = _playerOf(sideOne ? slotKey.one : slotKey.two);
        RunTree memory tree = stepTree(slotKey, liar);
        if (astray % 6 < 5) tree.values[astray % 6] = keccak256(abi.encode("astray", seed));
        tree.values[tree.values.length - 1] = _leaf(slotKey, sideOne);
        if (_isIn(id, stepCommitment(slotKey, tree))) return;
        address account = liars[seed % liars.length].account;
        vm.deal(account, STEP_BOND);
        vm.prank(account);
        bonds.deposit{value: STEP_BOND}();
        joinSteps(account, slotKey, tree);
        _register(id, stepCommitment(slotKey, tree), tree);
    }

    // Time

    function pass(uint8 blocks) external unmetered {
        actHonestly();
        vm.roll(vm.getBlockNumber() + bound(blocks, 1, RESPONSE - 1));
        actHonestly();
    }

    function idle(uint8 times) external unmetered {
        uint256 count = bound(times, 1, 8);
        for (uint256 i = 0; i < count; ++i) {
            actHonestly();
            vm.roll(vm.getBlockNumber() + RESPONSE - 1);
        }
        actHonestly();
    }

    function censor(uint8 blocks) external unmetered {
        uint256 length = bound(blocks, 1, 20);
        if (censored + length >= CENSORSHIP) return;
        censored += length;
        vm.roll(vm.getBlockNumber() + length);
        actHonestly();
    }

    // What the honest player does

    function actHonestly() public {
        while (_actOnce()) {}
    }

    function honestCount() external view returns (uint256) {
        return honestCommitments.length;
    }

    function isEliminated(CommitmentId id) external view returns (bool) {
        return tournament.isEliminated(id);
    }

    function canConfirm() external view returns (bool) {
        (Status status, CommitmentId winner) = tournament.result(contest(alice));
        return status == Status.Won && winner == alice.claim.id().commitment();
    }

    function _actOnce() private returns (bool) {
        if (_mergeIfDue(contest(alice))) return true;
        MatchKey[] memory all = _running();
        for (uint256 i = 0; i < all.length; ++i) {
            if (_actIn(all[i])) return true;
        }
        return false;
    }

    function _actIn(MatchKey memory key) private returns (bool) {
        MatchState memory state = tournament.matches(key.id());
        bool honestOne = _isHonest(key.one);
        bool honestTwo = _isHonest(key.two);
        if (state.phase == Phase.InSteps) return _actInSteps(key, honestOne || honestTwo);
        if (state.phase == Phase.Sealed) {
            if (!honestOne && !honestTwo) return _timeout(key);
            MatchKey memory slotKey = _slotKey(key.tournament);
            Player memory who = alice;
            resolve(slotKey, key, who);
            ++proofs;
            return true;
        }
        if (_timeout(key)) return true;
        bool ours = state.toMove == Side.One ? honestOne : honestTwo;
        if (ours) _turn(key, state);
        return ours;
    }

    /// @dev Joins the step tournament of an own match, and concludes any that is decided.
    function _actInSteps(MatchKey memory key, bool ours) private returns (bool) {
        TournamentId id = stepTournament(key.id());
        if (!_known(key)) slotKeys.push(key);
        if (_mergeIfDue(id)) return true;
        (Status status,) = tournament.result(id);
        if (status == Status.Won || status == Status.NoWinner) {
            tournament.conclude(key);
            return true;
        }
        if (!ours || status != Status.Joining) return false;
        Player memory who = alice;
        RunTree memory tree = stepTree(key, who);
        CommitmentId commitment = stepCommitment(key, tree);
        if (_isIn(id, commitment)) {
            if (_isHonest(commitment)) return false;
            // A liar made the honest commitment; it is as good as our own.
            honestCommitments.push(commitment);
            return true;
        }
        vm.deal(who.account, STEP_BOND);
        vm.prank(who.account);
        bonds.deposit{value: STEP_BOND}();
        joinSteps(who.account, key, tree);
        _register(id, commitment, tree);
        honestCommitments.push(commitment);
        return true;
    }

    function _turn(MatchKey memory key, MatchState memory state) private {
        bool oneMoves = state.toMove == Side.One;
        RunTree memory own = trees[CommitmentId.unwrap(oneMoves ? key.one : key.two)];
        RunTree memory rival = trees[CommitmentId.unwrap(oneMoves ? key.two : key.one)];
        if (state.owing) openRoot(alice.account, key, own);
        turn(alice.account, key, own, rival);
        ++turns;
    }

    function _timeout(MatchKey memory key) private returns (bool expired) {
        expired = _isExpired(key);
        if (expired) tournament.timeout(key);
    }

    function _mergeIfDue(TournamentId id) private returns (bool merged) {
        try tournament.merge(id) {
            merged = true;
        } catch {}
    }

    // Books

    function _keep(Player memory who) private {
        liars.push();
        Player storage kept = liars[liars.length - 1];
        kept.account = who.account;
        kept.bond = who.bond;
        kept.lie = who.lie;
        kept.records = who.records;
        kept.start = who.start;
        kept.claim = who.claim;
        kept.end = who.end;
        kept.slots = who.slots;
    }

    function _register(TournamentId id, CommitmentId commitment, RunTree memory tree) private {
        if (_isIn(id, commitment)) return;
        members[TournamentId.unwrap(id)].push(commitment);
        trees[CommitmentId.unwrap(commitment)] = tree;
    }

    function _isIn(TournamentId id, CommitmentId commitment) private view returns (bool) {
        CommitmentId[] storage all = members[TournamentId.unwrap(id)];
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i] == commitment) return true;
        }
        return false;
    }

    function _isHonest(CommitmentId id) private view returns (bool) {
        for (uint256 i = 0; i < honestCommitments.length; ++i) {
            if (honestCommitments[i] == id) return true;
        }
        return false;
    }

    function _isExpired(MatchKey memory key) private view returns (bool) {
        return vm.getBlockNumber() >= Instant.unwrap(tournament.deadline(key.id()));
    }

    function _playerOf(CommitmentId id) private view returns (Player memory) {
        for (uint256 i = 0; i < liars.length; ++i) {
            if (liars[i].claim.id().commitment() == id) return liars[i];
        }
        return alice;
    }

    function _leaf(MatchKey memory slotKey, bool sideOne) private view returns (bytes32) {
        MatchState memory state = tournament.matches(slotKey.id());
        return sideOne ? state.nodeOne : state.nodeTwo;
    }

    function _known(MatchKey memory key) private view returns (bool) {
        for (uint256 i = 0; i < slotKeys.length; ++i) {
            if (keccak256(abi.encode(slotKeys[i])) == keccak256(abi.encode(key))) return true;
        }
        return false;
    }

    function _slotKey(TournamentId steps) private view returns (MatchKey memory key) {
        for (uint256 i = 0; i < slotKeys.length; ++i) {
            key = slotKeys[i];
            if (TournamentId.unwrap(stepTournament(key.id())) == TournamentId.unwrap(steps)) return key;
        }
        revert("no slot match");
    }

    /// @dev Every match that is not settled.
    function _running() private view returns (MatchKey[] memory found) {
        found = new MatchKey[](64);
        uint256 count = _collect(contest(alice), found, 0);
        for (uint256 i = 0; i < slotKeys.length; ++i) {
            count = _collect(stepTournament(slotKeys[i].id()), found, count);
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
    }

    function _collect(TournamentId id, MatchKey[] memory found, uint256 count) private view returns (uint256) {
        CommitmentId[] storage all = members[TournamentId.unwrap(id)];
        for (uint256 i = 0; i < all.length; ++i) {
            for (uint256 j = 0; j < all.length; ++j) {
                MatchKey memory key = MatchKey(id, all[i], all[j]);
                Phase phase = tournament.matches(key.id()).phase;
                if (phase != Phase.Absent && phase != Phase.Settled) found[count++] = key;
            }
        }
        return count;
    }
}

contract TournamentInvariantTest is Test {
    TournamentHandler private handler;

    function setUp() public {
        handler = new TournamentHandler();
        bytes4[] memory selectors = new bytes4[](6);
        selectors[0] = TournamentHandler.join.selector;
        selectors[1] = TournamentHandler.moveForLiar.selector;
        selectors[2] = TournamentHandler.joinStepsForLiar.selector;
        selectors[3] = TournamentHandler.pass.selector;
        selectors[4] = TournamentHandler.idle.selector;
        selectors[5] = TournamentHandler.censor.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// forge-config: default.invariant.runs = 8
    /// forge-config: default.invariant.depth = 40
    function invariant_honestCommitmentsAreNeverEliminated() public view {
        for (uint256 i = 0; i < handler.honestCount(); ++i) {
            assertFalse(handler.isEliminated(handler.honestCommitments(i)), "an honest commitment was eliminated");
        }
    }

    function test_theHandlerGetsToProofs() public {
        for (uint256 i = 0; i < 40; ++i) {
            handler.moveForLiar(i);
            handler.joinStepsForLiar(i, i % 2 == 0, 5);
            handler.pass(4);
        }
        assertGe(handler.turns(), 11, "a slot match and a step match");
        assertGt(handler.proofs(), 0);
    }

    /// @dev In the end the honest claim wins, whatever was left running.
    function afterInvariant() public {
        for (uint256 i = 0; i < 400 && !handler.canConfirm(); ++i) {
            handler.pass(4);
        }
        assertTrue(handler.canConfirm(), "the honest claim wins");
    }
}
