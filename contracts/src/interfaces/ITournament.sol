// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CommitmentState} from "../types/CommitmentState.sol";
import {Duration} from "../types/Duration.sol";
import {CommitmentId, MatchId, TournamentId} from "../types/Ids.sol";
import {Instant} from "../types/Instant.sol";
import {MatchKey} from "../types/MatchKey.sol";
import {Level, MatchState, Outcome, Phase, Reason, Side} from "../types/MatchState.sol";
import {Move} from "../types/Move.sol";
import {Status, TournamentState} from "../types/TournamentState.sol";
import {IAsker} from "./IAsker.sol";
import {IBonds} from "./IBonds.sol";
import {IRecords} from "./IRecords.sol";
import {IStepVerifier} from "./IStepVerifier.sol";

/// @notice Contests between commitments that answer the same question, at both levels. The commitment is the player: it
/// fixes the whole history, so there is one right set of moves and anybody may send it.
/// @dev A tree of height 20 (slots) or 24 (steps) is opened four levels at a time: an opening of a node is the 16 nodes
/// four levels under it, left to right. A `spine` proves that a leaf is the last one under a node: the left siblings on
/// the way up, one a level.
interface ITournament {
    /// @notice Why a step bond is free again.
    enum Release {
        /// Its commitment won the step tournament.
        Won,
        /// The claims in contest are void.
        Void
    }

    /// @notice A step tournament exists from now on; a root one from its asker's event.
    /// @param tournament its id, that of the slot match
    /// @param contest the root tournament in which that match is played
    /// @param budget clock of a commitment that joins now; joining closes when it is used up
    event StepsStarted(
        TournamentId indexed tournament, TournamentId indexed contest, Duration budget, uint64 firstBlock, uint16 blocks
    );
    /// @notice A commitment joined. `children` opens its root. Not for the first commitment of a root tournament, which
    /// owes them: it is in the asker's event.
    event Joined(
        TournamentId indexed tournament,
        CommitmentId indexed commitment,
        address indexed owner,
        bytes32 root,
        bytes32 last,
        Duration remaining,
        bytes32[16] children
    );
    /// @notice The first commitment of a root tournament has paid its debt.
    event RootOpened(
        TournamentId indexed tournament,
        CommitmentId indexed commitment,
        bytes32 root,
        bytes32 last,
        bytes32[16] children
    );
    /// @notice Two commitments meet; `one` moves first.
    /// @param rank win rank of the winner to be
    /// @param deadline the first block in which `one` has lost by time
    event MatchStarted(
        TournamentId indexed tournament,
        CommitmentId indexed one,
        CommitmentId indexed two,
        MatchId matchId,
        uint8 rank,
        Instant deadline
    );
    /// @notice A side descended four levels.
    /// @param side who moved
    /// @param height of the two nodes the match is at now
    /// @param position of those nodes
    /// @param deadline the first block in which the other side, which moves next, has lost by time
    /// @param children the 16 nodes four levels under the mover's node
    event Turned(
        TournamentId indexed tournament,
        MatchId indexed matchId,
        Side side,
        uint8 height,
        uint32 position,
        Instant deadline,
        bytes32[16] children
    );
    /// @notice The last turn: the sides agree on `agreed` and differ on the next state, leaf `position`. At the slot
    /// level the step tournament with this match's id has started; at the step level a proof decides.
    /// @param deadline steps: the first block in which a side has lost by time; slots: in which nobody may join the step
    /// tournament any more
    event Narrowed(
        TournamentId indexed tournament,
        MatchId indexed matchId,
        Side side,
        uint32 position,
        bytes32 agreed,
        bytes32 leafOne,
        bytes32 leafTwo,
        Instant deadline
    );
    /// @notice A refundable move was added to the match's chain of moves.
    event Moved(MatchId indexed matchId, address indexed mover, Side side, uint256 refund);
    /// @notice A match is over.
    /// @param winner meaningless when the outcome is Neither
    event MatchSettled(
        TournamentId indexed tournament,
        MatchId indexed matchId,
        CommitmentId indexed winner,
        Outcome outcome,
        Reason reason
    );
    /// @notice A commitment has lost for ever.
    /// @param matchId the match it lost
    /// @param reason why that was settled
    event Eliminated(
        TournamentId indexed tournament, CommitmentId indexed commitment, MatchId indexed matchId, Reason reason
    );
    /// @notice The bond behind a commitment of a step tournament is free again.
    event StepBondReleased(
        TournamentId indexed tournament, CommitmentId indexed commitment, address indexed owner, Release cause
    );
    /// @notice The bond behind a commitment of a step tournament was forfeited.
    /// @param burned of it, wei; the rest went to who moved for the winner and to who bonded it
    event StepBondSplit(
        TournamentId indexed tournament, CommitmentId indexed commitment, address indexed owner, uint256 burned
    );

