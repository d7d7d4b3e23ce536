// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../authenticated/Slice.sol";
import {Spans} from "../../authenticated/Span.sol";
import {Job} from "../../machine/Job.sol";
import {Phase} from "../../machine/Phase.sol";
import {Blobs} from "../../rules/Blobs.sol";
import {Precompile} from "../../rules/Precompile.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {Range, Ranges} from "../Range.sol";
import {Step} from "../Step.sol";
import {L1Precompile} from "../precompile/L1Precompile.sol";
import {Prices} from "../precompile/Prices.sol";
import {SystemCall} from "../slot/SystemCall.sol";

/// @notice The Blob phase: one element of the blob goes into the block's batch. After the last one the block begins as
/// every block does.
contract Blob is PhaseFamily {
    /// @notice The witness's record does not open this element of the job's blob.
    error WrongOpening(uint256 element);

    function _advance(Step memory step) internal view override {
        step.requirePhase(Phase.BLOB);
        Job memory job = step.job;
        bytes32 element = _open(step, job);

        Slice memory batch = step.block.batch;
        uint256 from = uint256(Blobs.ELEMENT_BYTES) * job.done;
        Range memory target = Ranges.take(step, batch.root, batch.words, from, from + Blobs.ELEMENT_BYTES);
        uint256 pointer = target.span(from, Blobs.ELEMENT_BYTES).pointer();
        assembly ("memory-safe") {
            mstore(0, element)
            mcopy(pointer, 1, 31)
        }
        batch.root = target.computeRoot();

        if (++job.done == job.total) SystemCall.beginBeaconRoot(step);
    }

    /// @dev The element that the job has come to. The record is what follows the versioned hash and the point in the
    /// precompile's input: the element, the commitment, the proof. The precompile compares the commitment with the hash.
    function _open(Step memory step, Job memory job) private view returns (bytes32 element) {
        bytes memory input = bytes.concat(job.accumulator, bytes32(Blobs.point(job.done)), step.witness.takeRecord());
        (bool success,) = L1Precompile.run(Precompile.POINT_EVALUATION, Spans.from(input), Prices.POINT_EVALUATION);
        if (!success) revert WrongOpening(job.done);
        assembly ("memory-safe") {
            // An input that the precompile takes has its 192 bytes.
            element := mload(add(input, 96))
        }
    }
}
