// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IProofVerifier} from "../../src/interfaces/IProofVerifier.sol";

/// @notice A point of bn254's G1; the point at infinity is (0, 0) (EIP-196).
struct G1 {
    uint256 x;
    uint256 y;
}

/// @notice A point of bn254's G2 over Fp2 = a + b i, the imaginary part first (EIP-197).
struct G2 {
    uint256 xImaginary;
    uint256 xReal;
    uint256 yImaginary;
    uint256 yReal;
}

/// @notice A verifying key for circuits with one public input.
struct VerifyingKey {
    G1 alpha;
    G2 beta;
    G2 gamma;
    G2 delta;
    G1 constantTerm;
    G1 inputTerm;
}

/// @notice A proof.
struct Groth16Proof {
    G1 a;
    G2 b;
    G1 c;
}

/// @title Groth16Verifier
/// @notice Groth16 over bn254 by L1's precompiles, for one circuit whose public input is the hash of the program's key and
/// public values.
contract Groth16Verifier is IProofVerifier {
    error WrongProof();

    uint256 private constant FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 private constant ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

    VerifyingKey private _key;

    constructor(VerifyingKey memory key) {
        _key = key;
    }

    /// @inheritdoc IProofVerifier
    function verifyProof(bytes32 programVKey, bytes calldata publicValues, bytes calldata proofBytes) external view {
        Groth16Proof memory proof = abi.decode(proofBytes, (Groth16Proof));
        if (!_isProven(proof, publicInput(programVKey, publicValues))) revert WrongProof();
    }

    /// @notice What the circuit commits to, as an element of its field.
    function publicInput(bytes32 programVKey, bytes calldata publicValues) public pure returns (uint256) {
        return uint256(keccak256(bytes.concat(programVKey, publicValues))) % ORDER;
    }

    /// @dev e(-A, B) e(alpha, beta) e(constant + input * term, gamma) e(C, delta) = 1.
    function _isProven(Groth16Proof memory proof, uint256 input) private view returns (bool) {
        VerifyingKey memory key = _key;
        G1 memory sum = _add(key.constantTerm, _multiply(key.inputTerm, input));
        G1 memory negated = G1(proof.a.x, proof.a.y == 0 ? 0 : FIELD - proof.a.y % FIELD);
        bytes memory pairs = bytes.concat(
            abi.encode(negated, proof.b),
            abi.encode(key.alpha, key.beta),
            abi.encode(sum, key.gamma),
            abi.encode(proof.c, key.delta)
        );
        (bool done, bytes memory result) = address(8).staticcall(pairs);
        return done && result.length == 32 && abi.decode(result, (uint256)) == 1;
    }

    function _add(G1 memory a, G1 memory b) private view returns (G1 memory) {
        (bool done, bytes memory result) = address(6).staticcall(abi.encode(a, b));
        if (!done) revert WrongProof();
        return abi.decode(result, (G1));
    }

    function _multiply(G1 memory a, uint256 scalar) private view returns (G1 memory) {
        (bool done, bytes memory result) = address(7).staticcall(abi.encode(a, scalar));
        if (!done) revert WrongProof();
        return abi.decode(result, (G1));
    }
}
