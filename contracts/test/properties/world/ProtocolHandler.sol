// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

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

    function pass(uint8 blocks, uint8 response, uint8 build) external unmetered {
        (responsePace, buildPace) = (bound(response, 0, RESPONSE), bound(build, 0, BUILD));
        _advance(bound(blocks, 1, 30));
    }

    function censor(uint8 blocks) external unmetered {
        uint256 length = bound(blocks, 1, 30);
        if (censored + length > CENSORSHIP) return;
        _tick(length, true);
        _reached("censored");
    }

    function changeBaseFee(uint8 price) external unmetered {
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

    function attack(uint256 seed, uint256 parent, uint8 kind, uint32 slot, uint8 step) external unmetered {
        // Half of what is claimed is an ordinary lie.
        Kind what = kind % 6 < 3 ? Kind.Lie : Kind(kind % 6 - 2);
        Lie memory lie = Lie(slot % 3000, step % 8, 1 + seed % 1000);
        _attack(seed, parent, what, lie);
    }

    function follow(uint256 bond, uint256 child) external unmetered {
        _follow(bond, child);
    }

    function joinSteps(uint256 seed, uint256 contest_, bool sideOne, uint8 astray) external unmetered {
        _enlist(seed, contest_, sideOne, astray);
    }

    /// @dev A sybil moves, in one case of four for the honest side if it is that one's turn.
    function move(uint256 seed) external unmetered {
        _moveAs(_sybil(seed), seed, seed % 4 == 0);
    }

    /// @dev Sybils and Alice answer one another without delay.
    function play(uint256 seed, uint8 rounds) external unmetered {
        (responsePace, buildPace) = (0, 0);
        uint256 count = bound(rounds, 1, 12);
        for (uint256 i = 0; i < count; ++i) {
            if (!_moveAs(_sybil(seed), seed, false)) _enlist(seed, seed, seed % 2 == 0, seed >> 8);
            _advance(1);
        }
    }

    // Anybody

    function settle(uint256 seed, uint8 verb, bool right) external unmetered {
        address sender = actors[seed % actors.length];
        if (contests.length == 0) return;
        if (verb % 4 == 0) _tryTimeout(sender, _anyMatch(seed));
        else if (verb % 4 == 1) _tryConclude(sender, _anyMatch(seed));
        else if (verb % 4 == 2) _tryResolve(sender, _anyMatch(seed), right);
        else _tryMerge(sender, seed % contests.length);
    }

    function decide(uint256 seed, bool confirms) external unmetered {
        address sender = actors[seed % actors.length];
        if (confirms) _tryConfirm(sender, (seed >> 8) % claims.length);
        else _tryVoid(sender, (seed >> 8) % claims.length);
    }

    function collect(uint256 seed, uint8 verb, bool wrong) external unmetered {
        address sender = _sybil(seed);
        BondId bond = rootBonds[(seed >> 8) % rootBonds.length];
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

    function bank(uint256 seed, uint8 verb, uint96 amount) external unmetered {
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
        _delayIsBounded();
    }

    function wrapUp() external unmetered {
        _endDisputes();
        _settleBonds();
        _payEverybody();
    }

    function _isHonest(BondId bond) private view returns (bool) {
        return BondId.unwrap(bond) == BondId.unwrap(aliceBond) || BondId.unwrap(bond) == BondId.unwrap(bobBond);
    }

    function _advance(uint256 blocks) private {
        _defend();
        for (uint256 i = 0; i < blocks; ++i) {
            _tick(1, false);
            _defend();
        }
    }
}
