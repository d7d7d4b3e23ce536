// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRollup} from "../interfaces/IRollup.sol";
import {ITournament} from "../interfaces/ITournament.sol";
import {Joiners} from "../tournament/Delay.sol";
import {ClaimKey} from "../types/ClaimKey.sol";
import {Duration} from "../types/Duration.sol";
import {BondId, ClaimId, CommitmentId, MatchId, TournamentId} from "../types/Ids.sol";
import {Instant} from "../types/Instant.sol";
import {MatchKey} from "../types/MatchKey.sol";
import {Level, Outcome, Phase, Reason} from "../types/MatchState.sol";
import {Status} from "../types/TournamentState.sol";

/// @notice Where a claim stands, and why.
enum ClaimStanding {
    Unknown,
    /// It is in no match, and rivals may still join.
    Joining,
    /// Joining has closed, and it waits for its next rival.
    Waiting,
    /// It is in a match.
    Playing,
    /// It won its contest, but its parent is undecided.
    ParentUndecided,
    /// It won its contest and its parent is confirmed: `confirm` succeeds.
    Confirmable,
    Confirmed,
    /// It was eliminated in its contest, or a proof has shown that its boundary is wrong.
    Lost,
    /// It descends from a dead claim, and nobody has marked it void yet.
    Orphaned,
    /// It was marked void.
    Void,
    /// A proof has confirmed another claim with its boundary.
    Superseded
}

/// @notice What a match waits for.
enum Due {
    /// It is over, or there is none.
    Nothing,
    /// The opening that the contest's first commitment owes.
    OpenRoot,
    Turn,
    LastTurn,
    /// A proof, or that a clock runs out.
    Proof,
    /// The end of its step tournament.
    Steps,
    /// `conclude`: the step tournament is decided.
    Conclude,
    /// `timeout`: a clock has run out. A sealed match still takes a proof.
    Timeout
}

/// @notice For whom what is due is done. Anybody may send it.
enum Mover {
    Nobody,
    One,
    Two,
    /// For the side that is right.
    Either,
    /// It is for the sake of all.
    Anyone
}

/// @notice What a root bond is held for.
enum BondStanding {
    Unknown,
    /// Every claim it backs is confirmed: its owner can release it.
    Releasable,
    /// It backs undecided claims.
    Backing,
    /// A claim it backs is lost: it can only be forfeited, unless `walk` frees it.
    Frozen,
    Released,
    Forfeited
}

/// @notice What `walk` would do with a bond and a path.
enum Walk {
    /// Revert: the bond is settled, or the path does not begin where the walk stands.
    Refused,
    /// Nothing but remember how far it came.
    Pass,
    /// Freeze the bond.
    Freeze,
    /// Burn it.
    Burn,
    /// Free it: what it backs is void.
    Free
}

/// @notice What the bond of a commitment in a step tournament is held for.
enum StepBondStanding {
    Unknown,
    /// The commitment has not lost, and the step tournament is undecided.
    Contending,
    /// It lost, but under an undecided claim: money waits.
    Provisional,
    /// It lost for good: `splitStepBonds` with the match it lost takes it.
    Splittable,
    /// It won, or the claims in contest are void: `releaseStepBond` succeeds.
    Releasable,
    /// Released or split.
    Settled
}

/// @notice A claim.
struct ClaimReport {
    ClaimId id;
    ClaimStanding standing;
    /// Its dead ancestor nearest to the confirmed claims; meaningful when Orphaned or Void.
    ClaimId deadAncestor;
    /// Whether `voidClaim` succeeds.
    bool voidable;
    /// The contest it is in.
    TournamentId contest;
    /// Won, too, once a proof has settled the contest.
    Status contestStatus;
    /// The L2 blocks it is about.
    uint64 first;
    uint64 end;
    /// The bond that created it, whose it is, and wei of that still at stake.
    BondId bond;
    address owner;
    uint256 stake;
    /// The first block in which nobody may contest it any more.
    Instant closing;
    /// The first block in which it may be confirmed if nobody contests it or an ancestor from now on.
    Instant earliest;
    /// Blocks until it and its ancestors are decided, at most.
    Duration maxRemainingDelay;
    /// Those of the matches given in which it is a side.
    MatchReport[] matches;
}

/// @notice A match.
struct MatchReport {
    MatchId id;
    MatchKey key;
    Level level;
    Phase phase;
    /// Who won and why, once settled.
    Outcome outcome;
    Reason reason;
    Due due;
    Mover mover;
    /// The first block in which what is due is too late, `timeout` succeeds; in steps: in which joining those closes.
    Instant deadline;
    /// Blocks until then.
    Duration left;
    /// What each side has left, as if it moved now.
    Duration clockOne;
    Duration clockTwo;
    /// Wei of the bonds behind each side.
    uint256 stakeOne;
    uint256 stakeTwo;
    /// Blocks until it is settled, at most.
    Duration maxRemainingDelay;
}

