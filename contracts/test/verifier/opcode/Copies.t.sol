// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Slice} from "../../../src/authenticated/Slice.sol";
import {Job} from "../../../src/machine/Job.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {Copies} from "../../../src/verifier/opcode/Copies.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";
import {Accounts, Tries} from "../../support/Tries.sol";

contract CopiesTest is FamilyTest {
    function setUp() public {
        family = new Copies();
    }

    /// The opcode leaves a job that copies `length` bytes of `source`, cut at its end.
    function _assertCopies(Scene memory scene, Slice memory source, uint256 price) internal view {
        bytes32 post = _next(scene);
        (uint256 destination, uint256 offset, uint256 length) = (scene.stack[2], scene.stack[1], scene.stack[0]);
        Slice memory part;
        if (offset < source.length && length != 0) {
            uint256 left = source.length - offset;
            part =
                Slice(source.root, source.words, uint32(source.offset + offset), uint32(length < left ? length : left));
        }
        uint256 before = scene.data.length;
        if (length != 0) {
            scene.data = _grown(scene.data, _roundUp(destination + length));
            scene.job = Job(2, part, uint32(destination), uint32(length), 0, 0);
            scene.phase = Phase.COPY;
        }
        price += 3 * ((length + 31) / 32) + _memoryCost(before, scene.data.length);
        _assertGoesOn(post, scene, price);
    }

    function test_fuzz_callDataCopy(uint256 offset, uint16 destination, uint8 length) public view {
        if (offset % 4 != 0) offset %= 90;
        Scene memory scene = Scenes.running(_opcode(Opcode.CALLDATACOPY), _items(length, offset, destination));
        scene.data = new bytes(96);
        scene.call.input = Slice(keccak256("input"), 100, 3, 70);
        _assertCopies(scene, scene.call.input, 3);
    }

    function test_fuzz_codeCopy(uint256 offset, uint16 destination, uint8 length) public view {
        if (offset % 4 != 0) offset %= 90;
        bytes memory code = bytes.concat(hex"39", _bytes(offset, 79));
        Scene memory scene = Scenes.running(code, _items(length, offset, destination));
        _assertCopies(scene, Scenes.sliceOf(code), 3);
    }

    function test_fuzz_returnDataCopy(uint256 offset, uint256 length) public view {
        if (offset % 4 != 0) offset %= 80;
        if (length % 4 != 0) length %= 80;
        Scene memory scene = Scenes.running(_opcode(Opcode.RETURNDATACOPY), _items(length, offset, 40));
        scene.frame.returned = Slice(keccak256("returned"), 100, 3, 70);
        bool inside = offset <= 70 && length <= 70 - offset;
        if (inside) _assertCopies(scene, scene.frame.returned, 3);
        else _assertHalts(scene);
    }

    function test_returnDataCopy_nothingBeyondTheEnd() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.RETURNDATACOPY), _items(0, 70, 2 ** 255));
        scene.frame.returned = Slice(keccak256("returned"), 100, 3, 70);
        _assertCopies(scene, scene.frame.returned, 3);
        scene = Scenes.running(_opcode(Opcode.RETURNDATACOPY), _items(0, 71, 0));
        scene.frame.returned = Slice(keccak256("returned"), 100, 3, 70);
        _assertHalts(scene);
    }

    function test_fuzz_nothing(uint256 destination, uint256 offset) public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.CALLDATACOPY), _items(0, offset, destination));
        scene.call.input = Slice(keccak256("input"), 100, 3, 70);
        _assertCopies(scene, scene.call.input, 3);
        scene = Scenes.running(_opcode(Opcode.CODECOPY), _items(0, offset, destination));
        _assertCopies(scene, Scenes.sliceOf(scene.code), 3);
    }

    function test_outOfReach_halts() public view {
        uint256[3] memory huge = [uint256(2 ** 32), 2 ** 255, type(uint256).max];
        for (uint256 i = 0; i < huge.length; ++i) {
            for (uint8 opcode = Opcode.CALLDATACOPY; opcode <= Opcode.CODECOPY; opcode += 2) {
                _assertHalts(Scenes.running(_opcode(opcode), _items(huge[i], 0, 0)));
                _assertHalts(Scenes.running(_opcode(opcode), _items(1, 0, huge[i])));
            }
            _assertHalts(Scenes.running(_opcode(Opcode.EXTCODECOPY), _items(huge[i], 0, 0, 1)));
        }
    }

    function test_externalCode_ofNobody() public view {
        Scene memory scene = Scenes.running(_opcode(Opcode.EXTCODECOPY), _items(7, 0, 0, 0xABCD));
        bytes32 post = _next(scene);
        Slice memory none;
        scene.data = new bytes(32);
        scene.job = Job(2, none, 0, 7, 0, 0);
        scene.phase = Phase.COPY;
        scene.scratchRoot = Tries.warmed(address(0xABCD));
        _assertGoesOn(post, scene, 2600 + 3 + 3);
    }

    function test_externalCode_isRevealed() public view {
        bytes memory code = _bytes(1, 90);
        Scene memory scene = Scenes.running(_opcode(Opcode.EXTCODECOPY), _items(200, 33, 5, 0xC0DE));
        (scene.stateRoot, scene.nodes) = Tries.single(address(0xC0DE), Accounts.withCode(code));
        scene.otherCodes = new bytes[](1);
        scene.otherCodes[0] = code;
        bytes32 post = _next(scene);
        scene.data = new bytes(224);
        Slice memory whole = Scenes.sliceOf(code);
        scene.job = Job(2, Slice(whole.root, whole.words, 33, 57), 5, 200, 0, 0);
        scene.phase = Phase.COPY;
        // 0xC0DE is the callee: warm.
        _assertGoesOn(post, scene, 100 + 3 * 7 + 3 * 7);
    }
}
// forge-lint: disable-end(unsafe-typecast)
