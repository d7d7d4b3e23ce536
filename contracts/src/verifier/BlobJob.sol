// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice, Slices} from "../authenticated/Slice.sol";
import {WordTree} from "../authenticated/WordTree.sol";
import {Job} from "../machine/Job.sol";
import {JobKind} from "../machine/JobKind.sol";
import {Phase} from "../machine/Phase.sol";
import {Blobs} from "../rules/Blobs.sol";
import {Step} from "./Step.sol";

/// @notice The bulk operation that fills a block's batch from a blob.
library BlobJob {
    /// @dev Words of the batch.
    uint32 private constant _WORDS = Blobs.BATCH_BYTES / 32;

    /// @notice The next steps copy the blob with this versioned hash into the batch, which is all zeros until then.
    function begin(Step memory step, bytes32 blobHash) internal pure {
        bytes32 zeros = WordTree.zero(WordTree.height(_WORDS));
        step.block.batch = Slices.create(zeros, _WORDS, 0, Blobs.BATCH_BYTES);
        Slice memory none;
        step.job = Job(JobKind.BLOB, none, 0, Blobs.ELEMENTS, 0, blobHash);
        step.machine.phase = Phase.BLOB;
    }
}
