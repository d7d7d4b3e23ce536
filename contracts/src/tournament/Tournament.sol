// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Opening} from "../commitment/Opening.sol";
import {Finality, IAsker} from "../interfaces/IAsker.sol";
import {IBonds, Share} from "../interfaces/IBonds.sol";
import {IRecords} from "../interfaces/IRecords.sol";
import {IStepVerifier, StepContext} from "../interfaces/IStepVerifier.sol";
import {ITournament} from "../interfaces/ITournament.sol";
import {ClaimShape} from "../rules/ClaimShape.sol";
import {LAST_TURN_GAS, OPEN_ROOT_GAS, RESOLVE_GAS, TURN_GAS} from "../rules/RefundGas.sol";
import {Spoils} from "../rules/Spoils.sol";
import {CommitmentState, Standing} from "../types/CommitmentState.sol";
import {Duration} from "../types/Duration.sol";
import {CommitmentId, MatchId, TournamentId, commitmentId, stepTournament} from "../types/Ids.sol";
import {Instant, currentInstant} from "../types/Instant.sol";
import {MatchKey} from "../types/MatchKey.sol";
import {Clocks, Level, MatchState, Outcome, Phase, Reason, Side} from "../types/MatchState.sol";
import {Move} from "../types/Move.sol";
import {Timing} from "../types/Timing.sol";
import {Status, TournamentState} from "../types/TournamentState.sol";
import {Budget} from "./Budget.sol";
import {Clock} from "./Clock.sol";
import {Match} from "./Match.sol";
import {MatchClocks} from "./MatchClocks.sol";
import {Bracket, Pairing} from "./Pairing.sol";

