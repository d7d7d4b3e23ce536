// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Duration} from "./Duration.sol";

/// @notice The clock's parameters, in L1 blocks (DESIGN 6 and 13).
struct Timing {
    /// C: how long in total an honest player may be kept off L1.
    Duration censorship;
    /// G: free allowance of each response.
    Duration response;
    /// T: time to build a step commitment.
    Duration build;
    /// A: budget of a commitment at the root, at least C + T + 3G.
    Duration budget;
}
