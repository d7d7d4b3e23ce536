// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ClaimKey} from "../types/ClaimKey.sol";
import {ClaimId} from "../types/Ids.sol";
import {IBoundaryProver} from "./IBoundaryProver.sol";
import {IRollup} from "./IRollup.sol";

/// @notice Proves boundaries block by block, from a claim's boundary to the end of its children's domain, and settles their
/// contest. Anyone may do it; any Rollup that was deployed with this contract listens to it.
interface ISettlement {
    /// @notice It is proven that the L2 blocks after `parent`, up to `last`, lead to `boundary`.
    /// @param prover index of the way by which the last of it was proven
    event BoundaryProven(
        IRollup indexed rollup, ClaimId indexed parent, uint64 first, uint64 last, bytes32 boundary, uint256 prover
    );

    /// @notice There is no such claim.
    error UnknownClaim(ClaimId claim);
    /// @notice The next block to prove is another: somebody was faster, or one is left out.
    error NotNext(uint64 expected, uint64 given);
    /// @notice The blocks end before they begin, or beyond the domain.
    error OutsideDomain(uint64 end, uint64 last);
    /// @notice There is no such way to prove.
    error UnknownProver(uint256 index);
    /// @notice A way to prove has no code.
    error NoCode(address prover);
    /// @notice Nothing is proven yet after the claim.
    error NothingProven(ClaimId parent);

    /// @notice Proves the boundary after L2 block `last`, from the one before `first`.
    /// @dev Reverts with UnknownClaim, NotNext, OutsideDomain, UnknownProver, or with the prover's error.
    /// @param rollup whose claim
    /// @param parent the claim after which the blocks come, confirmed or not
    /// @param first number of the next block to prove, as the caller expects it
    /// @param last at most the end of the domain of the claim's children
    /// @param prover index of the way to prove
    /// @param evidence what that wants
    function prove(
        IRollup rollup,
        ClaimKey calldata parent,
        uint64 first,
        uint64 last,
        uint256 prover,
        bytes calldata evidence
    ) external;

    /// @notice Settles the contest of the children of `parent`, the latest confirmed claim, by what is proven.
    /// @dev Reverts with NothingProven, or with IRollup's NotLatestConfirmed, WrongDomain, NotSettlement.
    function settle(IRollup rollup, ClaimId parent) external returns (ClaimId claim);

    /// @notice What is proven after `parent`: the last block, 0 if nothing is, and the boundary after it.
    function progress(IRollup rollup, ClaimId parent) external view returns (uint64 last, bytes32 boundary);

    /// @notice A way to prove, fixed at deployment.
    function provers(uint256 index) external view returns (IBoundaryProver);
}