    /// @notice Only the asker starts and joins root tournaments.
    error NotAsker(address caller);
    /// @notice There is no such tournament.
    error UnknownTournament(TournamentId tournament);
    /// @notice The tournament has started already.
    error AlreadyStarted(TournamentId tournament);
    /// @notice The verb belongs to the other level.
    error WrongLevel(TournamentId tournament, Level level);
    /// @notice Joining closed at `closing`.
    error JoiningClosed(TournamentId tournament, Instant closing);
    /// @notice The commitment ends in neither of the two contested leaves.
    error NotContested(TournamentId tournament, bytes32 last);
    /// @notice The opening given for a node does not hash to it.
    error WrongOpening(bytes32 node, bytes32 computed);
    /// @notice The spine does not lead from the leaf to the node.
    error WrongSpine(bytes32 node, bytes32 computed);
    /// @notice A spine has exactly one sibling a level.
    error WrongSpineLength(uint256 expected, uint256 given);
    /// @notice The two openings are the same, though their nodes differ: a collision, so never.
    error NoDifference(MatchId matchId);
    /// @notice There is no such match.
    error UnknownMatch(MatchId matchId);
    /// @notice The match is over: somebody has done this already.
    error AlreadySettled(MatchId matchId);
    /// @notice The match is in another phase.
    error WrongPhase(MatchId matchId, Phase phase);
    /// @notice The match is at another node: somebody has moved already, or the chain was reorganised.
    error UnexpectedNode(MatchId matchId, bytes32 expected, bytes32 actual);
    /// @notice The match is at a height at which this kind of turn is not due.
    error WrongTurn(MatchId matchId, uint8 height);
    /// @notice The opened root and last leaf are not the commitment's.
    error WrongCommitment(CommitmentId expected, CommitmentId given);
    /// @notice The commitment's root is open already.
    error AlreadyOpened(CommitmentId commitment);
    /// @notice The commitment owes its opening: `openRoot` comes first.
    error NotOpened(CommitmentId commitment);
    /// @notice The clock of the side to move ran out.
    error ClockExpired(MatchId matchId, Instant deadline);
    /// @notice Nobody's clock has run out.
    error ClockNotExpired(MatchId matchId, Instant deadline);
    /// @notice The step tournament is not decided yet.
    error StepsUndecided(TournamentId tournament, Status status);
    /// @notice No two waiting commitments may meet now.
    error NothingToMerge(TournamentId tournament);
    /// @notice The moves given are not those of the match.
    error WrongMoves(MatchId matchId, bytes32 expected, bytes32 given);
    /// @notice The match is not one of the step tournament of that slot match.
    error NotInStepTournament(TournamentId expected, TournamentId given);
    /// @notice There is no such commitment.
    error UnknownCommitment(CommitmentId commitment);
    /// @notice The commitment's bond is settled already.
    error BondSettled(CommitmentId commitment);
    /// @notice The commitment's bond still stands behind it.
    error BondStillNeeded(CommitmentId commitment);
    /// @notice The result that decides about the bond is not final.
    error NotFinal(TournamentId tournament);
    /// @notice Clock parameters for which an honest player can lose.
    error InvalidTiming(Duration censorship, Duration response, Duration build, Duration budget);
    /// @notice A step bond whose third does not pay for the longest honest line.
    error StepBondTooSmall(uint256 bond, uint256 required);
    /// @notice A contract that this one refers to does not refer back.
    error NotWired(address other);

