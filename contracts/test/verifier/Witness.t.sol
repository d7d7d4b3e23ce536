// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {NodeBags} from "../../src/authenticated/NodeBag.sol";
import {WordTree} from "../../src/authenticated/WordTree.sol";
import {Opcode} from "../../src/rules/Opcode.sol";
import {Ranges} from "../../src/verifier/Range.sol";
import {Stack} from "../../src/verifier/Stack.sol";
import {Steps} from "../../src/verifier/Step.sol";
import {Cursors, Witnesses} from "../../src/verifier/Witness.sol";
import {Copies} from "../../src/verifier/opcode/Copies.sol";
import {MemoryAccess} from "../../src/verifier/opcode/MemoryAccess.sol";
import {FamilyTest} from "../support/FamilyTest.sol";
import {Scene, Scenes} from "../support/Scene.sol";
import {Accounts, Tries} from "../support/Tries.sol";

/// @notice Every byte of a witness is bound and used, and there are no others (ATTACKS T15).
contract WitnessTest is FamilyTest {
    MemoryAccess internal memoryAccess;
    Copies internal copies;

    function setUp() public {
        memoryAccess = new MemoryAccess();
        copies = new Copies();
        family = memoryAccess;
    }

    /// MSTORE over two words: items and a range with siblings.
    function _store() internal pure returns (Scene memory scene) {
        scene = Scenes.running(_opcode(Opcode.MSTORE), _items(9, 8, 0x1234, 40));
        scene.given = 2;
        scene.data = _bytes(7, 160);
        scene.addRange(scene.data, 40, 72);
    }

    /// EXTCODECOPY: two codes and a node, inside a call.
    function _externalCode() internal pure returns (Scene memory scene) {
        scene = Scenes.running(_opcode(Opcode.EXTCODECOPY), _items(20, 3, 5, 0xC0DE)).nest();
        bytes memory code = _bytes(1, 90);
        (scene.stateRoot, scene.nodes) = Tries.single(address(0xC0DE), Accounts.withCode(code));
        scene.otherCodes = new bytes[](1);
        scene.otherCodes[0] = code;
    }

    /// The same with too little gas: what is given is read, and the caller goes on.
    function _outOfGas() internal pure returns (Scene memory scene) {
        scene = _externalCode();
        scene.frame.gas = 99;
        scene.endsCall = true;
    }

    function _assertEveryByteIsBound(Scene memory scene) internal {
        vm.pauseGasMetering();
        bytes32 preState = scene.commit().hash();
        bytes memory witness = scene.witness();
        family.next(context, preState, witness);
        for (uint256 i = 0; i < witness.length; ++i) {
            this.assertFlippedReverts(preState, witness, i);
        }
    }

    function assertFlippedReverts(bytes32 preState, bytes memory witness, uint256 position) external {
        for (uint256 flip = 1; flip < 256; flip *= 2) {
            witness[position] ^= bytes1(uint8(flip));
            vm.expectRevert();
            family.next(context, preState, witness);
            witness[position] ^= bytes1(uint8(flip));
        }
    }

    function test_everyBitIsBound_range() public {
        _assertEveryByteIsBound(_store());
    }

    function test_everyBitIsBound_codesAndNodes() public {
        family = copies;
        _assertEveryByteIsBound(_externalCode());
    }

    function test_everyBitIsBound_halt() public {
        family = copies;
        _assertEveryByteIsBound(_outOfGas());
    }

    function test_truncated() public {
        vm.pauseGasMetering();
        Scene memory scene = _store();
        bytes32 preState = scene.commit().hash();
        bytes memory witness = scene.witness();
        for (uint256 length = 0; length < witness.length; ++length) {
            this.assertTruncatedReverts(preState, _part(witness, 0, length));
        }
    }

    function assertTruncatedReverts(bytes32 preState, bytes calldata witness) external {
        vm.expectPartialRevert(Cursors.TruncatedWitness.selector);
        family.next(context, preState, witness);
    }

    function test_T15_fuzz_trailing(bytes memory trailing) public {
        vm.assume(trailing.length != 0);
        Scene memory scene = _store();
        bytes32 preState = scene.commit().hash();
        bytes memory witness = bytes.concat(scene.witness(), trailing);
        vm.expectRevert(abi.encodeWithSelector(Cursors.TrailingWitness.selector, trailing.length));
        family.next(context, preState, witness);
    }

    /// No room is made for what cannot be there.
    function test_T48_announcedNodes_cost() public {
        Scene memory scene = _store();
        bytes32 preState = scene.commit().hash();
        bytes memory witness = scene.witness();
        // The numbers of nodes and of the record's bytes, both 0, end it.
        (witness[witness.length - 4], witness[witness.length - 3]) = (0xff, 0xff);
        vm.expectPartialRevert(Cursors.TruncatedWitness.selector);
        family.next{gas: 100_000}(context, preState, witness);
    }

    function test_empty() public {
        vm.expectPartialRevert(Cursors.TruncatedWitness.selector);
        family.next(context, bytes32(0), "");
    }

    function test_unused_range() public {
        Scene memory scene = _store();
        scene.addRange(scene.data, 40, 72);
        _assertReverts(scene, abi.encodeWithSelector(Witnesses.UnusedRanges.selector, 1));
    }

    function test_unused_code() public {
        Scene memory scene = _store();
        scene.otherCodes = new bytes[](1);
        scene.otherCodes[0] = "unasked";
        _assertReverts(scene, abi.encodeWithSelector(Witnesses.UnusedCode.selector, keccak256("unasked")));
        // not even the running code twice
        scene = _store();
        scene.otherCodes = new bytes[](1);
        scene.otherCodes[0] = scene.code;
        _assertReverts(scene, abi.encodeWithSelector(Witnesses.UnusedCode.selector, keccak256(scene.code)));
        // nor an empty one
        scene = _store();
        scene.otherCodes = new bytes[](1);
        _assertReverts(scene, abi.encodeWithSelector(Witnesses.UnusedCode.selector, keccak256("")));
    }

    function test_unused_node() public {
        Scene memory scene = _store();
        scene.nodes = new bytes[](1);
        scene.nodes[0] = "unasked";
        _assertReverts(scene, abi.encodeWithSelector(NodeBags.UnusedNode.selector, 0));
    }

    function test_unused_record() public {
        Scene memory scene = _store();
        scene.record = "unasked";
        _assertReverts(scene, abi.encodeWithSelector(Witnesses.UnusedRecord.selector));
    }

    function test_unused_resumedFrame() public {
        Scene memory scene = _store();
        scene.endsCall = true;
        _assertReverts(scene, abi.encodeWithSelector(Steps.UnexpectedResumedFrame.selector));
        // not at depth 0 either, when the frame does end
        scene = Scenes.running(_opcode(Opcode.MSTORE), _items(1));
        scene.endsCall = true;
        _assertReverts(scene, abi.encodeWithSelector(Steps.UnexpectedResumedFrame.selector));
    }

    function test_stackItems_exactlyThoseRead() public {
        Scene memory scene = _store();
        scene.given = 3;
        _assertReverts(scene, abi.encodeWithSelector(Stack.WrongStackItems.selector, 3, 2));
        scene = _store();
        scene.given = 1;
        _assertReverts(scene, abi.encodeWithSelector(Stack.WrongStackItems.selector, 1, 2));
        // on underflow all there are
        scene = Scenes.running(_opcode(Opcode.MSTORE), _items(1));
        scene.given = 0;
        _assertReverts(scene, abi.encodeWithSelector(Stack.WrongStackItems.selector, 0, 1));
    }

    function test_missing_range() public {
        Scene memory scene = _store();
        (scene.rangeCount, scene.ranges) = (0, "");
        _assertReverts(scene, abi.encodeWithSelector(Ranges.MissingRange.selector));
    }

    function test_wrong_range() public {
        Scene memory scene = _store();
        (scene.rangeCount, scene.ranges) = (0, "");
        scene.addRange(scene.data, 32, 64);
        _assertReverts(scene, abi.encodeWithSelector(Ranges.WrongRangeWords.selector, 1));

        scene = _store();
        (scene.rangeCount, scene.ranges) = (0, "");
        scene.addRange(_bytes(8, 160), 40, 72);
        bytes32 root = scene.commit().frame.memoryRoot;
        _assertReverts(scene, abi.encodeWithSelector(Ranges.WrongRangeRoot.selector, root));

        // the right words of a tree of another height
        scene = _store();
        (scene.rangeCount, scene.ranges) = (0, "");
        scene.addRange(_part(scene.data, 0, 128), 40, 72);
        _assertReverts(scene, abi.encodeWithSelector(WordTree.WrongSiblings.selector));
    }

    function test_missing_code() public {
        family = copies;
        Scene memory scene = _externalCode();
        bytes32 hash = keccak256(scene.otherCodes[0]);
        scene.otherCodes = new bytes[](0);
        _assertReverts(scene, abi.encodeWithSelector(Witnesses.MissingCode.selector, hash));
    }

    function test_missing_node() public {
        family = copies;
        Scene memory scene = _externalCode();
        scene.nodes = new bytes[](0);
        _assertReverts(scene, abi.encodeWithSelector(NodeBags.MissingNode.selector, scene.stateRoot));
    }

    function test_missing_resumedFrame() public {
        family = copies;
        Scene memory scene = _outOfGas();
        scene.endsCall = false;
        _assertReverts(scene, abi.encodeWithSelector(Steps.WrongGroup.selector, 4));
    }

    function test_wrong_resumedFrame() public {
        family = copies;
        Scene memory scene = _outOfGas();
        bytes32 preState = scene.commit().hash();
        ++scene.caller.gas;
        bytes memory witness = scene.witness();
        vm.expectRevert(abi.encodeWithSelector(Steps.WrongGroup.selector, 4));
        family.next(context, preState, witness);
    }
}
// forge-lint: disable-end(unsafe-typecast)
