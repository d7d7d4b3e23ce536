// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Budget} from "../../src/tournament/Budget.sol";
import {Duration} from "../../src/types/Duration.sol";
import {Instant} from "../../src/types/Instant.sol";
import {Clocks} from "../../src/types/MatchState.sol";
import {Proof} from "./Proof.sol";

/// @notice What commitments have on their clocks before they play.
contract BudgetProof is Proof {
    /// A joiner loses exactly its lateness.
    function check_ofJoiner_lateness(Instant start, Duration budget, Instant current) public pure {
        uint256 given = _n(Budget.ofJoiner(start.plus(budget), current));
        assert(given + _n(current) == _n(start) + _n(budget));
    }

    /// The refill is T + 2G, and never takes a clock over what the better one had.
    function check_afterSteps(Clocks memory clocks, Duration rest, Duration build, Duration response) public pure {
        Duration budget = Budget.ofSteps(clocks);
        assert(_n(budget) == (_n(clocks.one) > _n(clocks.two) ? _n(clocks.one) : _n(clocks.two)));
        uint256 left = _n(Budget.afterSteps(budget, rest, build, response));
        uint256 refilled = _n(rest) + _n(build) + 2 * _n(response);
        assert(left == (refilled < _n(budget) ? refilled : _n(budget)));
    }

    /// A clock that loses at most T + 2G in each step tournament, to build and to make its first two responses, is not
    /// drained by however many of them.
    function check_afterSteps_isNotDrained(
        Duration own,
        Duration rival,
        Duration spent,
        Duration build,
        Duration response
    ) public pure {
        Duration budget = own.max(rival);
        vm.assume(_n(spent) <= _n(build) + 2 * _n(response) && _n(spent) <= _n(budget));
        assert(_n(Budget.afterSteps(budget, budget.minus(spent), build, response)) >= _n(own));
    }

    /// @custom:halmos --panic-error-codes 0x01,0x11
    function check_realisticTimes_neverRevert(
        Clocks memory clocks,
        Duration rest,
        Duration censorship,
        Duration response,
        Duration build
    ) public pure {
        // Five of them are added up here.
        vm.assume(_n(rest) < 2 ** 37 && _n(censorship) < 2 ** 37 && _n(response) < 2 ** 37 && _n(build) < 2 ** 37);
        Budget.afterSteps(Budget.ofSteps(clocks), rest, build, response);
        uint256 sum = _n(censorship) + _n(build) + _n(response) + _n(response) + _n(response);
        assert(_n(Budget.least(censorship, response, build)) == sum);
    }
}