    /// @notice Starts a root tournament with its first commitment, which owes its opening. Asker only.
    /// @dev Reverts with NotAsker, AlreadyStarted.
    /// @param id the tournament, chosen by the asker
    /// @param first its first commitment
    /// @param firstBlock the first L2 block in question
    /// @param blocks how many
    function start(TournamentId id, CommitmentId first, uint64 firstBlock, uint16 blocks) external;

    /// @notice Adds a commitment to a root tournament; one that is in it already is left alone. Asker only.
    /// @dev Reverts with NotAsker, UnknownTournament, JoiningClosed, WrongOpening, WrongSpine, WrongSpineLength.
    /// @param startState the state before the first slot, the same for every commitment
    /// @param root of the commitment
    /// @param last its last leaf
    /// @param owner whose bond stands behind it
    /// @param children opening of `root`
    /// @param spine of `last` under the 16th child, 16 siblings
    function join(
        TournamentId id,
        bytes32 startState,
        bytes32 root,
        bytes32 last,
        address owner,
        bytes32[16] calldata children,
        bytes32[] calldata spine
    ) external;

    /// @notice Adds a commitment, which must end in one of the two contested leaves, to a step tournament and locks the
    /// caller's step bond; one that is in it already is left alone. Anyone may join either side.
    /// @dev Reverts with UnknownTournament, WrongLevel, JoiningClosed, NotContested, WrongOpening, WrongSpine,
    /// WrongSpineLength, IBonds.InsufficientFree.
    /// @param spine of `last` under the 16th child, 20 siblings
    function joinSteps(
        TournamentId id,
        bytes32 root,
        bytes32 last,
        bytes32[16] calldata children,
        bytes32[] calldata spine
    ) external;

    /// @notice Pays the debt of a root tournament's first commitment, before its first turn: opens its root and proves
    /// its last leaf. Counts as no turn.
    /// @dev Reverts with UnknownMatch, AlreadySettled, WrongPhase, ClockExpired, AlreadyOpened, WrongCommitment,
    /// WrongOpening, WrongSpine, WrongSpineLength.
    /// @param key of its match, in which it is side One
    /// @param root of the commitment
    /// @param last its last leaf
    /// @param children opening of `root`
    /// @param spine of `last` under the 16th child, 16 siblings
    function openRoot(
        MatchKey calldata key,
        bytes32 root,
        bytes32 last,
        bytes32[16] calldata children,
        bytes32[] calldata spine
    ) external;

    /// @notice A turn that is not the last: descends four levels.
    /// @dev Reverts with UnknownMatch, AlreadySettled, WrongPhase, WrongTurn, UnexpectedNode, ClockExpired, NotOpened,
    /// WrongOpening.
    /// @param node of the side to move, as the sender knows it
    /// @param own opening of `node`
    /// @param rival opening of the other side's node, from its last event
    /// @param next opening of the child of `own` at the first difference
    function turn(
        MatchKey calldata key,
        bytes32 node,
        bytes32[16] calldata own,
        bytes32[16] calldata rival,
        bytes32[16] calldata next
    ) external;

    /// @notice The last turn, down to the leaves. Proves the state before the contested leaf, and starts the step
    /// tournament (slot level) or seals the match (step level).
    /// @dev Reverts like `turn`, or with WrongSpine, WrongSpineLength.
    /// @param agreed the state before the contested leaf
    /// @param spine of `agreed` under the agreed subtree: as many siblings as that is high, none when the opening itself
    /// or the start state shows it
    function lastTurn(
        MatchKey calldata key,
        bytes32 node,
        bytes32[16] calldata own,
        bytes32[16] calldata rival,
        bytes32 agreed,
        bytes32[] calldata spine
    ) external;

