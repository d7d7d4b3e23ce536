// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProofVerifier} from "../../src/interfaces/IProofVerifier.sol";

/// @notice A verifier that accepts, for one program, public values for which it was told to, with the proof "proof".
contract MockProofVerifier is IProofVerifier {
    error Refused();

    mapping(bytes32 programVKey => mapping(bytes32 valuesHash => bool)) private _proven;

    function accept(bytes32 programVKey, bytes memory publicValues) external {
        _proven[programVKey][keccak256(publicValues)] = true;
    }

    function verifyProof(bytes32 programVKey, bytes calldata publicValues, bytes calldata proofBytes) external view {
        if (!_proven[programVKey][keccak256(publicValues)] || keccak256(proofBytes) != keccak256("proof")) {
            revert Refused();
        }
    }
}
