// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Slice} from "../../src/authenticated/Slice.sol";
import {IStepVerifier, StepContext} from "../../src/interfaces/IStepVerifier.sol";
import {Machine, MachineCodec} from "../../src/machine/Machine.sol";
import {Phase} from "../../src/machine/Phase.sol";
import {Opcode} from "../../src/rules/Opcode.sol";
import {Step, Steps} from "../../src/verifier/Step.sol";
import {Encoding} from "../support/Encoding.sol";
import {FamilyTest} from "../support/FamilyTest.sol";
import {Scene, Scenes} from "../support/Scene.sol";

/// @notice Loads a step and seals it as it is.
contract Standstill is IStepVerifier {
    function next(StepContext calldata context, bytes32 preState, bytes calldata witness)
        external
        pure
        returns (bytes32)
    {
        return Steps.load(context, preState, witness).seal();
    }
}

contract StepTest is FamilyTest {
    function setUp() public {
        family = new Standstill();
    }

    /// A machine in `phase` with every group that it has.
    function _scene(uint8 phase) internal pure returns (Scene memory scene) {
        scene = Scenes.running("", _items());
        scene.phase = phase;
        scene.data = _bytes(1, 96);
        scene.block.batch = Slice(keccak256("batch"), 100, 0, 3000);
        scene.job.total = 9;
        if (!scene.hasTx()) scene.scratchRoot = 0;
    }

    /// The witness's groups with `group` at `index`; 0 is the machine.
    function _groups(Scene memory scene, uint256 index, bytes memory group) internal pure returns (bytes memory all) {
        bytes[7] memory parts = [
            Encoding.encode(scene.machine()),
            Encoding.encode(scene.block),
            scene.hasTx() ? Encoding.encode(scene.tx) : bytes(""),
            scene.hasFrame() ? Encoding.encode(scene.frame) : bytes(""),
            scene.hasFrame() ? Encoding.encode(scene.call) : bytes(""),
            scene.hasJob() ? Encoding.encode(scene.job) : bytes(""),
            bytes("")
        ];
        parts[index] = group;
        for (uint256 i = 0; i < 7; ++i) {
            all = abi.encodePacked(all, uint16(parts[i].length), parts[i]);
        }
    }

    function _witness(Scene memory scene, uint256 index, bytes memory group) internal pure returns (bytes memory) {
        bytes memory items = scene.hasFrame() ? scene.stackItems() : bytes("");
        return bytes.concat(_groups(scene, index, group), items, scene.proofs());
    }

    /// What hand-written encodings hash to is what the generated codecs hash to, in every phase.
    function test_everyPhase_staysAsItIs() public view {
        for (uint8 phase = 0; phase < Phase.COUNT; ++phase) {
            if (phase == Phase.RUNNING) continue;
            Scene memory scene = _scene(phase);
            assertEq(_next(scene), scene.hash());
        }
    }

    function test_unknownPhase() public {
        Scene memory scene = _scene(uint8(Phase.COUNT));
        _assertReverts(scene, abi.encodeWithSelector(Steps.UnknownPhase.selector, Phase.COUNT));
    }

    function test_wrongPreState() public {
        Scene memory scene = _scene(Phase.ENTER);
        bytes memory witness = scene.witness();
        bytes32 other = keccak256("other");
        vm.expectRevert(abi.encodeWithSelector(Steps.WrongPreState.selector, other));
        family.next(context, other, witness);
    }

    function test_absentGroup_isExactlyZero() public {
        for (uint8 phase = 0; phase < Phase.COUNT; ++phase) {
            for (uint256 field = 0; field < 4; ++field) {
                Scene memory scene = _scene(phase);
                bool present = field == 1 ? scene.hasFrame() : field == 2 ? scene.hasJob() : scene.hasTx();
                if (present) continue;
                Machine memory machine = scene.commit().machine();
                if (field == 0) machine.txHash = bytes32(uint256(1));
                if (field == 1) machine.frameHash = bytes32(uint256(1));
                if (field == 2) machine.jobHash = bytes32(uint256(1));
                if (field == 3) machine.scratchRoot = bytes32(uint256(1));
                bytes memory witness = _witness(scene, 0, Encoding.encode(machine));
                vm.expectRevert(abi.encodeWithSelector(Steps.PhaseMismatch.selector, phase));
                family.next(context, MachineCodec.hash(machine), witness);
            }
        }
    }

    function test_absentGroup_mayNotBeGiven() public {
        for (uint8 phase = 0; phase < Phase.COUNT; ++phase) {
            for (uint8 index = 2; index < 6; ++index) {
                Scene memory scene = _scene(phase);
                bool present = index == 2 ? scene.hasTx() : index == 5 ? scene.hasJob() : scene.hasFrame();
                if (present) continue;
                bytes32 preState = scene.commit().hash();
                bytes memory witness = _witness(scene, index, abi.encodePacked(index + 1));
                vm.expectRevert(abi.encodeWithSelector(Steps.UnexpectedGroup.selector, index + 1));
                family.next(context, preState, witness);
            }
        }
    }

    function test_presentGroup_mustBeGiven() public {
        Scene memory scene = _scene(Phase.COPY);
        bytes32 preState = scene.commit().hash();
        for (uint256 index = 0; index < 6; ++index) {
            bytes memory witness = _witness(scene, index, "");
            vm.expectRevert();
            family.next(context, preState, witness);
        }
    }

    function test_presentGroup_mustBeTheRightOne() public {
        for (uint8 index = 1; index < 6; ++index) {
            Scene memory scene = _scene(Phase.COPY);
            bytes32 preState = scene.commit().hash();
            bytes memory group;
            if (index == 1) (++scene.block.number, group = Encoding.encode(scene.block));
            if (index == 2) (++scene.tx.refund, group = Encoding.encode(scene.tx));
            if (index == 3) (++scene.frame.gas, group = Encoding.encode(scene.frame));
            if (index == 4) (++scene.call.value, group = Encoding.encode(scene.call));
            if (index == 5) (++scene.job.done, group = Encoding.encode(scene.job));
            Scene memory right = _scene(Phase.COPY).commit();
            bytes memory witness = _witness(right, index, group);
            vm.expectRevert(abi.encodeWithSelector(Steps.WrongGroup.selector, index + 1));
            family.next(context, preState, witness);
        }
    }

    function test_wrongStack() public {
        Scene memory scene = Scenes.running(_opcode(Opcode.POP), _items(1, 2, 3));
        bytes32 preState = scene.commit().hash();
        scene.stack[2] = 4;
        bytes memory witness = scene.witness();
        vm.expectRevert(abi.encodeWithSelector(Steps.WrongStack.selector));
        family.next(context, preState, witness);
    }
}
// forge-lint: disable-end(unsafe-typecast)
