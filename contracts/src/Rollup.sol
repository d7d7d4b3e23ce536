// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Finality} from "./interfaces/IAsker.sol";
import {IBonds, Share} from "./interfaces/IBonds.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {Bond, BondStatus, Claim, ClaimStatus, Death, Forfeiture, Ground, IRollup} from "./interfaces/IRollup.sol";
import {ITournament} from "./interfaces/ITournament.sol";
import {Block, BlockCodec} from "./machine/Block.sol";
import {Machine, MachineCodec} from "./machine/Machine.sol";
import {Backing, Fate, Step} from "./rules/Backing.sol";
import {ClaimShape} from "./rules/ClaimShape.sol";
import {Spoils} from "./rules/Spoils.sol";
import {Answer, VerdictBook, Verdicts} from "./settlement/Verdicts.sol";
import {ClaimKey} from "./types/ClaimKey.sol";
import {BondId, ClaimId, CommitmentId, MatchId, TournamentId, commitmentId, rootTournament} from "./types/Ids.sol";
import {MatchKey} from "./types/MatchKey.sol";
import {MatchState, Outcome, Phase, Side} from "./types/MatchState.sol";
import {Move} from "./types/Move.sol";
import {Status} from "./types/TournamentState.sol";

/// @title Rollup
/// @dev Deployed last: its constructor checks that Bonds and the Tournament refer to it. Nobody owns it.
contract Rollup is IRollup {
    using Verdicts for ClaimId;

    /// @dev The least root bond whatever gas costs.
    uint256 private constant BOND_FLOOR = 1 ether;

    /// @inheritdoc IRollup
    IInbox public immutable inbox;
    /// @inheritdoc IRollup
    IBonds public immutable bonds;
    /// @inheritdoc IRollup
    ITournament public immutable tournament;
    /// @inheritdoc IRollup
    address public immutable settlement;
    /// @inheritdoc IRollup
    uint256 public immutable rootBond;
    /// @inheritdoc IRollup
    ClaimId public immutable genesis;

    /// @inheritdoc IRollup
    ClaimId public latestConfirmed;
    uint64 private _bondCount;

    mapping(ClaimId => Claim) private _claims;
    mapping(BondId => Bond) private _bonds;
    /// @dev The claim whose children a root tournament compares, written when a second child joins.
    mapping(TournamentId => ClaimId) private _contested;
    /// @dev Empty where no proof settles.
    VerdictBook private _verdicts;

    /// @param settlement_ the contract whose proofs settle contests; 0: none does
    /// @param boundary the machine at genesis
    /// @param genesisBlock its Block group; number and time must be the Inbox's
    /// @param rootBond_ wei; at least 1 ETH, and a third must pay for the longest honest line at the Tournament's price cap
    constructor(
        IInbox inbox_,
        IBonds bonds_,
        ITournament tournament_,
        address settlement_,
        Machine memory boundary,
        Block memory genesisBlock,
        uint256 rootBond_
    ) {
        if (bonds_.rollup() != address(this) || bonds_.tournament() != address(tournament_)) {
            revert NotWired(address(bonds_));
        }
        if (
            address(tournament_.asker()) != address(this) || address(tournament_.bonds()) != address(bonds_)
                || address(tournament_.records()) != address(inbox_)
        ) revert NotWired(address(tournament_));
        if (settlement_ != address(0) && settlement_.code.length == 0) revert NotWired(settlement_);
        uint256 required = Spoils.minimumBond(tournament_.gasPriceCap());
        if (required < BOND_FLOOR) required = BOND_FLOOR;
        if (rootBond_ < required) revert RootBondTooSmall(rootBond_, required);
        bytes32 boundaryHash = _requireBoundary(boundary);
        if (BlockCodec.hash(genesisBlock) != boundary.blockHash) revert NotBoundary(boundaryHash);
        uint64 number = inbox_.genesisNumber();
        if (genesisBlock.number != number || genesisBlock.timestamp != inbox_.genesisTimestamp()) {
            revert WrongGenesis(number, genesisBlock.number);
        }

        inbox = inbox_;
        bonds = bonds_;
        tournament = tournament_;
        settlement = settlement_;
        rootBond = rootBond_;
        genesis = ClaimKey(ClaimId.wrap(0), 0, 0, boundaryHash).id();
        latestConfirmed = genesis;
        _claims[genesis].status = ClaimStatus.Confirmed;
        _claims[genesis].end = number;
    }

    // Bonds

    /// @inheritdoc IRollup
    function lockBond() external returns (BondId bond) {
        bonds.lock(msg.sender, rootBond);
        bond = BondId.wrap(++_bondCount);
        Bond storage state = _bonds[bond];
        state.owner = msg.sender;
        state.status = BondStatus.Locked;
        state.tip = latestConfirmed;
        emit BondLocked(bond, msg.sender, latestConfirmed);
    }

    /// @inheritdoc IRollup
    function releaseBond(BondId bond) external {
        Bond storage state = _ownBond(bond);
        if (_claims[state.tip].status != ClaimStatus.Confirmed) revert BondStillNeeded(bond, state.tip);
        state.status = BondStatus.Released;
        bonds.unlock(state.owner, rootBond);
        emit BondReleased(bond, state.owner, rootBond);
    }

    /// @inheritdoc IRollup
    function follow(BondId bond, ClaimKey[] calldata path) external {
        ClaimId tip = _ownBond(bond).tip;
        bool anywhere = _claims[tip].status == ClaimStatus.Confirmed;
        for (uint256 i = 0; i < path.length; ++i) {
            ClaimKey calldata key = path[i];
            if (key.parent != tip && !anywhere) revert BondElsewhere(bond, tip, key.parent);
            tip = key.id();
            anywhere = false;
        }
        // A claim's ancestors exist if it does.
        _requireExists(tip);
        _requireAlive(tip);
        _moveBond(bond, tip);
    }

    /// @inheritdoc IRollup
    function walk(BondId bond, ClaimKey[] calldata path) external {
        Bond storage state = _bonds[bond];
        if (state.status != BondStatus.Locked && state.status != BondStatus.Frozen) {
            revert WrongBondStatus(bond, state.status);
        }
        // A walk that had come to claims confirmed meanwhile starts again.
        bool resumed = state.walking && _claims[state.walked].status != ClaimStatus.Confirmed;
        ClaimId cursor = resumed ? state.walked : state.tip;
        for (uint256 i = 0; i < path.length; ++i) {
            ClaimKey calldata key = path[i];
            ClaimId id = key.id();
            if (id != cursor) revert NotOnPath(bond, cursor, id);
            // A bond backs nothing from here up; above genesis no key would go on.
            if (_claims[id].status == ClaimStatus.Confirmed) break;
            Fate fate = _fate(id);
            if (fate == Fate.Lost && state.status == BondStatus.Locked) {
                state.status = BondStatus.Frozen;
                emit BondFrozen(bond, state.owner, id);
            }
            Step step = _stepAt(bond, id, key.parent, fate);
            if (step == Step.Burn) {
                _forfeit(bond, state, id, Forfeiture.Backer, new Share[](0));
                return;
            }
            if (step == Step.Free) {
                _free(bond, state, id);
                return;
            }
            if (step == Step.Stand) break;
            cursor = key.parent;
        }
        state.walking = true;
        state.walked = cursor;
    }

    /// @inheritdoc IRollup
    function splitBond(ClaimKey calldata lost, MatchKey calldata lostMatch, Move[] calldata moves) external {
        ClaimId id = lost.id();
        if (!isLost(id)) revert NotLost(id);
        if (_claims[lost.parent].status != ClaimStatus.Confirmed) revert ParentNotConfirmed(lost.parent);
        BondId bond = _claims[id].bond;
        Bond storage state = _bonds[bond];
        if (state.status != BondStatus.Locked && state.status != BondStatus.Frozen) {
            revert WrongBondStatus(bond, state.status);
        }
        _forfeit(bond, state, id, Forfeiture.Creator, _shares(id, lostMatch, moves));
    }

    function _stepAt(BondId bond, ClaimId id, ClaimId parent, Fate fate) private view returns (Step) {
        bool splits = _claims[id].bond == bond;
        // Where no proof settles, what is lost was eliminated.
        if (splits && settlement != address(0)) splits = tournament.isEliminated(id.commitment());
        return Backing.step(fate, _claims[parent].status == ClaimStatus.Confirmed, splits);
    }

    // Claims

    /// @inheritdoc IRollup
    function propose(BondId bond, ClaimId parent, uint64 end, bytes32 traceRoot, bytes calldata boundary)
        external
        returns (ClaimId claim)
    {
        (Claim memory base, TournamentId contest, Status status) = _extensible(bond, parent, end);
        ClaimKey memory key = ClaimKey(parent, base.round, traceRoot, _boundaryHash(boundary));
        if (status == Status.NoWinner) {
            // The contest starts again. What it eliminated stays lost: the round is part of a claim's id.
            _claims[parent].round = ++key.round;
            contest = rootTournament(parent, key.round);
        }
        claim = commitmentId(contest, traceRoot, key.boundary).claim();
        if (status == Status.Joining || status == Status.Playing || status == Status.Won) {
            if (_moveToExisting(bond, claim)) return claim;
            if (status == Status.Joining) revert NotFirstChild(parent, base.round);
            revert ContestClosed(parent, base.round, status);
        }
        _record(bond, claim, key, base.end + 1, end);
        tournament.start(contest, claim.commitment(), base.end + 1, SafeCast.toUint16(end - base.end));
    }

    /// @inheritdoc IRollup
    function proposeSibling(
        BondId bond,
        ClaimKey calldata parent,
        uint64 end,
        bytes32 traceRoot,
        bytes calldata boundary,
        bytes32[16] calldata children,
        bytes32[] calldata spine
    ) external returns (ClaimId claim) {
        ClaimId parentId = parent.id();
        ClaimKey memory key = _siblingKey(bond, parentId, end, traceRoot);
        key.boundary = _boundaryHash(boundary);
        claim = key.id();
        if (_moveToExisting(bond, claim)) return claim;
        if (_isSettled(rootTournament(parentId, key.round))) revert ContestClosed(parentId, key.round, Status.Won);
        _record(bond, claim, key, _claims[parentId].end + 1, end);
        _contest(key, parent.boundary, children, spine);
    }

    /// @inheritdoc IRollup
    function confirm(ClaimKey calldata key) external {
        ClaimId id = key.id();
        Claim storage state = _claims[id];
        if (state.status == ClaimStatus.Confirmed) revert AlreadyConfirmed(id);
        if (state.status == ClaimStatus.Absent) revert UnknownClaim(id);
        if (_claims[key.parent].status != ClaimStatus.Confirmed) revert ParentNotConfirmed(key.parent);
        TournamentId contest = rootTournament(key.parent, key.round);
        (Status status, CommitmentId winner) = _result(contest);
        if (status != Status.Won || winner.claim() != id) revert NotWinner(id, status);
        state.status = ClaimStatus.Confirmed;
        latestConfirmed = id;
        Ground ground = _contested[contest] == key.parent ? Ground.Contest : Ground.Unopposed;
        emit ClaimConfirmed(id, key.parent, state.end, ground);
    }

    /// @inheritdoc IRollup
    function settle(ClaimId parent, uint64 end, bytes32 boundary) external returns (ClaimId claim) {
        if (msg.sender != settlement) revert NotSettlement(msg.sender);
        // Nobody is confirmed under it yet: every confirmed claim but the latest has a confirmed child.
        if (parent != latestConfirmed) revert NotLatestConfirmed(latestConfirmed, parent);
        Claim memory base = _claims[parent];
        TournamentId contest = rootTournament(parent, base.round);
        (Status status, CommitmentId winner) = tournament.result(contest);
        uint64 last = _domainEnd(base, contest, status);
        bool fits = status == Status.Absent ? base.end < end && end <= last : end == last;
        if (!fits) revert WrongDomain(last, end);

        // An eliminated one stays dead; the contest's winner may have its boundary too.
        claim = _verdicts.candidates[contest][boundary];
        if (tournament.isEliminated(claim.commitment())) claim = winner.claim();
        if (claim.isNobody() || _verdicts.answers[claim].boundary != boundary) {
            claim = ClaimKey(parent, ClaimShape.UNPROPOSED, 0, boundary).id();
            _claims[claim].end = end;
            _verdicts.answers[claim] = Answer(contest, boundary);
        }
        _verdicts.settled[contest] = claim;
        _claims[claim].status = ClaimStatus.Confirmed;
        latestConfirmed = claim;
        emit ClaimSettled(claim, parent, base.round, base.end + 1, end, boundary);
        emit ClaimConfirmed(claim, parent, end, Ground.Settlement);
    }

    /// @inheritdoc IRollup
    function voidClaim(ClaimKey calldata key) external {
        ClaimId id = key.id();
        Claim storage state = _claims[id];
        if (state.status == ClaimStatus.Absent) revert UnknownClaim(id);
        if (state.status == ClaimStatus.Void) revert AlreadyVoid(id);
        Death death = Death.Void;
        if (_claims[key.parent].status != ClaimStatus.Void) {
            Fate fate = _fate(key.parent);
            if (fate == Fate.Open) revert ParentAlive(key.parent);
            if (fate == Fate.Lost) death = Death.Lost;
        }
        state.status = ClaimStatus.Void;
        emit ClaimVoided(id, key.parent, death);
    }

    // Views

    /// @inheritdoc IRollup
    function isLost(ClaimId id) public view returns (bool) {
        return _fate(id) == Fate.Lost;
    }

    /// @inheritdoc IRollup
    function isVoid(ClaimId id) external view returns (bool) {
        return _claims[id].status == ClaimStatus.Void || _fate(id) == Fate.Superseded;
    }

    /// @inheritdoc IRollup
    function settledBy(TournamentId contest) external view returns (ClaimId) {
        return _verdicts.settled[contest];
    }

    /// @notice How final results in root tournament `id` are. Reverts for one that nobody has contested.
    function finality(TournamentId id) external view returns (Finality) {
        ClaimId parent = _contested[id];
        ClaimStatus status = _claims[parent].status;
        if (status == ClaimStatus.Absent) revert UnknownClaim(parent);
        if (_isSettled(id)) return Finality.Void;
        if (status == ClaimStatus.Confirmed) return Finality.Final;
        return _isDead(parent) ? Finality.Void : Finality.Provisional;
    }

    /// @inheritdoc IRollup
    function domainEnd(ClaimId parent) external view returns (uint64) {
        Claim memory base = _claims[parent];
        if (base.status == ClaimStatus.Absent) revert UnknownClaim(parent);
        TournamentId contest = rootTournament(parent, base.round);
        (Status status,) = _result(contest);
        return _domainEnd(base, contest, status);
    }

    /// @inheritdoc IRollup
    function claims(ClaimId id) external view returns (Claim memory) {
        return _claims[id];
    }

    /// @inheritdoc IRollup
    function rootBonds(BondId id) external view returns (Bond memory) {
        return _bonds[id];
    }

    // Helpers

    /// @dev The caller's bond, which it may still use.
    function _ownBond(BondId bond) private view returns (Bond storage state) {
        state = _bonds[bond];
        if (state.owner != msg.sender) revert NotBondOwner(bond, state.owner, msg.sender);
        if (state.status != BondStatus.Locked) revert WrongBondStatus(bond, state.status);
    }

    /// @dev The caller's bond, which must be at `parent`. One at a confirmed claim backs nothing, and may be used anywhere.
    function _requireBondAt(BondId bond, ClaimId parent) private view {
        ClaimId tip = _ownBond(bond).tip;
        if (tip != parent && _claims[tip].status != ClaimStatus.Confirmed) revert BondElsewhere(bond, tip, parent);
    }

    function _moveBond(BondId bond, ClaimId claim) private {
        _bonds[bond].tip = claim;
        emit BondMoved(bond, claim);
    }

    /// @dev The claim to extend and its children's contest, when the caller's bond is at it and the domain of its children
    /// ends at `end`.
    function _extensible(BondId bond, ClaimId parent, uint64 end)
        private
        view
        returns (Claim memory base, TournamentId contest, Status status)
    {
        _requireBondAt(bond, parent);
        _requireExists(parent);
        base = _claims[parent];
        if (base.status != ClaimStatus.Confirmed) _requireAlive(parent);
        contest = rootTournament(parent, base.round);
        (status,) = _result(contest);
        uint64 expected = _domainEnd(base, contest, status);
        if (end != expected) revert WrongDomain(expected, end);
    }

    /// @dev The key of a further child of `parent`, without its boundary.
    function _siblingKey(BondId bond, ClaimId parent, uint64 end, bytes32 traceRoot)
        private
        view
        returns (ClaimKey memory)
    {
        (Claim memory base,, Status status) = _extensible(bond, parent, end);
        if (status == Status.Absent) revert NoSibling(parent, base.round);
        return ClaimKey(parent, base.round, traceRoot, 0);
    }

    /// @dev Enters the caller's claim `key` into its tournament, which starts from `startState`.
    function _contest(ClaimKey memory key, bytes32 startState, bytes32[16] calldata children, bytes32[] calldata spine)
        private
    {
        TournamentId id = rootTournament(key.parent, key.round);
        _contested[id] = key.parent;
        tournament.join(id, startState, key.traceRoot, key.boundary, msg.sender, children, spine);
    }

    /// @dev Moves the bond to `claim` if somebody has proposed that already.
    function _moveToExisting(BondId bond, ClaimId claim) private returns (bool exists) {
        exists = _claims[claim].status != ClaimStatus.Absent;
        if (exists) {
            _requireAlive(claim);
            _moveBond(bond, claim);
        }
    }

    /// @dev Stores a new claim and moves its bond to it.
    function _record(BondId bond, ClaimId claim, ClaimKey memory key, uint64 first, uint64 end) private {
        Claim storage state = _claims[claim];
        state.status = ClaimStatus.Proposed;
        state.end = end;
        state.bond = bond;
        _bonds[bond].tip = claim;
        if (settlement != address(0)) {
            _verdicts.record(claim, Answer(rootTournament(key.parent, key.round), key.boundary));
        }
        emit ClaimProposed(claim, key.parent, key.round, first, end, key.traceRoot, key.boundary, bond);
    }

    /// @dev What the bond backs is void, and its owner may use it anywhere.
    function _free(BondId bond, Bond storage state, ClaimId superseded) private {
        state.status = BondStatus.Locked;
        state.walking = false;
        state.tip = latestConfirmed;
        emit BondFreed(bond, state.owner, superseded, latestConfirmed);
    }

    function _forfeit(BondId bond, Bond storage state, ClaimId lost, Forfeiture cause, Share[] memory shares) private {
        state.status = BondStatus.Forfeited;
        uint256 burned = bonds.forfeit(state.owner, rootBond, shares);
        emit BondForfeited(bond, state.owner, lost, cause, rootBond, burned);
    }

    /// @dev Who gets a share of the bond behind `lost`: nobody when its rival lost too.
    function _shares(ClaimId lost, MatchKey calldata key, Move[] calldata moves) private view returns (Share[] memory) {
        MatchId id = key.id();
        MatchState memory state = tournament.matches(id);
        bool isOne = key.one.claim() == lost;
        bool lostThere = state.phase == Phase.Settled
            && (isOne ? state.outcome != Outcome.One : key.two.claim() == lost && state.outcome != Outcome.Two);
        if (!lostThere) revert NotLostThere(lost, key);
        bytes32 given = Spoils.chain(MatchId.unwrap(id), moves);
        if (given != state.moves) revert ITournament.WrongMoves(id, state.moves, given);
        if (state.outcome == Outcome.Neither) return new Share[](0);
        ClaimId winner = (isOne ? key.two : key.one).claim();
        address winnerOwner = _bonds[_claims[winner].bond].owner;
        return Spoils.shares(rootBond, isOne ? Side.Two : Side.One, winnerOwner, moves);
    }

    function _isDead(ClaimId id) private view returns (bool) {
        return _claims[id].status == ClaimStatus.Void || _fate(id) != Fate.Open;
    }

    /// @dev By its contest, or by the proof that has settled that; whether its ancestors are alive is another matter.
    function _fate(ClaimId id) private view returns (Fate) {
        if (settlement != address(0)) {
            (bool isSettled, Fate fate) = _verdicts.ruling(id);
            if (isSettled) return fate;
        }
        return tournament.isEliminated(id.commitment()) ? Fate.Lost : Fate.Open;
    }

    /// @dev The result of a contest; one that a proof has settled is won, whatever its tournament says.
    function _result(TournamentId contest) private view returns (Status, CommitmentId) {
        if (_isSettled(contest)) return (Status.Won, _verdicts.settled[contest].commitment());
        return tournament.result(contest);
    }

    function _isSettled(TournamentId contest) private view returns (bool) {
        return settlement != address(0) && !_verdicts.settled[contest].isNobody();
    }

    function _requireExists(ClaimId id) private view {
        if (_claims[id].status == ClaimStatus.Absent) revert UnknownClaim(id);
    }

    function _requireAlive(ClaimId id) private view {
        if (_isDead(id)) revert DeadClaim(id);
    }

    /// @dev Where the children of `base` end: fixed by the first of them.
    function _domainEnd(Claim memory base, TournamentId contest, Status status) private view returns (uint64) {
        if (status != Status.Absent) {
            if (_isSettled(contest)) return _claims[_verdicts.settled[contest]].end;
            return base.end + tournament.tournaments(contest).blocks;
        }
        uint64 latest = inbox.latestBlock();
        if (latest <= base.end) revert EmptyDomain(base.end);
        uint64 farthest = base.end + ClaimShape.MAX_BLOCKS;
        return latest < farthest ? latest : farthest;
    }

    function _boundaryHash(bytes calldata boundary) private pure returns (bytes32) {
        return _requireBoundary(MachineCodec.decode(boundary));
    }

    /// @dev The hash of a machine in which no transaction is running.
    function _requireBoundary(Machine memory machine) private pure returns (bytes32 machineHash) {
        machineHash = MachineCodec.hash(machine);
        if (
            machine.phase != 0 || machine.txHash != 0 || machine.frameHash != 0 || machine.jobHash != 0
                || machine.scratchRoot != 0
        ) revert NotBoundary(machineHash);
    }
}