/// @notice Who waits and what is played with one win rank.
struct RankReport {
    uint8 rank;
    bool isAwaited;
    /// The commitment that waits with this rank; meaningful if `isAwaited`.
    CommitmentId waiting;
    /// Running matches that give their winner this rank.
    uint32 running;
}

/// @notice A tournament.
struct TournamentReport {
    Status status;
    Level level;
    /// The first block in which nobody may join, and how many blocks until then.
    Instant closing;
    Duration left;
    /// Commitments that are not eliminated.
    uint32 contenders;
    /// The ranks in use.
    RankReport[] ranks;
    /// Whether `merge` succeeds.
    bool mergeable;
    /// Meaningful when Won.
    CommitmentId winner;
    /// Blocks until it is decided, at most.
    Duration maxRemainingDelay;
}

/// @notice A root bond.
struct BondReport {
    BondStanding standing;
    address owner;
    /// The latest claim that it backs.
    ClaimId tip;
    /// Wei of it still at stake.
    uint256 stake;
    /// What `walk` would do with the path given.
    Walk walk;
    /// Whether `splitBond` takes it for the last claim of the path given.
    bool splittable;
}

/// @notice A step bond.
struct StepBondReport {
    StepBondStanding standing;
    address owner;
    /// Wei of it still at stake.
    uint256 stake;
}

/// @notice What an operator or a user wants to know, one call a question, judged in the present block by the rules of the
/// verbs: where it says that a verb succeeds, the verb succeeds in this block, and else it does not. Without rights and
/// storage; nothing depends on it.
/// @dev A path is a list of consecutive claims from one towards the confirmed ones, each the parent of the one before. Matches
/// that a call is given sharpen its bounds of delay, and come in ascending order of their ids; a running match that is not
/// among them counts as one that has just begun. Both are in the events.
interface ILens {
    /// @notice A path has at least one claim.
    error EmptyPath();
    /// @notice The claim is not the parent of the one before.
    error BrokenPath(ClaimId expected, ClaimId given);
    /// @notice The path ends below an undecided claim.
    error ShortPath(ClaimId parent);
    /// @notice The matches are not in ascending order of their ids.
    error NotAscending(MatchId previous, MatchId next);
    /// @notice There is no such tournament.
    error UnknownTournament(TournamentId tournament);

    /// @notice A claim, its contest and what stands behind it.
    /// @dev Reverts with EmptyPath, BrokenPath, ShortPath, NotAscending.
    /// @param path from the claim up to, and without, a confirmed one
    /// @param matches running or settled ones, of any tournament
    /// @param joiners who may still join, in each contest on the path
    function claimReport(ClaimKey[] calldata path, MatchKey[] calldata matches, Joiners calldata joiners)
        external
        view
        returns (ClaimReport memory);

    /// @notice A match.
    /// @dev Reverts with NotAscending.
    /// @param matches of its step tournament, if it is in steps
    /// @param stepJoiners how many commitments still join its step tournament
    function matchReport(MatchKey calldata key, MatchKey[] calldata matches, uint32 stepJoiners)
        external
        view
        returns (MatchReport memory);

    /// @notice A tournament.
    /// @dev Reverts with NotAscending.
    /// @param matches of it, and of its step tournaments
    function tournamentReport(TournamentId id, MatchKey[] calldata matches, Joiners calldata joiners)
        external
        view
        returns (TournamentReport memory);

    /// @notice A root bond.
    /// @param path from where the walk along the bond's claims stands; may be empty
    function bondReport(BondId bond, ClaimKey[] calldata path) external view returns (BondReport memory);

    /// @notice The bond of the commitment (`root`, `last`) in the step tournament that `slotMatch` opened.
    function stepBondReport(MatchKey calldata slotMatch, bytes32 root, bytes32 last)
        external
        view
        returns (StepBondReport memory);

    /// @notice L1 blocks until tournament `id` is decided, at most, whatever its players do: see Delay.
    /// @dev Reverts with UnknownTournament, NotAscending.
    /// @param matches of it, and of its step tournaments
    function maxRemainingDelay(TournamentId id, MatchKey[] calldata matches, Joiners calldata joiners)
        external
        view
        returns (Duration);

    /// @notice The claims, fixed at deployment.
    function rollup() external view returns (IRollup);

    /// @notice The contests, fixed at deployment.
    function tournament() external view returns (ITournament);
}
