// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The interface that verifiers of general-purpose proof systems widely have on chain.
interface IProofVerifier {
    /// @notice Reverts unless `proofBytes` proves that the program behind `programVKey` has put out `publicValues`.
    function verifyProof(bytes32 programVKey, bytes calldata publicValues, bytes calldata proofBytes) external view;
}