/// @title Tournament
/// @dev Deployed after Bonds and the Inbox and before its asker, whose address it is given ahead of time. It holds no ETH
/// and calls no player.
contract Tournament is ITournament {
    using Match for MatchState;
    using MatchClocks for Clocks;

    /// @inheritdoc ITournament
    IAsker public immutable asker;
    /// @inheritdoc ITournament
    IBonds public immutable bonds;
    /// @inheritdoc ITournament
    IRecords public immutable records;
    /// @inheritdoc ITournament
    IStepVerifier public immutable verifier;
    /// @inheritdoc ITournament
    uint256 public immutable stepBond;
    /// @inheritdoc ITournament
    uint256 public immutable gasPriceCap;

    Duration private immutable _censorship;
    Duration private immutable _response;
    Duration private immutable _build;
    Duration private immutable _budget;

    mapping(TournamentId => TournamentState) private _tournaments;
    mapping(TournamentId => Bracket) private _brackets;
    mapping(CommitmentId => CommitmentState) private _commitments;
    mapping(MatchId => MatchState) private _matches;

    /// @param asker_ address at which the Rollup will be deployed
    /// @param stepBond_ wei; a third must pay for the longest honest line at `gasPriceCap_`
    constructor(
        IAsker asker_,
        IBonds bonds_,
        IRecords records_,
        IStepVerifier verifier_,
        Timing memory timing_,
        uint256 stepBond_,
        uint256 gasPriceCap_
    ) {
        _requireSafe(timing_);
        uint256 required = Spoils.minimumBond(gasPriceCap_);
        if (stepBond_ < required) revert StepBondTooSmall(stepBond_, required);
        if (bonds_.tournament() != address(this)) revert NotWired(address(bonds_));
        asker = asker_;
        bonds = bonds_;
        records = records_;
        verifier = verifier_;
        stepBond = stepBond_;
        gasPriceCap = gasPriceCap_;
        _censorship = timing_.censorship;
        _response = timing_.response;
        _build = timing_.build;
        _budget = timing_.budget;
    }

    // Joining

    /// @inheritdoc ITournament
    function start(TournamentId id, CommitmentId first, uint64 firstBlock, uint16 blocks) external {
        _requireAsker();
        TournamentState storage state = _tournaments[id];
        if (state.exists) revert AlreadyStarted(id);
        state.exists = true;
        state.level = Level.Slots;
        state.start = currentInstant();
        state.budget = _budget;
        state.firstBlock = firstBlock;
        state.blocks = blocks;
        // Its CommitmentState is written when somebody meets it, so that proposing is cheap.
        Pairing.arrive(state, _brackets[id], first, 0);
    }

    /// @inheritdoc ITournament
    function join(
        TournamentId id,
        bytes32 startState,
        bytes32 root,
        bytes32 last,
        address owner,
        bytes32[16] calldata children,
        bytes32[] calldata spine
    ) external {
        _requireAsker();
        TournamentState storage state = _tournaments[id];
        if (!state.exists) revert UnknownTournament(id);
        CommitmentId commitment = commitmentId(id, root, last);
        if (_isIn(id, commitment)) return;
        state.startState = startState;
        _admit(id, commitment, root, last, owner, Side.One, children, spine);
    }

    /// @inheritdoc ITournament
    function joinSteps(
        TournamentId id,
        bytes32 root,
        bytes32 last,
        bytes32[16] calldata children,
        bytes32[] calldata spine
    ) external {
        TournamentState storage state = _tournaments[id];
        if (!state.exists) revert UnknownTournament(id);
        if (state.level != Level.Steps) revert WrongLevel(id, state.level);
        CommitmentId commitment = commitmentId(id, root, last);
        if (_isIn(id, commitment)) return;
        MatchState storage parent = _matches[_slotMatch(id)];
        bool endsInOne = last == parent.nodeOne;
        if (!endsInOne && last != parent.nodeTwo) revert NotContested(id, last);
        bonds.lock(msg.sender, stepBond);
        _admit(id, commitment, root, last, msg.sender, endsInOne ? Side.One : Side.Two, children, spine);
    }

    /// @dev Proves the commitment's shape, gives it its clock and pairs it.
    function _admit(
        TournamentId id,
        CommitmentId commitment,
        bytes32 root,
        bytes32 last,
        address owner,
        Side side,
        bytes32[16] calldata children,
        bytes32[] calldata spine
    ) private {
        TournamentState storage state = _tournaments[id];
        Instant closes = _closing(state);
        if (!currentInstant().isBefore(closes)) revert JoiningClosed(id, closes);
        _requireShape(state.level, root, last, children, spine);

        Duration remaining = Budget.ofJoiner(closes, currentInstant());
        _commitments[commitment] = CommitmentState({
            standing: Standing.Waiting,
            rank: 0,
            side: side,
            bondSettled: false,
            remaining: remaining,
            owner: owner,
            root: root
        });
        emit Joined(id, commitment, owner, root, last, remaining, children);
        _arrive(id, commitment, 0);
    }

    // Turns

    /// @inheritdoc ITournament
    function openRoot(
        MatchKey calldata key,
        bytes32 root,
        bytes32 last,
        bytes32[16] calldata children,
        bytes32[] calldata spine
    ) external {
        MatchId id = key.id();
        MatchState storage state = _matches[id];
        _requireInTime(id, state.phase, state.toMove, state.clocks);
        if (!state.owing) revert AlreadyOpened(key.one);
        _requireCommitment(key, root, last);
        _requireShape(state.level, root, last, children, spine);
        state.owing = false;
        state.nodeOne = root;
        _commitments[key.one].root = root;
        state.moves = _chainMove(id, state.moves, Side.One, OPEN_ROOT_GAS);
        emit RootOpened(key.tournament, key.one, root, last, children);
    }

    /// @inheritdoc ITournament
    function turn(
        MatchKey calldata key,
        bytes32 node,
        bytes32[16] calldata own,
        bytes32[16] calldata rival,
        bytes32[16] calldata next
    ) external {
        (MatchId id, MatchState memory state) = _turning(key, node);
        if (state.height == Opening.LEVELS) revert WrongTurn(id, state.height);
        Side mover = state.toMove;
        state.descend(id, own, rival);
        Match.requireOpening(state.nodeOf(mover), next);
        state.clocks = state.clocks.afterTurn(mover, _response, currentInstant());
        state.toMove = Match.other(mover);
        state.moves = _chainMove(id, state.moves, mover, TURN_GAS);
        state.saveTurn(_matches[id]);
        Instant due = Clock.deadline(state.clocks.remaining(state.toMove), currentInstant(), _response);
        emit Turned(key.tournament, id, mover, state.height, state.position, due, next);
    }

    /// @inheritdoc ITournament
    function lastTurn(
        MatchKey calldata key,
        bytes32 node,
        bytes32[16] calldata own,
        bytes32[16] calldata rival,
        bytes32 agreed,
        bytes32[] calldata spine
    ) external {
        (MatchId id, MatchState memory state) = _turning(key, node);
        if (state.height != Opening.LEVELS) revert WrongTurn(id, state.height);
        Side mover = state.toMove;
        state.descend(id, own, rival);
        Match.requireSpine(state.agreed, state.agreedHeight, agreed, spine);
        state.agreed = agreed;
        state.agreedHeight = 0;
        state.clocks = state.clocks.afterTurn(mover, _response, currentInstant());
        state.moves = _chainMove(id, state.moves, mover, LAST_TURN_GAS);
        Instant due;
        if (state.level == Level.Slots) {
            state.phase = Phase.InSteps;
            due = _startSteps(stepTournament(id), key.tournament, state.clocks);
        } else {
            state.phase = Phase.Sealed;
            due = _deadline(Phase.Sealed, mover, state.clocks);
        }
        _matches[id].phase = state.phase;
        state.saveTurn(_matches[id]);
        emit Narrowed(key.tournament, id, mover, state.position, agreed, state.nodeOne, state.nodeTwo, due);
    }

    /// @dev The state of a match in which somebody is to move, still may, and stands at `node`.
    function _turning(MatchKey calldata key, bytes32 node) private view returns (MatchId id, MatchState memory state) {
        id = key.id();
        state = _matches[id];
        _requireInTime(id, state.phase, state.toMove, state.clocks);
        if (state.owing) revert NotOpened(key.one);
        state.requireNode(id, node);
    }

    function _requireInTime(MatchId id, Phase phase, Side toMove, Clocks memory clocks) private view {
        Match.requirePhase(id, phase, Phase.Turning);
        if (clocks.turningOutcome(toMove, _response, currentInstant()) != Outcome.Undecided) {
            revert ClockExpired(id, _deadline(phase, toMove, clocks));
        }
    }

    /// @dev Both parents stand still while their step tournament runs; its budget is what the better clock has left.
    /// @return closes when joining it closes
    function _startSteps(TournamentId id, TournamentId contest, Clocks memory clocks) private returns (Instant closes) {
        TournamentState storage parent = _tournaments[contest];
        Duration budget = Budget.ofSteps(clocks);
        TournamentState storage state = _tournaments[id];
        state.exists = true;
        state.level = Level.Steps;
        state.start = currentInstant();
        state.budget = budget;
        state.firstBlock = parent.firstBlock;
        state.blocks = parent.blocks;
        closes = _closing(state);
        emit StepsStarted(id, contest, budget, state.firstBlock, state.blocks);
    }

    // Settling

    /// @inheritdoc ITournament
    function timeout(MatchKey calldata key) external {
        MatchId id = key.id();
        MatchState memory state = _matches[id];
        Instant current = currentInstant();
        Outcome outcome;
        if (state.phase == Phase.Sealed) {
            outcome = state.clocks.sealedOutcome(_response, current);
        } else {
            Match.requirePhase(id, state.phase, Phase.Turning);
            outcome = state.clocks.turningOutcome(state.toMove, _response, current);
        }
        if (outcome == Outcome.Undecided) {
            revert ClockNotExpired(id, _deadline(state.phase, state.toMove, state.clocks));
        }
        if (state.phase == Phase.Sealed) state.clocks = state.clocks.afterSealed(_response, current);
        _settle(key, id, state, outcome, Reason.Timeout);
    }

    /// @inheritdoc ITournament
    function resolve(MatchKey calldata key, bytes calldata witness) external {
        MatchId id = key.id();
        MatchState memory state = _matches[id];
        Match.requirePhase(id, state.phase, Phase.Sealed);
        uint256 gas = gasleft();
        bytes32 successor = verifier.next(_context(key.tournament, state.position), state.agreed, witness);
        gas = RESOLVE_GAS + Spoils.proofGas(witness.length, gas - gasleft());
        Outcome outcome = state.proven(successor);
        if (outcome != Outcome.Neither) {
            state.moves = _chainMove(id, state.moves, outcome == Outcome.One ? Side.One : Side.Two, gas);
        }
        state.clocks = state.clocks.afterSealed(_response, currentInstant());
        _settle(key, id, state, outcome, Reason.Proof);
    }

    /// @inheritdoc ITournament
    function conclude(MatchKey calldata slotMatch) external {
        MatchId id = slotMatch.id();
        MatchState memory state = _matches[id];
        Match.requirePhase(id, state.phase, Phase.InSteps);
        TournamentId steps = stepTournament(id);
        (Status status, CommitmentId winner) = result(steps);
        if (status == Status.NoWinner) {
            _settle(slotMatch, id, state, Outcome.Neither, Reason.StepTournament);
            return;
        }
        if (status != Status.Won) revert StepsUndecided(steps, status);
        CommitmentState storage best = _commitments[winner];
        Duration left = Budget.afterSteps(_tournaments[steps].budget, best.remaining, _build, _response);
        if (best.side == Side.One) state.clocks.one = left;
        else state.clocks.two = left;
        _settle(slotMatch, id, state, Match.wonBy(best.side), Reason.StepTournament);
    }

    /// @inheritdoc ITournament
    function merge(TournamentId id) external {
        TournamentState storage state = _tournaments[id];
        if (!state.exists) revert UnknownTournament(id);
        if (!_merge(id)) revert NothingToMerge(id);
    }

    /// @dev Ends a match: losers are out, the winner goes on with what its clock has left.
    function _settle(MatchKey calldata key, MatchId id, MatchState memory state, Outcome outcome, Reason reason)
        private
    {
        state.phase = Phase.Settled;
        state.outcome = outcome;
        state.reason = reason;
        _matches[id] = state;
        Pairing.finish(_tournaments[key.tournament], _brackets[key.tournament], state.rank);
        bool oneWon = outcome == Outcome.One;
        CommitmentId winner = oneWon ? key.one : key.two;
        emit MatchSettled(key.tournament, id, winner, outcome, reason);
        if (!oneWon) _eliminate(key.tournament, key.one, id, reason);
        if (outcome != Outcome.Two) _eliminate(key.tournament, key.two, id, reason);
        if (outcome != Outcome.Neither) {
            CommitmentState storage best = _commitments[winner];
            best.standing = Standing.Waiting;
            best.rank = state.rank;
            best.remaining = oneWon ? state.clocks.one : state.clocks.two;
            _arrive(key.tournament, winner, state.rank);
        }
        _merge(key.tournament);
    }

    function _eliminate(TournamentId tournament, CommitmentId id, MatchId lost, Reason reason) private {
        _commitments[id].standing = Standing.Eliminated;
        emit Eliminated(tournament, id, lost, reason);
    }

    // Pairing

    /// @dev A commitment has got `rank`: it meets who waits there, who then moves first, or waits.
    function _arrive(TournamentId id, CommitmentId commitment, uint8 rank) private {
        (bool met, CommitmentId opponent) = Pairing.arrive(_tournaments[id], _brackets[id], commitment, rank);
        if (met) _startMatch(id, opponent, commitment, rank + 1);
    }

    /// @dev Starts the match of two leftovers, if joining has closed and the rule of Pairing allows one.
    function _merge(TournamentId id) private returns (bool met) {
        TournamentState storage state = _tournaments[id];
        if (currentInstant().isBefore(_closing(state))) return false;
        CommitmentId higher;
        CommitmentId lower;
        uint8 rank;
        (met, higher, lower, rank) = Pairing.merge(state, _brackets[id]);
        if (met) _startMatch(id, higher, lower, rank);
    }

    function _startMatch(TournamentId id, CommitmentId one, CommitmentId two, uint8 rank) private {
        TournamentState storage state = _tournaments[id];
        CommitmentState storage first = _commitments[one];
        CommitmentState storage second = _commitments[two];
        // Only the first commitment of a root tournament waits without a state: it owes its opening, and its clock has
        // not been touched.
        bool owing = first.standing == Standing.Absent;
        if (owing) first.remaining = state.budget;
        first.standing = Standing.Playing;
        second.standing = Standing.Playing;
        MatchId matchId = MatchKey(id, one, two).id();
        _matches[matchId] = MatchState({
            phase: Phase.Turning,
            level: state.level,
            toMove: Side.One,
            outcome: Outcome.Undecided,
            reason: Reason.Timeout,
            owing: owing,
            rank: rank,
            height: Match.heightOf(state.level),
            agreedHeight: 0,
            position: 0,
            clocks: Clocks(first.remaining, second.remaining, currentInstant()),
            nodeOne: owing ? CommitmentId.unwrap(one) : first.root,
            nodeTwo: second.root,
            agreed: _startState(id, state),
            moves: MatchId.unwrap(matchId)
        });
        emit MatchStarted(id, one, two, matchId, rank, Clock.deadline(first.remaining, currentInstant(), _response));
    }

    // Step bonds

    /// @inheritdoc ITournament
    function splitStepBonds(MatchKey calldata slotMatch, MatchKey calldata stepMatch, Move[] calldata moves) external {
        TournamentId steps = stepTournament(slotMatch.id());
        if (TournamentId.unwrap(stepMatch.tournament) != TournamentId.unwrap(steps)) {
            revert NotInStepTournament(steps, stepMatch.tournament);
        }
        MatchId id = stepMatch.id();
        MatchState storage state = _matches[id];
        if (state.phase != Phase.Settled) revert WrongPhase(id, state.phase);
        if (asker.finality(slotMatch.tournament) != Finality.Final) revert NotFinal(slotMatch.tournament);
        bytes32 given = Spoils.chain(MatchId.unwrap(id), moves);
        if (given != state.moves) revert WrongMoves(id, state.moves, given);

        Outcome outcome = state.outcome;
        if (outcome == Outcome.Neither) {
            _forfeit(steps, stepMatch.one, new Share[](0));
            _forfeit(steps, stepMatch.two, new Share[](0));
        } else if (outcome == Outcome.One) {
            _forfeit(steps, stepMatch.two, Spoils.shares(stepBond, Side.One, _commitments[stepMatch.one].owner, moves));
        } else {
            _forfeit(steps, stepMatch.one, Spoils.shares(stepBond, Side.Two, _commitments[stepMatch.two].owner, moves));
        }
    }

    /// @inheritdoc ITournament
    function releaseStepBond(MatchKey calldata slotMatch, bytes32 root, bytes32 last) external {
        TournamentId steps = stepTournament(slotMatch.id());
        CommitmentId id = commitmentId(steps, root, last);
        CommitmentState storage commitment = _commitments[id];
        if (commitment.standing == Standing.Absent) revert UnknownCommitment(id);
        if (commitment.bondSettled) revert BondSettled(id);
        (Status status, CommitmentId winner) = result(steps);
        bool won = status == Status.Won && winner == id;
        if (!won && asker.finality(slotMatch.tournament) != Finality.Void) revert BondStillNeeded(id);
        commitment.bondSettled = true;
        bonds.unlock(commitment.owner, stepBond);
        emit StepBondReleased(steps, id, commitment.owner, won ? Release.Won : Release.Void);
    }

    function _forfeit(TournamentId steps, CommitmentId id, Share[] memory shares) private {
        CommitmentState storage commitment = _commitments[id];
        if (commitment.bondSettled) revert BondSettled(id);
        commitment.bondSettled = true;
        uint256 burned = bonds.forfeit(commitment.owner, stepBond, shares);
        emit StepBondSplit(steps, id, commitment.owner, burned);
    }

    // Views

    /// @inheritdoc ITournament
    function result(TournamentId id) public view returns (Status status, CommitmentId winner) {
        TournamentState storage state = _tournaments[id];
        if (!state.exists) return (Status.Absent, winner);
        if (currentInstant().isBefore(_closing(state))) return (Status.Joining, winner);
        if (state.runningRanks != 0 || Pairing.several(state)) return (Status.Playing, winner);
        if (state.waitingRanks == 0) return (Status.NoWinner, winner);
        return (Status.Won, Pairing.lowest(state, _brackets[id]));
    }

    /// @inheritdoc ITournament
    function deadline(MatchId id) external view returns (Instant) {
        MatchState memory state = _matches[id];
        if (state.phase != Phase.Sealed) Match.requirePhase(id, state.phase, Phase.Turning);
        return _deadline(state.phase, state.toMove, state.clocks);
    }

    /// @inheritdoc ITournament
    function closing(TournamentId id) external view returns (Instant) {
        if (!_tournaments[id].exists) revert UnknownTournament(id);
        return _closing(_tournaments[id]);
    }

    /// @inheritdoc ITournament
    function tournaments(TournamentId id) external view returns (TournamentState memory) {
        return _tournaments[id];
    }

    /// @inheritdoc ITournament
    function commitments(CommitmentId id) external view returns (CommitmentState memory) {
        return _commitments[id];
    }

    /// @inheritdoc ITournament
    function matches(MatchId id) external view returns (MatchState memory) {
        return _matches[id];
    }

    /// @inheritdoc ITournament
    function waiting(TournamentId id, uint8 rank) external view returns (CommitmentId) {
        return _brackets[id].waiting[rank];
    }

    /// @inheritdoc ITournament
    function running(TournamentId id, uint8 rank) external view returns (uint32) {
        return _brackets[id].running[rank];
    }

    /// @inheritdoc ITournament
    function isEliminated(CommitmentId id) external view returns (bool) {
        return _commitments[id].standing == Standing.Eliminated;
    }

    /// @inheritdoc ITournament
    function timing() external view returns (Duration, Duration, Duration, Duration) {
        return (_censorship, _response, _build, _budget);
    }

    // Helpers

    /// @dev The stored question, not the prover, says which block a step belongs to and whether it is inside the domain.
    function _context(TournamentId steps, uint32 step) private view returns (StepContext memory context) {
        TournamentState storage state = _tournaments[steps];
        context.slot = _matches[_slotMatch(steps)].position;
        context.step = step;
        uint32 blockIndex = context.slot / ClaimShape.SLOTS_PER_BLOCK;
        context.inDomain = blockIndex < state.blocks;
        if (context.inDomain) context.recordHash = records.recordHash(state.firstBlock + blockIndex);
    }

    /// @dev The state before the first leaf of every commitment in the tournament.
    function _startState(TournamentId id, TournamentState storage state) private view returns (bytes32) {
        return state.level == Level.Slots ? state.startState : _matches[_slotMatch(id)].agreed;
    }

    function _slotMatch(TournamentId steps) private pure returns (MatchId) {
        return MatchId.wrap(TournamentId.unwrap(steps));
    }

    /// @dev Whether it has joined; the first commitment of a root tournament waits without a state.
    function _isIn(TournamentId id, CommitmentId commitment) private view returns (bool) {
        if (_commitments[commitment].standing != Standing.Absent) return true;
        return _tournaments[id].waitingRanks & 1 != 0 && _brackets[id].waiting[0] == commitment;
    }

    function _closing(TournamentState storage state) private view returns (Instant) {
        return state.start.plus(state.budget);
    }

    function _deadline(Phase phase, Side toMove, Clocks memory clocks) private view returns (Instant) {
        Duration left = phase == Phase.Sealed ? clocks.one.min(clocks.two) : clocks.remaining(toMove);
        return Clock.deadline(left, clocks.since, _response);
    }

    /// @dev The match's chain of moves with one by the sender added.
    function _chainMove(MatchId id, bytes32 moves, Side side, uint256 gas) private returns (bytes32) {
        uint256 refund = Spoils.refund(gas, gasPriceCap);
        emit Moved(id, msg.sender, side, refund);
        return Move(side, msg.sender, refund).chain(moves);
    }

    /// @dev The root is opened, and its last leaf lies under the 16th child.
    function _requireShape(
        Level level,
        bytes32 root,
        bytes32 last,
        bytes32[16] calldata children,
        bytes32[] calldata spine
    ) private pure {
        Match.requireOpening(root, children);
        Match.requireSpine(children[15], Match.heightOf(level) - Opening.LEVELS, last, spine);
    }

    function _requireCommitment(MatchKey calldata key, bytes32 root, bytes32 last) private pure {
        CommitmentId given = commitmentId(key.tournament, root, last);
        if (!(given == key.one)) revert WrongCommitment(key.one, given);
    }

    function _requireAsker() private view {
        if (msg.sender != address(asker)) revert NotAsker(msg.sender);
    }

    /// @dev With a smaller allowance or budget the honest side can lose at a step join without a mistake.
    function _requireSafe(Timing memory timing_) private pure {
        Duration least = Budget.least(timing_.censorship, timing_.response, timing_.build);
        if (Duration.unwrap(timing_.response) < 2 || timing_.budget < least) {
            revert InvalidTiming(timing_.censorship, timing_.response, timing_.build, timing_.budget);
        }
    }
}
