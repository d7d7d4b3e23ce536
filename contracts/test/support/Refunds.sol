// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {ITournament} from "../../src/interfaces/ITournament.sol";
import {Side} from "../../src/types/MatchState.sol";

/// @notice What the logs of one transaction say of refunds. What a proof took is metered, so only its event tells it.
library Refunds {
    /// @notice The refund of the move in `logs`, wei, and for whom it was made; zero if they show none.
    function refundOf(Vm.Log[] memory logs) internal pure returns (Side side, uint256 refund) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == ITournament.Moved.selector) {
                (side, refund) = abi.decode(logs[i].data, (Side, uint256));
            }
        }
    }
}