    /// @notice Settles a match in which a clock has run out: while turning, the side to move loses; while sealed, who
    /// expired loses, both if both did.
    /// @dev Reverts with UnknownMatch, AlreadySettled, WrongPhase, ClockNotExpired.
    function timeout(MatchKey calldata key) external;

    /// @notice Settles a sealed match by proving its step, whatever the clocks say: a side whose leaf is not the
    /// successor of the agreed state is eliminated.
    /// @dev Reverts with UnknownMatch, AlreadySettled, WrongPhase, or with the verifier's error.
    function resolve(MatchKey calldata key, bytes calldata witness) external;

    /// @notice Settles a slot match by the result of its step tournament.
    /// @dev Reverts with UnknownMatch, AlreadySettled, WrongPhase, StepsUndecided.
    function conclude(MatchKey calldata slotMatch) external;

    /// @notice Lets the two lowest waiting commitments meet, when joining has closed and nobody can still arrive below.
    /// Settling a match does the same by itself; this verb is for when joining closes with nothing running.
    /// @dev Reverts with UnknownTournament, NothingToMerge.
    function merge(TournamentId id) external;

    /// @notice Splits the bonds of those who lost a match of a step tournament: refunds to the winner's movers, a bounty to
    /// the winner's owner, at least half burned.
    /// @dev Reverts with NotInStepTournament, WrongPhase, NotFinal, BondSettled, WrongMoves.
    /// @param slotMatch the match that opened the step tournament
    /// @param stepMatch the lost match
    /// @param moves all its moves, in order, as in the `Moved` events
    function splitStepBonds(MatchKey calldata slotMatch, MatchKey calldata stepMatch, Move[] calldata moves) external;

    /// @notice Frees the bond of the winner of a step tournament, or of any commitment in one under a void claim.
    /// @dev Reverts with UnknownCommitment, BondSettled, BondStillNeeded.
    /// @param slotMatch the match that opened the step tournament
    /// @param root of the commitment
    /// @param last its last leaf
    function releaseStepBond(MatchKey calldata slotMatch, bytes32 root, bytes32 last) external;

    /// @notice State of tournament `id`.
    function tournaments(TournamentId id) external view returns (TournamentState memory);

    /// @notice State of commitment `id`.
    function commitments(CommitmentId id) external view returns (CommitmentState memory);

    /// @notice State of match `id`.
    function matches(MatchId id) external view returns (MatchState memory);

    /// @notice The commitment that waits in tournament `id` with `rank`; meaningful iff that bit of `waitingRanks` is set.
    function waiting(TournamentId id, uint8 rank) external view returns (CommitmentId);

    /// @notice How many running matches of tournament `id` give their winner `rank`.
    function running(TournamentId id, uint8 rank) external view returns (uint32);

    /// @notice Whether tournament `id` is decided, and its winner, meaningful iff Won.
    function result(TournamentId id) external view returns (Status status, CommitmentId winner);

    /// @notice Whether commitment `id` has lost.
    function isEliminated(CommitmentId id) external view returns (bool);

    /// @notice From which L1 block on `timeout` settles match `id`: while turning, the deadline of the side to move;
    /// while sealed, the earlier one. Reverts with WrongPhase otherwise.
    function deadline(MatchId id) external view returns (Instant);

    /// @notice The first L1 block in which nobody may join tournament `id` any more.
    function closing(TournamentId id) external view returns (Instant);

    /// @notice The contract that starts root tournaments, fixed at deployment.
    function asker() external view returns (IAsker);

    /// @notice Where step bonds are, fixed at deployment.
    function bonds() external view returns (IBonds);

    /// @notice Where L2 blocks' records are, fixed at deployment.
    function records() external view returns (IRecords);

    /// @notice The transition function, fixed at deployment.
    function verifier() external view returns (IStepVerifier);

    /// @notice What a step commitment is bonded with, wei.
    function stepBond() external view returns (uint256);

    /// @notice The highest price at which gas is refunded, wei.
    function gasPriceCap() external view returns (uint256);

    /// @notice The clocks' parameters.
    function timing() external view returns (Duration censorship, Duration response, Duration build, Duration budget);
}
