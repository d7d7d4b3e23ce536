// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Doubt, IBoundaryProver, Question} from "../interfaces/IBoundaryProver.sol";
import {IProofVerifier} from "../interfaces/IProofVerifier.sol";

/// @notice A program for boundaries in a proof system: who verifies its proofs, and the key that says which program.
struct Program {
    IProofVerifier verifier;
    bytes32 programVKey;
}

/// @notice A program's proof.
struct ProgramProof {
    /// Index of the program.
    uint256 program;
    bytes proof;
}

/// @title ValidityProver
/// @notice Boundaries by validity proofs: `threshold` of several programs, made of different provers or by different people,
/// must agree.
contract ValidityProver is IBoundaryProver {
    /// @notice No proof, or more than there are programs, would be wanted.
    error WrongThreshold(uint256 threshold, uint256 programs);
    /// @notice The program's verifier has no code.
    error NoVerifier(address verifier);
    /// @notice The program is there twice, so that one proof would count twice.
    error RepeatedProgram(address verifier, bytes32 programVKey);
    /// @notice The proofs are not exactly as many as are wanted.
    error WrongProofCount(uint256 expected, uint256 given);
    /// @notice The proofs are not in ascending order of their programs, or there is no such program.
    error WrongProgram(uint256 program);

    /// @notice How many proofs are wanted.
    uint256 public immutable threshold;
    Program[] private _programs;

    constructor(Program[] memory programs_, uint256 threshold_) {
        if (threshold_ == 0 || threshold_ > programs_.length) revert WrongThreshold(threshold_, programs_.length);
        for (uint256 i = 0; i < programs_.length; ++i) {
            (address verifier, bytes32 key) = (address(programs_[i].verifier), programs_[i].programVKey);
            if (verifier.code.length == 0) revert NoVerifier(verifier);
            for (uint256 j = 0; j < i; ++j) {
                bool repeated = address(programs_[j].verifier) == verifier && programs_[j].programVKey == key;
                if (repeated) revert RepeatedProgram(verifier, key);
            }
            _programs.push(programs_[i]);
        }
        threshold = threshold_;
    }

    /// @inheritdoc IBoundaryProver
    /// @dev Reverts further with WrongProofCount, WrongProgram.
    /// @param evidence ABI encoding of (bytes32 boundary, ProgramProof[] proofs)
    function prove(Question calldata question, bytes calldata evidence) external view returns (bytes32 boundary) {
        ProgramProof[] memory proofs;
        (boundary, proofs) = abi.decode(evidence, (bytes32, ProgramProof[]));
        if (proofs.length != threshold) revert WrongProofCount(threshold, proofs.length);
        bytes memory values = publicValues(question, boundary);
        for (uint256 i = 0; i < proofs.length; ++i) {
            uint256 index = proofs[i].program;
            if (index >= _programs.length || (i > 0 && index <= proofs[i - 1].program)) revert WrongProgram(index);
            _requireProof(_programs[index], values, proofs[i].proof);
        }
    }

    /// @notice What a program puts out when it has executed the blocks: nothing of it is left to whoever proves, but the
    /// boundary, and a proof of it is good for nothing else.
    function publicValues(Question calldata question, bytes32 boundary) public view returns (bytes memory) {
        return abi.encode(
            block.chainid,
            question.rollup,
            question.start,
            question.first,
            question.first + question.records.length - 1,
            keccak256(abi.encodePacked(question.records)),
            boundary
        );
    }

    /// @notice A program, fixed at deployment.
    function programs(uint256 index) external view returns (Program memory) {
        return _programs[index];
    }

    function _requireProof(Program storage program, bytes memory values, bytes memory proof) private view {
        IProofVerifier verifier = program.verifier;
        // A verifier that was destroyed would accept everything.
        if (address(verifier).code.length == 0) revert NotProven(Doubt.NoCode);
        try verifier.verifyProof(program.programVKey, values, proof) {}
        catch {
            revert NotProven(Doubt.Refused);
        }
    }
}
