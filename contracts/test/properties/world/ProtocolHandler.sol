// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BondStatus} from "../../../src/interfaces/IRollup.sol";
import {BondId, CommitmentId} from "../../../src/types/Ids.sol";
import {Level} from "../../../src/types/MatchState.sol";
import {Lie} from "../../support/ToyMachine.sol";
import {Kind} from "./Liars.sol";
import {Promises} from "./Promises.sol";

/// @notice The whole protocol on the toy machine, in a world that a fuzzer drives: every action below is something that somebody
/// does, or time passing. Alice acts when time passes.
contract ProtocolHandler is Promises {
    uint256 private constant MAX_BATCHES = 14;

    constructor() {
        setUp();
        _openAccounts();
        _knowGenesis();
        _openHonestSide();
        _refresh();
    }

    /// @dev Folding trees in Solidity takes more than a transaction's gas, which is not what is tested here.
    modifier unmetered() {
        vm.pauseGasMetering();
        _;
    }

    // Time

    function elapse(uint256 blocks) external unmetered {
        _advance(bound(blocks, 1, 30));
    }

    /// @dev How late Alice is from now on: as late as she may, at once, or anything between.
    function setPace(uint256 response, uint256 build) external unmetered {
        responsePace = response % 2 == 0 ? RESPONSE : bound(response, 0, RESPONSE);
        buildPace = build % 2 == 0 ? BUILD : bound(build, 0, BUILD);
    }

    function censor(uint256 blocks) external unmetered {
        _censor(bound(blocks, 1, CENSORSHIP));
    }

    function changeBaseFee(uint256 price) external unmetered {
        vm.fee(bound(price, 1, 100) * 1 gwei);
    }

    function appendBatch() external unmetered {
        if (records.length < MAX_BATCHES) _appendBatch();
    }

    // The honest side's second party, and the other side

    function helpHonestly(uint256 seed) external unmetered {
        if (seed % 2 == 0) _extend(bob, bobBond, 0);
        else _moveAs(bob, seed / 2, true);
    }

    function attack(uint256 seed, uint256 parent, uint256 kind, uint256 slot, uint256 step) external unmetered {
        // Half of what is claimed is an ordinary lie.
        Kind what = kind % 6 < 3 ? Kind.Lie : Kind(kind % 6 - 2);
        // forge-lint: disable-next-line(unsafe-typecast)
        Lie memory lie = Lie(uint32(slot % 3000), uint32(step % 8), 1 + seed % 1000);
        _attack(seed, parent, what, lie);
    }

    function follow(uint256 bond, uint256 child) external unmetered {
        _follow(bond, child);
    }

    function joinSteps(uint256 seed, uint256 contest_, uint256 side, uint256 astray) external unmetered {
        _enlist(seed, contest_, side % 2 == 0, astray);
    }

    /// @dev A sybil moves, in one case of four for the honest side if it is that one's turn.
    function move(uint256 seed) external unmetered {
        _moveAs(_sybil(seed), seed, seed % 4 == 0);
    }

    /// @dev Sybils and Alice answer one another without delay, but for what Alice has to build.
    function play(uint256 seed, uint256 rounds) external unmetered {
        responsePace = 0;
        uint256 count = bound(rounds, 1, 12);
        for (uint256 i = 0; i < count; ++i) {
            _playRound(seed);
            _advance(1);
        }
    }

    /// @dev Sybils answer at once and Alice as late as she may; and when she has to answer she is kept off L1 besides.
    function squeeze(uint256 seed, uint256 rounds, uint256 censored_) external unmetered {
        (responsePace, buildPace) = (RESPONSE, BUILD);
        uint256 count = bound(rounds, 1, 12);
        for (uint256 i = 0; i < count; ++i) {
            _playRound(seed);
            if (censored_ % (2 * count) == i) _censor(CENSORSHIP);
            _advance(RESPONSE);
        }
    }

    function _playRound(uint256 seed) private {
        if (!_moveAs(_sybil(seed), seed, false)) _enlist(seed, seed, seed % 2 == 0, seed >> 8);
    }

    // Anybody

    function settle(uint256 seed, uint256 verb, uint256 wrong) external unmetered {
        address sender = actors[seed % actors.length];
        if (contests.length == 0) return;
        if (verb % 5 == 0) _tryTimeout(sender, _anyMatch(seed));
        else if (verb % 5 == 1) _tryConclude(sender, _anyMatch(seed));
        else if (verb % 5 == 2) _tryResolve(sender, _anyMatch(seed), wrong % 2 == 0);
        else if (verb % 5 == 3) _tryMisplacedTurn(sender, _anyMatch(seed));
        else _tryMerge(sender, seed % contests.length);
    }

    function sweep() external unmetered {
        _sweep();
    }

    function decide(uint256 seed, uint256 verb) external unmetered {
        address sender = actors[seed % actors.length];
        if (verb % 2 == 0) _tryConfirm(sender, (seed >> 8) % claims.length);
        else _tryVoid(sender, (seed >> 8) % claims.length);
    }

    function collect(uint256 seed, uint256 verb, uint256 wrongSeed) external unmetered {
        address sender = _sybil(seed);
        bool wrong = wrongSeed % 4 == 0;
        BondId bond = _anyBond(seed >> 8);
        if (verb % 4 == 0) _trySplit(sender, (seed >> 8) % claims.length, wrong);
        else if (verb % 4 == 1) _tryWalk(sender, bond, (seed >> 16) % 4, wrong);
        else if (verb % 4 == 2) _tryRelease(wrong || _isHonest(bond) ? sender : rollup.rootBonds(bond).owner, bond);
        else _collectSteps(sender, seed, wrong);
    }

    function _collectSteps(address sender, uint256 seed, bool wrong) private {
        if (seed % 2 == 0 && ended.length > 0) {
            _trySplitSteps(sender, ended[(seed >> 8) % ended.length].key, wrong);
            return;
        }
        for (uint256 i = 0; i < contests.length; ++i) {
            uint256 index = (seed % contests.length + i) % contests.length;
            CommitmentId[] memory members = contests[index].members;
            if (contests[index].level != Level.Steps || members.length == 0) continue;
            _tryReleaseStep(sender, index, members[(seed >> 8) % members.length]);
            return;
        }
    }

    function bank(uint256 seed, uint256 verb, uint256 amount) external unmetered {
        address account = actors[seed % actors.length];
        uint256 taken = bound(amount, 0, _free(account));
        if (verb % 5 == 0) _deposit(account, bound(amount, 0, 100 ether));
        else if (verb % 5 == 1) _withdraw(account, makeAddr("purse"), taken);
        else if (verb % 5 == 2) _withdrawTo(account, seed, taken);
        else if (verb % 5 == 3) _reenter(bound(amount, 1, 1 ether));
        else _force(bound(amount, 1, 1 ether));
    }

    // What holds

    function checkPromises() external unmetered {
        _truthStands();
        _onlyTruthIsConfirmed();
        _resultsStand();
        _ethIsConserved();
        _lyingCosts();
        _bondsBackTheirClaims();
        _fewMatches();
        _oneDisputeAHeight();
        _delayIsBounded();
    }

    function wrapUp() external unmetered {
        _endDisputes();
        _settleBonds();
        _payEverybody();
    }

    /// @dev A root bond, in one case of two one that backs a lost claim.
    function _anyBond(uint256 seed) private view returns (BondId bond) {
        for (uint256 i = 0; i < rootBonds.length && seed % 2 == 0; ++i) {
            bond = rootBonds[(seed + i) % rootBonds.length];
            if (_status(bond) == BondStatus.Locked && _backsLost(bond)) return bond;
        }
        bond = rootBonds[seed % rootBonds.length];
    }

    function _backsLost(BondId bond) private view returns (bool) {
        (, uint256[] memory path) = _pathUp(_indexOf(rollup.rootBonds(bond).tip), 0);
        for (uint256 i = 0; i < path.length; ++i) {
            if (rollup.isLost(_id(path[i]))) return true;
        }
        return false;
    }

    function _isHonest(BondId bond) private view returns (bool) {
        return BondId.unwrap(bond) == BondId.unwrap(aliceBond) || BondId.unwrap(bond) == BondId.unwrap(bobBond);
    }

    /// @dev As long as C allows.
    function _censor(uint256 blocks) private {
        uint256 left = CENSORSHIP - censored;
        if (left == 0) return;
        _tick(blocks < left ? blocks : left, true);
        _reached("censored");
    }

    function _advance(uint256 blocks) private {
        _defend();
        for (uint256 i = 0; i < blocks; ++i) {
            _tick(1, false);
            _defend();
        }
    }
}
