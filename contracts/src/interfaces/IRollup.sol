// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimKey} from "../types/ClaimKey.sol";
import {BondId, ClaimId, CommitmentId, TournamentId} from "../types/Ids.sol";
import {MatchKey} from "../types/MatchKey.sol";
import {Move} from "../types/Move.sol";
import {Status} from "../types/TournamentState.sol";
import {IAsker} from "./IAsker.sol";
import {IBonds} from "./IBonds.sol";
import {IInbox} from "./IInbox.sol";
import {ITournament} from "./ITournament.sol";

/// @notice Where a claim stands. That one is lost is the tournament's to say: see `isLost`.
enum ClaimStatus {
    Absent,
    Proposed,
    Confirmed,
    /// It descends from a dead claim.
    Void
}

/// @notice What is stored of a claim; the rest is in its id.
struct Claim {
    ClaimStatus status;
    /// The last L2 block of its domain.
    uint64 end;
    /// The round its children are in.
    uint32 round;
    /// The bond that created it.
    BondId bond;
}

/// @notice Where a root bond stands.
enum BondStatus {
    Absent,
    /// It backs every unconfirmed claim on the path to `tip`.
    Locked,
    /// A claim on that path is lost: it can only be forfeited, unless the topmost dead one turns out to be void.
    Frozen,
    Released,
    Forfeited
}

/// @notice On what ground a claim is confirmed.
enum Ground {
    /// Nobody contested it in time.
    Unopposed,
    /// It won its contest.
    Contest,
    /// A proof settled its contest.
    Settlement
}

/// @notice Why a claim is dead.
enum Death {
    /// It was eliminated in its contest, or a proof has shown that its boundary is wrong.
    Lost,
    /// It descends from a dead claim, or a proof has settled its contest by another one with the same boundary.
    Void
}

/// @notice Why a root bond is forfeited.
enum Forfeiture {
    /// It created the lost claim: it was split.
    Creator,
    /// It backed the lost claim, which another bond created: it was burned.
    Backer
}

/// @notice A root bond. One bond covers a proposer's whole chain of claims.
struct Bond {
    address owner;
    BondStatus status;
    /// Whether `walked` is in use.
    bool walking;
    /// The latest claim it backs. At a confirmed one it backs nothing, and its owner may use it anywhere.
    ClaimId tip;
    /// How far a walk from `tip` towards the confirmed claims has come.
    ClaimId walked;
}

/// @notice The tree of claims: each answers what executing the L2 blocks after its parent gives.
/// @dev The genesis claim is the key {parent 0, round 0, traceRoot 0, boundary} and confirmed from the start. A claim that
/// nobody proposed, made by a proof, is the key {parent, round UNPROPOSED, traceRoot 0, boundary}.
interface IRollup is IAsker {
    /// @notice A claim was made about L2 blocks `first` to `end`, and `bond` moved to it. The first one under a parent, or of
    /// a further round, starts their root tournament.
    event ClaimProposed(
        ClaimId indexed claim,
        ClaimId indexed parent,
        uint32 round,
        uint64 first,
        uint64 end,
        bytes32 traceRoot,
        bytes32 boundary,
        BondId indexed bond
    );
    /// @notice A claim is final.
    event ClaimConfirmed(ClaimId indexed claim, ClaimId indexed parent, uint64 end, Ground ground);
    /// @notice A proof of the boundary has settled the contest of a claim's children: `claim` is confirmed, children with
    /// another boundary are lost, others with the same one void. Its tournament is without effect from now on.
    /// @param claim it was proposed, or is made by the proof: key {parent, round UNPROPOSED, traceRoot 0, boundary}
    /// @param round the contest's
    event ClaimSettled(
        ClaimId indexed claim, ClaimId indexed parent, uint32 round, uint64 first, uint64 end, bytes32 boundary
    );
    /// @notice A claim descends from a dead one.
    /// @param death why its parent is dead
    event ClaimVoided(ClaimId indexed claim, ClaimId indexed parent, Death death);
    /// @notice `owner` locked a root bond.
    event BondLocked(BondId indexed bond, address indexed owner, ClaimId tip);
    /// @notice A bond was moved to a claim that was there already, and now backs it too.
    event BondMoved(BondId indexed bond, ClaimId indexed tip);
    /// @notice A claim that the bond backs is lost.
    event BondFrozen(BondId indexed bond, address indexed owner, ClaimId indexed eliminated);
    /// @notice A bond is free again: every claim it backed is confirmed.
    event BondReleased(BondId indexed bond, address indexed owner, uint256 amount);
    /// @notice Every claim that the bond backs is void, because of `superseded`: it backs nothing any more.
    /// @param tip the latest confirmed claim, where it is now
    event BondFreed(BondId indexed bond, address indexed owner, ClaimId indexed superseded, ClaimId tip);
    /// @notice A bond is lost, because it backs `lost`, whose parent is confirmed.
    /// @param burned of `amount`, wei; the rest went to who moved for the winner and to who bonded it
    event BondForfeited(
        BondId indexed bond,
        address indexed owner,
        ClaimId indexed lost,
        Forfeiture cause,
        uint256 amount,
        uint256 burned
    );

