// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInbox} from "../../src/interfaces/IInbox.sol";

/// @notice Appends several of its transaction's blobs, each as a batch, and calldata batches between them.
contract BlobBatches {
    /// Blob 0, `batch`, blob 1, `batch`, ... of `blobs` blobs.
    function append(IInbox inbox, address feeRecipient, uint256 blobs, bytes calldata batch) external payable {
        uint256 fee = inbox.appendFee();
        for (uint256 i = 0; i < blobs; ++i) {
            inbox.appendBlob{value: fee}(feeRecipient, i);
            inbox.append{value: fee}(feeRecipient, batch);
        }
    }
}
