// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Opening} from "../../src/commitment/Opening.sol";
import {Clock} from "../../src/tournament/Clock.sol";
import {Delay} from "../../src/tournament/Delay.sol";
import {MatchClocks} from "../../src/tournament/MatchClocks.sol";
import {Duration} from "../../src/types/Duration.sol";
import {Instant} from "../../src/types/Instant.sol";
import {Clocks, Level, MatchState, Outcome, Phase, Side} from "../../src/types/MatchState.sol";
import {Proof} from "./Proof.sol";

/// @notice The bound of a match's delay against the clocks that end the match. Times are under 2^28 L1 blocks, a hundred
/// years; eight commitments join the step tournament to come. That a turn moves the bound no later, ClockProof says of the
/// mover's clock.
/// @custom:halmos --loop 7
contract DelayProof is Proof {
    using MatchClocks for Clocks;

    uint256 private constant TIMES = 2 ** 28;

    /// A player who does not move loses before the bound.
    function check_ofMatch_isNotBeforeTheDeadline(
        Clocks memory clocks,
        Duration response,
        bool steps,
        bool one,
        uint8 turns
    ) public pure {
        MatchState memory state = _state(clocks, steps ? Level.Steps : Level.Slots, one, _concrete(turns, 6));
        vm.assume(_n(clocks.since) < TIMES && _n(response) < TIMES);
        vm.assume(_n(clocks.one) < TIMES && _n(clocks.two) < TIMES);
        Instant deadline = Clock.deadline(clocks.remaining(state.toMove), clocks.since, response);
        assert(_n(deadline) <= _n(Delay.ofMatch(state, response, 8)));
    }

    /// At the bound of a sealed match, and not a block sooner, a clock has run out.
    function check_ofMatch_sealed(Clocks memory clocks, Duration response, Instant current) public pure {
        MatchState memory state;
        state.phase = Phase.Sealed;
        state.clocks = clocks;
        bool decided = clocks.sealedOutcome(response, current) != Outcome.Undecided;
        assert(decided == (_n(current) >= _n(Delay.ofMatch(state, response, 0))));
    }

    function _state(Clocks memory clocks, Level level, bool one, uint8 turns)
        private
        pure
        returns (MatchState memory state)
    {
        state.phase = Phase.Turning;
        state.level = level;
        state.toMove = one ? Side.One : Side.Two;
        state.height = turns * Opening.LEVELS;
        state.clocks = clocks;
    }

    /// @dev `turns`, from 1 to `most`, a path each: the bound multiplies by it.
    function _concrete(uint8 turns, uint8 most) private pure returns (uint8 n) {
        vm.assume(turns > 0 && turns <= most);
        n = 1;
        while (n != turns) ++n;
    }
}