    /// @notice There is no such claim.
    error UnknownClaim(ClaimId claim);
    /// @notice The claim is confirmed already.
    error AlreadyConfirmed(ClaimId claim);
    /// @notice The claim is void already.
    error AlreadyVoid(ClaimId claim);
    /// @notice The claim is lost or void, and nothing may be built on it.
    error DeadClaim(ClaimId claim);
    /// @notice The parent has a child already: propose as its sibling.
    error NotFirstChild(ClaimId parent, uint32 round);
    /// @notice The parent has no child yet in this round: propose it as the first.
    error NoSibling(ClaimId parent, uint32 round);
    /// @notice The domain ends elsewhere.
    error WrongDomain(uint64 expected, uint64 given);
    /// @notice There is no batch after the parent's domain.
    error EmptyDomain(uint64 lastBlock);
    /// @notice The machine is not a boundary: its phase is not 0 or a group is present that must be absent.
    error NotBoundary(bytes32 machineHash);
    /// @notice The children's contest takes no more claims.
    error ContestClosed(ClaimId parent, uint32 round, Status status);
    /// @notice The claim has not won its contest, or that is not decided.
    error NotWinner(ClaimId claim, Status status);
    /// @notice Only the settlement contract settles, and only where the deployment has one.
    error NotSettlement(address caller);
    /// @notice A contest is settled under the latest confirmed claim: others are decided or not yet to be.
    error NotLatestConfirmed(ClaimId latest, ClaimId parent);
    /// @notice The parent is not confirmed.
    error ParentNotConfirmed(ClaimId parent);
    /// @notice The parent is neither lost nor void.
    error ParentAlive(ClaimId parent);
    /// @notice The claim is not lost.
    error NotLost(ClaimId claim);
    /// @notice The bond is not the caller's.
    error NotBondOwner(BondId bond, address owner, address caller);
    /// @notice The bond is not in a status that allows this.
    error WrongBondStatus(BondId bond, BondStatus status);
    /// @notice The bond is at another claim than the parent, and backs that.
    error BondElsewhere(BondId bond, ClaimId tip, ClaimId parent);
    /// @notice The bond backs undecided claims.
    error BondStillNeeded(BondId bond, ClaimId tip);
    /// @notice The walk along the bond's path is at another claim.
    error NotOnPath(BondId bond, ClaimId expected, ClaimId given);
    /// @notice The claim did not lose that match.
    error NotLostThere(ClaimId claim, MatchKey key);
    /// @notice The root bond's third does not pay for the longest honest line, or it is under 1 ETH.
    error RootBondTooSmall(uint256 bond, uint256 required);
    /// @notice The genesis block is not the Inbox's.
    error WrongGenesis(uint64 inbox, uint64 given);
    /// @notice A contract that this one refers to does not refer back.
    error NotWired(address other);

    /// @notice Locks a root bond out of the caller's account in Bonds. It starts at the latest confirmed claim.
    /// @dev Reverts with IBonds.InsufficientFree.
    function lockBond() external returns (BondId bond);

    /// @notice Frees a bond whose every claim is confirmed.
    /// @dev Reverts with NotBondOwner, WrongBondStatus, BondStillNeeded.
    function releaseBond(BondId bond) external;

    /// @notice Proposes the first child of `parent`, and moves the bond to it; when that same child is there already,
    /// only moves the bond.
    /// @dev Reverts with NotBondOwner, WrongBondStatus, BondElsewhere, UnknownClaim, DeadClaim, WrongDomain, EmptyDomain,
    /// NotBoundary, NotFirstChild, ContestClosed.
    /// @param bond the caller's bond, which must be at `parent` or at a confirmed claim
    /// @param parent the claim to extend
    /// @param end the last L2 block of the domain, as the caller expects it
    /// @param traceRoot root of the slot commitment
    /// @param boundary encoding of the Machine group at the end of the domain
    function propose(BondId bond, ClaimId parent, uint64 end, bytes32 traceRoot, bytes calldata boundary)
        external
        returns (ClaimId claim);

