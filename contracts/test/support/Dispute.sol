// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Deploy, Deployed, Settings} from "../../../scripts/Deploy.s.sol";
import {Bonds} from "../../src/Bonds.sol";
import {Inbox} from "../../src/Inbox.sol";
import {Rollup} from "../../src/Rollup.sol";
import {Bridge} from "../../src/bridge/Bridge.sol";
import {TokenEscrow} from "../../src/bridge/TokenEscrow.sol";
import {Lens} from "../../src/lens/Lens.sol";
import {Block, BlockCodec} from "../../src/machine/Block.sol";
import {Machine, MachineCodec} from "../../src/machine/Machine.sol";
import {Tournament} from "../../src/tournament/Tournament.sol";
import {LAST_TURN_GAS, OPEN_ROOT_GAS, TURN_GAS} from "../../src/rules/RefundGas.sol";
import {ClaimKey} from "../../src/types/ClaimKey.sol";
import {Duration} from "../../src/types/Duration.sol";
import {
    BondId,
    ClaimId,
    CommitmentId,
    TournamentId,
    commitmentId,
    rootTournament,
    stepTournament
} from "../../src/types/Ids.sol";
import {Instant} from "../../src/types/Instant.sol";
import {MatchKey} from "../../src/types/MatchKey.sol";
import {MatchState, Phase, Side} from "../../src/types/MatchState.sol";
import {Move} from "../../src/types/Move.sol";
import {Timing} from "../../src/types/Timing.sol";
import {Refunds} from "./Refunds.sol";
import {RunTree, RunTrees} from "./RunTree.sol";
import {Test} from "./TestBase.sol";
import {Lie, ToyMachine, ToyVerifier} from "./ToyMachine.sol";

/// @notice Somebody with a version of the truth.
struct Player {
    address account;
    BondId bond;
    Lie lie;
    /// The domain's records, and the core it begins with.
    bytes32[] records;
    bytes32 start;
    /// Its claim, and the core at the end of it.
    ClaimKey claim;
    bytes32 end;
    RunTree slots;
}

