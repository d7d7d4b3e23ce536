// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBoundaryProver, Question} from "../interfaces/IBoundaryProver.sol";
import {IInbox} from "../interfaces/IInbox.sol";
import {Claim, ClaimStatus, IRollup} from "../interfaces/IRollup.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {ClaimKey} from "../types/ClaimKey.sol";
import {ClaimId} from "../types/Ids.sol";

/// @title Settlement
/// @dev Deployed before the Rollups that listen to it. What is proven for one says nothing of another; a contract that only
/// looks like a Rollup can spoil nothing but its own progress.
contract Settlement is ISettlement {
    /// @dev How far the blocks after a claim are proven.
    struct Progress {
        uint64 last;
        bytes32 boundary;
    }

    IBoundaryProver[] private _provers;
    mapping(IRollup => mapping(ClaimId parent => Progress)) private _progress;

    /// @param provers_ the ways to prove, each of which suffices
    constructor(IBoundaryProver[] memory provers_) {
        for (uint256 i = 0; i < provers_.length; ++i) {
            if (address(provers_[i]).code.length == 0) revert NoCode(address(provers_[i]));
            _provers.push(provers_[i]);
        }
    }

    /// @inheritdoc ISettlement
    function prove(
        IRollup rollup,
        ClaimKey calldata parent,
        uint64 first,
        uint64 last,
        uint256 prover,
        bytes calldata evidence
    ) external {
        ClaimId id = parent.id();
        Progress storage state = _progress[rollup][id];
        (uint64 proven, bytes32 start) = (state.last, state.boundary);
        if (proven == 0) {
            Claim memory claim = rollup.claims(id);
            if (claim.status == ClaimStatus.Absent) revert UnknownClaim(id);
            (proven, start) = (claim.end, parent.boundary);
        }
        if (first != proven + 1) revert NotNext(proven + 1, first);
        uint64 end = rollup.domainEnd(id);
        if (last < first || last > end) revert OutsideDomain(end, last);
        Question memory question = Question(address(rollup), start, first, _records(rollup.inbox(), first, last));
        bytes32 boundary = provers(prover).prove(question, evidence);
        (state.last, state.boundary) = (last, boundary);
        emit BoundaryProven(rollup, id, first, last, boundary, prover);
    }

    /// @inheritdoc ISettlement
    function settle(IRollup rollup, ClaimId parent) external returns (ClaimId) {
        Progress storage state = _progress[rollup][parent];
        if (state.last == 0) revert NothingProven(parent);
        return rollup.settle(parent, state.last, state.boundary);
    }

    /// @inheritdoc ISettlement
    function progress(IRollup rollup, ClaimId parent) external view returns (uint64 last, bytes32 boundary) {
        Progress storage state = _progress[rollup][parent];
        return (state.last, state.boundary);
    }

    /// @inheritdoc ISettlement
    function provers(uint256 index) public view returns (IBoundaryProver) {
        if (index >= _provers.length) revert UnknownProver(index);
        return _provers[index];
    }

    /// @dev What the Inbox has fixed about the blocks: a prover cannot choose it.
    function _records(IInbox inbox, uint64 first, uint64 last) private view returns (bytes32[] memory records) {
        records = new bytes32[](last - first + 1);
        for (uint256 i = 0; i < records.length; ++i) {
            // Below `last`.
            // forge-lint: disable-next-line(unsafe-typecast)
            records[i] = inbox.recordHash(first + uint64(i));
        }
    }
}
