// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Doubt, IBoundaryProver, Question} from "../../src/interfaces/IBoundaryProver.sol";
import {IProofVerifier} from "../../src/interfaces/IProofVerifier.sol";
import {Program, ProgramProof, ValidityProver} from "../../src/settlement/ValidityProver.sol";
import {MockProofVerifier} from "../support/MockProofVerifier.sol";
import {Test} from "../support/TestBase.sol";

contract ValidityProverTest is Test {
    bytes32 private constant KEY = "program";
    bytes32 private constant OTHER_KEY = "another program";
    bytes32 private constant BOUNDARY = "boundary";
    bytes32 private constant OTHER_BOUNDARY = "another boundary";
    bytes32 private constant START = "start";
    bytes32 private constant RECORD_7 = "record 7";
    bytes32 private constant RECORD_8 = "record 8";

    MockProofVerifier private one;
    MockProofVerifier private two;
    ValidityProver private prover;

    /// @dev Two of three, the second verifier with two programs.
    function setUp() public {
        (one, two) = (new MockProofVerifier(), new MockProofVerifier());
        prover = new ValidityProver(_programs(), 2);
    }

    // Deployment

    function test_constructor_threshold() public {
        uint256[3] memory wrong = [0, 4, type(uint256).max];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ValidityProver.WrongThreshold.selector, wrong[i], 3));
            new ValidityProver(_programs(), wrong[i]);
        }
        assertEq(new ValidityProver(_programs(), 3).threshold(), 3);
    }

    function test_constructor_aProgramCountsOnce() public {
        Program[] memory programs = _programs();
        programs[2] = programs[0];
        vm.expectRevert(abi.encodeWithSelector(ValidityProver.RepeatedProgram.selector, address(one), KEY));
        new ValidityProver(programs, 2);
    }

    function test_constructor_verifiersExist() public {
        Program[] memory programs = _programs();
        programs[1].verifier = IProofVerifier(address(0xdead));
        vm.expectRevert(abi.encodeWithSelector(ValidityProver.NoVerifier.selector, address(0xdead)));
        new ValidityProver(programs, 2);
    }

    // The threshold

    function test_prove_exactlyAsManyAsWanted() public {
        Question memory question = _question();
        _acceptAll(question);
        for (uint256 count = 0; count <= 3; ++count) {
            ProgramProof[] memory proofs = new ProgramProof[](count);
            for (uint256 i = 0; i < count; ++i) {
                proofs[i] = ProgramProof(i, "proof");
            }
            if (count != 2) {
                vm.expectRevert(abi.encodeWithSelector(ValidityProver.WrongProofCount.selector, 2, count));
            }
            bytes32 boundary = prover.prove(question, abi.encode(BOUNDARY, proofs));
            assertEq(boundary, count == 2 ? BOUNDARY : bytes32(0));
        }
    }

    function test_prove_anyTwoOfThreeInOrder() public {
        Question memory question = _question();
        _acceptAll(question);
        for (uint256 first = 0; first < 4; ++first) {
            for (uint256 second = 0; second < 4; ++second) {
                bool right = first < second && second < 3;
                if (!right) {
                    uint256 wrong = first < 3 ? second : first;
                    vm.expectRevert(abi.encodeWithSelector(ValidityProver.WrongProgram.selector, wrong));
                }
                bytes32 boundary = prover.prove(question, _evidence(first, second));
                assertEq(boundary, right ? BOUNDARY : bytes32(0));
            }
        }
    }

    function test_prove_oneRefusalIsEnough() public {
        Question memory question = _question();
        one.accept(KEY, prover.publicValues(question, BOUNDARY));
        vm.expectRevert(abi.encodeWithSelector(IBoundaryProver.NotProven.selector, Doubt.Refused));
        prover.prove(question, _evidence(0, 1));
        // The other program of the same verifier is another one.
        two.accept(OTHER_KEY, prover.publicValues(question, BOUNDARY));
        vm.expectRevert(abi.encodeWithSelector(IBoundaryProver.NotProven.selector, Doubt.Refused));
        prover.prove(question, _evidence(0, 1));
        assertEq(prover.prove(question, _evidence(0, 2)), BOUNDARY);
    }

    function test_prove_aVerifierWithoutCodeProvesNothing() public {
        Question memory question = _question();
        _acceptAll(question);
        vm.etch(address(two), "");
        vm.expectRevert(abi.encodeWithSelector(IBoundaryProver.NotProven.selector, Doubt.NoCode));
        prover.prove(question, _evidence(0, 1));
    }

    /// Returns and reverts of any size, and the burning of all gas, are refusals.
    function test_prove_aStrangeVerifierProvesNothing() public {
        Question memory question = _question();
        _acceptAll(question);
        // Reverts with 1 MB, burns all gas, is an invalid opcode.
        bytes[3] memory strange = [bytes(hex"620f42405ffd"), hex"5b5f56", hex"fe"];
        for (uint256 i = 0; i < strange.length; ++i) {
            vm.etch(address(two), strange[i]);
            vm.expectRevert(abi.encodeWithSelector(IBoundaryProver.NotProven.selector, Doubt.Refused));
            prover.prove{gas: 10_000_000}(question, _evidence(0, 1));
        }
    }

    // Replay

    /// T58: a proof is of one rollup, one start, these blocks with these records, and one L1.
    function test_T58_prove_nothingElse() public {
        Question memory question = _question();
        _acceptAll(question);
        assertEq(prover.prove(question, _evidence(0, 1)), BOUNDARY);
        for (uint256 i = 0; i < 6; ++i) {
            Question memory other = _question();
            if (i == 0) other.rollup = address(0xb);
            if (i == 1) other.start = "another start";
            if (i == 2) ++other.first;
            if (i == 3) other.records[1] = "another record";
            if (i == 4) other.records = new bytes32[](1);
            if (i == 5) vm.chainId(5);
            vm.expectRevert(abi.encodeWithSelector(IBoundaryProver.NotProven.selector, Doubt.Refused));
            prover.prove(other, _evidence(0, 1));
        }
    }

    function test_prove_anotherBoundary() public {
        Question memory question = _question();
        _acceptAll(question);
        ProgramProof[] memory proofs = new ProgramProof[](2);
        (proofs[0], proofs[1]) = (ProgramProof(0, "proof"), ProgramProof(1, "proof"));
        vm.expectRevert(abi.encodeWithSelector(IBoundaryProver.NotProven.selector, Doubt.Refused));
        prover.prove(question, abi.encode(OTHER_BOUNDARY, proofs));
    }

    /// Different questions never put out the same.
    function test_fuzz_publicValues_areInjective(Question memory a, Question memory b, bytes32 one_, bytes32 two_)
        public
        view
    {
        vm.assume(a.records.length > 0 && b.records.length > 0);
        bool same = keccak256(abi.encode(a, one_)) == keccak256(abi.encode(b, two_));
        bytes32 left = keccak256(prover.publicValues(a, one_));
        assertEq(left == keccak256(prover.publicValues(b, two_)), same);
        assertEq(left, keccak256(prover.publicValues(a, one_)));
    }

    function test_publicValues_layout() public view {
        bytes32 records = keccak256(abi.encodePacked(RECORD_7, RECORD_8));
        bytes memory expected = abi.encode(block.chainid, address(0xa), START, uint64(7), uint64(8), records, BOUNDARY);
        assertEq(prover.publicValues(_question(), BOUNDARY), expected);
    }

    function _programs() private view returns (Program[] memory programs) {
        programs = new Program[](3);
        programs[0] = Program(one, KEY);
        programs[1] = Program(two, KEY);
        programs[2] = Program(two, OTHER_KEY);
    }

    function _question() private pure returns (Question memory question) {
        question = Question(address(0xa), "start", 7, new bytes32[](2));
        (question.records[0], question.records[1]) = ("record 7", "record 8");
    }

    function _evidence(uint256 first, uint256 second) private pure returns (bytes memory) {
        ProgramProof[] memory proofs = new ProgramProof[](2);
        (proofs[0], proofs[1]) = (ProgramProof(first, "proof"), ProgramProof(second, "proof"));
        return abi.encode(BOUNDARY, proofs);
    }

    function _acceptAll(Question memory question) private {
        bytes memory values = prover.publicValues(question, BOUNDARY);
        one.accept(KEY, values);
        two.accept(KEY, values);
        two.accept(OTHER_KEY, values);
    }
}