/// @notice The whole protocol on the toy machine, and players who know how to move.
abstract contract Dispute is Test {
    using RunTrees for RunTree;

    uint64 internal constant GENESIS_NUMBER = 100;
    uint64 internal constant GENESIS_TIME = 1_700_000_000;
    uint256 internal constant ROOT_BOND = 3 ether;
    uint256 internal constant STEP_BOND = 2.1 ether;
    uint256 internal constant PRICE_CAP = 50 gwei;
    uint40 internal constant CENSORSHIP = 60;
    uint40 internal constant RESPONSE = 5;
    uint40 internal constant BUILD = 40;
    uint40 internal constant BUDGET = CENSORSHIP + BUILD + 3 * RESPONSE;

    Inbox internal inbox;
    Bonds internal bonds;
    Tournament internal tournament;
    Rollup internal rollup;
    Lens internal lens;
    Bridge internal bridge;
    TokenEscrow internal tokenEscrow;
    ClaimKey internal genesis;
    bytes32 internal genesisCore;
    bytes32[] internal records;
    /// @dev The refundable moves of each match, as its events tell them.
    mapping(bytes32 matchKey => Move[]) internal movesOf;

    function setUp() public virtual {
        vm.roll(1000);
        vm.warp(GENESIS_TIME + 100);
        vm.fee(10 gwei);
        // From the artifact: a test that held it besides the contracts would be too large to deploy.
        Deploy deployer = Deploy(vm.deployCode("Deploy.s.sol:Deploy"));
        Settings memory chosen = settings();
        Deployed memory deployed = deployer.deploy(chosen, address(deployer));
        (inbox, bonds, tournament, rollup) = (deployed.inbox, deployed.bonds, deployed.tournament, deployed.rollup);
        lens = deployed.lens;
        (bridge, tokenEscrow) = (deployed.bridge, deployed.tokenEscrow);
        genesis = ClaimKey(ClaimId.wrap(0), 0, 0, MachineCodec.hash(chosen.boundary));
        append();
        append();
    }

    function settings() internal returns (Settings memory) {
        Block memory genesisBlock;
        genesisBlock.number = GENESIS_NUMBER;
        genesisBlock.timestamp = GENESIS_TIME;
        genesisCore = BlockCodec.hash(genesisBlock);
        Machine memory boundary;
        boundary.blockHash = genesisCore;
        boundary.stateRoot = genesisCore;
        return Settings({
            verifier: new ToyVerifier(),
            boundary: boundary,
            genesisBlock: genesisBlock,
            appendFeeFloor: 0.0001 ether,
            sunset: 0,
            bridge: hasBridge(),
            timing: Timing(
                Duration.wrap(CENSORSHIP), Duration.wrap(RESPONSE), Duration.wrap(BUILD), Duration.wrap(BUDGET)
            ),
            rootBond: ROOT_BOND,
            stepBond: STEP_BOND,
            gasPriceCap: PRICE_CAP,
            settlement: settlementOf()
        });
    }

    /// @dev Who settles by proof; nobody, unless a test says so.
    function settlementOf() internal virtual returns (address) {
        return address(0);
    }

    function hasBridge() internal pure virtual returns (bool) {
        return false;
    }

    function append() internal {
        vm.deal(address(this), 1 ether);
        uint64 number = inbox.append{value: inbox.appendFee()}(address(0xfee), hex"0001aa");
        records.push(inbox.recordHash(number));
    }

    // Players

    /// @notice A player with a bond, which claims what `lie` makes of the blocks after genesis.
    function player(string memory name, Lie memory lie) internal returns (Player memory) {
        return playerAfter(name, lie, genesis, genesisCore, records);
    }

    function playerAfter(
        string memory name,
        Lie memory lie,
        ClaimKey memory parent,
        bytes32 core,
        bytes32[] memory domain
    ) internal returns (Player memory who) {
        who.account = makeAddr(name);
        who.bond = lockBond(who.account);
        who.lie = lie;
        who.records = domain;
        who.start = core;
        (who.slots, who.end) = ToyMachine.slotTree(domain, lie, core);
        who.claim = ClaimKey(parent.id(), 0, who.slots.root(), ToyMachine.hash(who.end));
    }

    function honest(string memory name) internal returns (Player memory) {
        return player(name, Lie(0, 0, 0));
    }

    function lockBond(address account) internal returns (BondId bond) {
        vm.deal(account, account.balance + 20 ether);
        vm.startPrank(account);
        bonds.deposit{value: ROOT_BOND + STEP_BOND}();
        bond = rollup.lockBond();
        vm.stopPrank();
    }

    // Claims

    function propose(Player memory who) internal {
        bytes memory boundary = ToyMachine.encode(who.end);
        uint64 end = rollup.domainEnd(who.claim.parent);
        vm.prank(who.account);
        ClaimId id = rollup.propose(who.bond, who.claim.parent, end, who.claim.traceRoot, boundary);
        assertTrue(id == who.claim.id(), "claim id");
    }

    function proposeSibling(Player memory who, ClaimKey memory parent) internal {
        bytes memory boundary = ToyMachine.encode(who.end);
        bytes32[16] memory children = who.slots.opening(20, 0);
        bytes32[] memory spine = who.slots.spine(16, 15);
        uint64 end = rollup.domainEnd(who.claim.parent);
        vm.prank(who.account);
        ClaimId id = rollup.proposeSibling(who.bond, parent, end, who.claim.traceRoot, boundary, children, spine);
        assertTrue(id == who.claim.id(), "claim id");
    }

    function follow(Player memory who, ClaimKey memory claim) internal {
        ClaimKey[] memory path = new ClaimKey[](1);
        path[0] = claim;
        vm.prank(who.account);
        rollup.follow(who.bond, path);
    }

    // Moves

    function contest(Player memory who) internal pure returns (TournamentId) {
        return rootTournament(who.claim.parent, who.claim.round);
    }

    /// @notice The slot match of two players' claims.
    function slotMatch(Player memory one, Player memory two) internal pure returns (MatchKey memory) {
        return MatchKey(contest(one), one.claim.id().commitment(), two.claim.id().commitment());
    }

    /// @notice A player's commitment to the steps of the slot that `slotKey` narrowed down to.
    function stepTree(MatchKey memory slotKey, Player memory who) internal view returns (RunTree memory) {
        uint32 slot = tournament.matches(slotKey.id()).position;
        bytes32 core = ToyMachine.before(who.records, who.lie, who.start, slot);
        return ToyMachine.stepTree(who.records, who.lie, slot, core);
    }

    function stepCommitment(MatchKey memory slotKey, RunTree memory tree) internal pure returns (CommitmentId) {
        return commitmentId(stepTournament(slotKey.id()), tree.root(), tree.last());
    }

    function stepMatch(MatchKey memory slotKey, RunTree memory one, RunTree memory two)
        internal
        pure
        returns (MatchKey memory)
    {
        return MatchKey(stepTournament(slotKey.id()), stepCommitment(slotKey, one), stepCommitment(slotKey, two));
    }

    function joinSteps(address account, MatchKey memory slotKey, RunTree memory tree) internal {
        TournamentId id = stepTournament(slotKey.id());
        bytes32[16] memory children = tree.opening(24, 0);
        bytes32[] memory spine = tree.spine(20, 15);
        vm.prank(account);
        tournament.joinSteps(id, tree.root(), tree.last(), children, spine);
    }

    function stepTournament_(MatchKey memory slotKey) internal pure returns (TournamentId) {
        return stepTournament(slotKey.id());
    }

    function openRoot(address account, MatchKey memory key, RunTree memory tree) internal {
        bytes32[16] memory children = tree.opening(20, 0);
        bytes32[] memory spine = tree.spine(16, 15);
        vm.prank(account);
        tournament.openRoot(key, tree.root(), tree.last(), children, spine);
        _moved(key, Side.One, account, OPEN_ROOT_GAS);
    }

    /// @notice The next turn of the side to move, whose tree is `own`.
    function turn(address account, MatchKey memory key, RunTree memory own, RunTree memory rival) internal {
        MatchState memory state = tournament.matches(key.id());
        bytes32[16] memory ownOpening = own.opening(state.height, state.position);
        bytes32[16] memory rivalOpening = rival.opening(state.height, state.position);
        uint32 index = 0;
        while (ownOpening[index] == rivalOpening[index]) ++index;
        if (state.height == 4) {
            _lastTurn(account, key, own, ownOpening, rivalOpening, index);
            return;
        }
        bytes32[16] memory next = own.opening(state.height - 4, 16 * state.position + index);
        vm.prank(account);
        tournament.turn(key, own.node(state.height, state.position), ownOpening, rivalOpening, next);
        _moved(key, state.toMove, account, TURN_GAS);
    }

    function _lastTurn(
        address account,
        MatchKey memory key,
        RunTree memory own,
        bytes32[16] memory ownOpening,
        bytes32[16] memory rivalOpening,
        uint32 index
    ) internal {
        MatchState memory state = tournament.matches(key.id());
        uint32 leaf = 16 * state.position + index;
        uint8 height = index > 0 ? 0 : state.agreedHeight;
        bytes32 agreed = leaf > 0 ? own.leaf(leaf - 1) : state.agreed;
        bytes32[] memory spine = leaf > 0 ? own.spine(height, ((leaf - 1) >> height)) : new bytes32[](0);
        vm.prank(account);
        tournament.lastTurn(key, own.node(state.height, state.position), ownOpening, rivalOpening, agreed, spine);
        _moved(key, state.toMove, account, LAST_TURN_GAS);
    }

    function _moved(MatchKey memory key, Side side, address account, uint256 gas) internal {
        uint256 price = block.basefee + 1 gwei;
        movesOf[keccak256(abi.encode(key))].push(Move(side, account, gas * (price < PRICE_CAP ? price : PRICE_CAP)));
    }

    /// @notice All turns of a match, each side by its own account.
    function playTurns(
        MatchKey memory key,
        address accountOne,
        RunTree memory one,
        address accountTwo,
        RunTree memory two
    ) internal {
        while (tournament.matches(key.id()).phase == Phase.Turning) {
            if (tournament.matches(key.id()).toMove == Side.One) turn(accountOne, key, one, two);
            else turn(accountTwo, key, two, one);
        }
    }

    /// @notice Proves the step of a sealed match; `who` agrees with the state before it.
    function resolve(MatchKey memory slotKey, MatchKey memory stepKey, Player memory who) internal {
        MatchState memory state = tournament.matches(stepKey.id());
        uint32 slot = tournament.matches(slotKey.id()).position;
        bytes memory proof = ToyMachine.encode(_coreBefore(slot, state.position, who));
        vm.recordLogs();
        vm.prank(who.account);
        tournament.resolve(stepKey, proof);
        (Side winner, uint256 refund) = Refunds.refundOf(vm.getRecordedLogs());
        if (refund > 0) movesOf[keccak256(abi.encode(stepKey))].push(Move(winner, who.account, refund));
    }

    function witness(MatchKey memory slotKey, MatchKey memory stepKey, Player memory who)
        internal
        view
        returns (bytes memory)
    {
        uint32 slot = tournament.matches(slotKey.id()).position;
        return ToyMachine.encode(_coreBefore(slot, tournament.matches(stepKey.id()).position, who));
    }

    function _coreBefore(uint32 slot, uint32 step, Player memory who) private pure returns (bytes32 core) {
        core = ToyMachine.before(who.records, who.lie, who.start, slot);
        for (uint32 k = 0; k < step && k < ToyMachine.STEPS; ++k) {
            core = ToyMachine.next(ToyMachine.contextOf(who.records, slot, k), core);
        }
    }

    // Whole disputes

    /// @notice From the two claims to the settled slot match; everybody in time, and `right` proves.
    function playDispute(Player memory one, Player memory two, Player memory right) internal {
        MatchKey memory slotKey = slotMatch(one, two);
        openRoot(one.account, slotKey, one.slots);
        playTurns(slotKey, one.account, one.slots, two.account, two.slots);
        MatchKey memory stepKey = playSteps(slotKey, one, two);
        resolve(slotKey, stepKey, right);
        roll(tournament.closing(stepKey.tournament));
        tournament.conclude(slotKey);
    }

    /// @notice Both players' step commitments, played from joining to the sealed leaf.
    function playSteps(MatchKey memory slotKey, Player memory one, Player memory two)
        internal
        returns (MatchKey memory stepKey)
    {
        RunTree memory stepsOne = stepTree(slotKey, one);
        RunTree memory stepsTwo = stepTree(slotKey, two);
        joinSteps(one.account, slotKey, stepsOne);
        joinSteps(two.account, slotKey, stepsTwo);
        stepKey = stepMatch(slotKey, stepsOne, stepsTwo);
        playTurns(stepKey, one.account, stepsOne, two.account, stepsTwo);
    }

    function roll(Instant to) internal {
        if (block.number < Instant.unwrap(to)) vm.roll(Instant.unwrap(to));
    }

    function pass(uint256 blocks) internal {
        vm.roll(vm.getBlockNumber() + blocks);
    }
}
