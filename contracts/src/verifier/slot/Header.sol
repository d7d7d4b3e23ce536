// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Rlp} from "../../authenticated/Rlp.sol";
import {Block} from "../../machine/Block.sol";

/// @notice Ethereum's RLP header of a sealed block. `transactionsRoot` is the batch root, `receiptsRoot` the chain of
/// receipts and `withdrawalsRoot` the hash of the deposits; there is no bloom filter, extra data, blob or request.
library Header {
    /// @dev keccak256 of the RLP of no ommers.
    bytes32 private constant _NO_OMMERS = keccak256(hex"c0");
    /// @dev EIP-7685: of no requests.
    bytes32 private constant _NO_REQUESTS = sha256("");

    /// @notice keccak256 of the header of `sealedBlock`, which ends in `stateRoot`.
    function hash(Block memory sealedBlock, bytes32 stateRoot) internal pure returns (bytes32) {
        return keccak256(encode(sealedBlock, stateRoot));
    }

    /// @notice The header of `sealedBlock`, which ends in `stateRoot`.
    function encode(Block memory sealedBlock, bytes32 stateRoot) internal pure returns (bytes memory) {
        return Rlp.encodeList(
            bytes.concat(
                _ancestry(sealedBlock),
                _roots(sealedBlock, stateRoot),
                _numbers(sealedBlock),
                _consensus(sealedBlock),
                _commitments(sealedBlock)
            )
        );
    }

    /// @dev parentHash, ommersHash, beneficiary.
    function _ancestry(Block memory sealedBlock) private pure returns (bytes memory) {
        return bytes.concat(
            Rlp.encodeBytes32(sealedBlock.headHash),
            Rlp.encodeBytes32(_NO_OMMERS),
            Rlp.encodeAddress(sealedBlock.feeRecipient)
        );
    }

    /// @dev stateRoot, transactionsRoot, receiptsRoot, logsBloom.
    function _roots(Block memory sealedBlock, bytes32 stateRoot) private pure returns (bytes memory) {
        return bytes.concat(
            Rlp.encodeBytes32(stateRoot),
            Rlp.encodeBytes32(sealedBlock.batch.root),
            Rlp.encodeBytes32(sealedBlock.receiptsHash),
            Rlp.encodeBytes(new bytes(256))
        );
    }

    /// @dev difficulty, number, gasLimit, gasUsed, timestamp.
    function _numbers(Block memory sealedBlock) private pure returns (bytes memory) {
        return bytes.concat(
            Rlp.encodeUint(0),
            Rlp.encodeUint(sealedBlock.number),
            Rlp.encodeUint(sealedBlock.gasLimit),
            Rlp.encodeUint(sealedBlock.gasUsed),
            Rlp.encodeUint(sealedBlock.timestamp)
        );
    }

    /// @dev extraData, mixHash, nonce, baseFeePerGas.
    function _consensus(Block memory sealedBlock) private pure returns (bytes memory) {
        return bytes.concat(
            Rlp.encodeBytes(""),
            Rlp.encodeBytes32(sealedBlock.prevRandao),
            Rlp.encodeBytes(new bytes(8)),
            Rlp.encodeUint(sealedBlock.baseFee)
        );
    }

    /// @dev withdrawalsRoot, blobGasUsed, excessBlobGas, parentBeaconBlockRoot, requestsHash.
    function _commitments(Block memory sealedBlock) private pure returns (bytes memory) {
        return bytes.concat(
            Rlp.encodeBytes32(sealedBlock.depositsHash),
            Rlp.encodeUint(0),
            Rlp.encodeUint(0),
            Rlp.encodeBytes32(sealedBlock.l1MessageRoot),
            Rlp.encodeBytes32(_NO_REQUESTS)
        );
    }
}
