// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TournamentId} from "../types/Ids.sol";

/// @notice How much of a root tournament's result is final.
enum Finality {
    /// The parent claim is undecided: eliminations count, money waits.
    Provisional,
    /// The parent claim is confirmed.
    Final,
    /// The parent claim is lost or void, or a proof has settled the contest: nothing in it costs a step bond.
    Void
}

/// @notice Who starts root tournaments and asks for their winner.
interface IAsker {
    /// @notice How final results in root tournament `id` are. Reverts for one that nobody has contested.
    function finality(TournamentId id) external view returns (Finality);
}