    /// @notice Proposes a rival to a child that is there already.
    /// @dev Reverts like `propose`, or with NoSibling and the errors of ITournament.join.
    /// @param parent the claim to extend
    /// @param children opening of `traceRoot`
    /// @param spine of the boundary under the 16th child, 16 siblings
    function proposeSibling(
        BondId bond,
        ClaimKey calldata parent,
        uint64 end,
        bytes32 traceRoot,
        bytes calldata boundary,
        bytes32[16] calldata children,
        bytes32[] calldata spine
    ) external returns (ClaimId claim);

    /// @notice Moves the caller's bond down to a claim that somebody else proposed.
    /// @dev Reverts with NotBondOwner, WrongBondStatus, BondElsewhere, UnknownClaim, DeadClaim.
    /// @param path keys of consecutive claims, the first one a child of the claim that the bond is at; if that is confirmed,
    /// any claim
    function follow(BondId bond, ClaimKey[] calldata path) external;

    /// @notice Settles the contest of a confirmed claim's children by a proof of their boundary, if nobody is confirmed there
    /// yet. Only the settlement contract.
    /// @dev Confirms the first child with that boundary. One that was eliminated stays dead: then it is the contest's winner,
    /// or without such a child a new claim. Reverts with NotSettlement, NotLatestConfirmed, WrongDomain, EmptyDomain.
    /// @param parent the latest confirmed claim
    /// @param end the last L2 block: that of the contest's domain; without a contest, any of the next child's
    /// @param boundary hash of the machine after that block, which is proven
    function settle(ClaimId parent, uint64 end, bytes32 boundary) external returns (ClaimId claim);

    /// @notice Makes the winner among the children of a confirmed claim final.
    /// @dev Reverts with UnknownClaim, AlreadyConfirmed, ParentNotConfirmed, NotWinner.
    function confirm(ClaimKey calldata key) external;

    /// @notice Marks a child of a dead claim as void.
    /// @dev Reverts with UnknownClaim, AlreadyVoid, ParentAlive.
    function voidClaim(ClaimKey calldata key) external;

    /// @notice Splits the bond that created a lost claim, once the claim's parent is confirmed: refunds to the winner's
    /// movers, a bounty to the winner's owner, at least half burned.
    /// @dev Reverts with NotLost, ParentNotConfirmed, WrongBondStatus, NotLostThere, ITournament.WrongMoves.
    /// @param lost the claim
    /// @param lostMatch the match it lost
    /// @param moves all moves of that match, in order, as in the `Moved` events
    function splitBond(ClaimKey calldata lost, MatchKey calldata lostMatch, Move[] calldata moves) external;

    /// @notice Walks up the path of claims that a bond backs, from `tip` towards the confirmed ones, one edge a key.
    /// Freezes the bond at a lost claim. The walk ends at a claim whose parent is confirmed: if that is lost, the bond is
    /// burned, unless the bond created it and a match was lost, which is splitBond's; if a proof has made it void, the bond is
    /// free again, at the parent.
    /// @dev Reverts with WrongBondStatus, NotOnPath.
    /// @param path keys of consecutive claims, from where the walk stands
    function walk(BondId bond, ClaimKey[] calldata path) external;

    /// @notice What is stored of claim `id`.
    function claims(ClaimId id) external view returns (Claim memory);

    /// @notice What is stored of bond `id`.
    function rootBonds(BondId id) external view returns (Bond memory);

    /// @notice Whether claim `id` is eliminated in its contest, or, once a proof has settled that, has another boundary than the
    /// proven one.
    function isLost(ClaimId id) external view returns (bool);

    /// @notice Whether claim `id` was marked void, or a proof has settled its contest by another claim with the same boundary.
    function isVoid(ClaimId id) external view returns (bool);

    /// @notice The claim that a proof has confirmed in `contest`; 0 if none has.
    function settledBy(TournamentId contest) external view returns (ClaimId);

    /// @notice Where the domain of the next child of `parent` ends; reverts with EmptyDomain when there is none yet.
    function domainEnd(ClaimId parent) external view returns (uint64);

    /// @notice The latest confirmed claim.
    function latestConfirmed() external view returns (ClaimId);

    /// @notice The genesis claim.
    function genesis() external view returns (ClaimId);

    /// @notice What a proposer is bonded with, wei.
    function rootBond() external view returns (uint256);

    /// @notice The batches, fixed at deployment.
    function inbox() external view returns (IInbox);

    /// @notice The accounts, fixed at deployment.
    function bonds() external view returns (IBonds);

    /// @notice The contests, fixed at deployment.
    function tournament() external view returns (ITournament);

    /// @notice The one contract whose proofs settle contests, fixed at deployment; 0: there is none.
    function settlement() external view returns (address);
}
