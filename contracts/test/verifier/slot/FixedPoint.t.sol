// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {StepContext} from "../../../src/interfaces/IStepVerifier.sol";
import {Phase} from "../../../src/machine/Phase.sol";
import {Steps} from "../../../src/verifier/Step.sol";
import {FixedPoint} from "../../../src/verifier/slot/FixedPoint.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scene, Scenes} from "../../support/Scene.sol";

/// @notice Beyond what there is to do nothing happens, wherever a fault is alleged (ATTACKS T35).
contract FixedPointTest is FamilyTest {
    function setUp() public {
        family = new FixedPoint();
    }

    function _boundary() internal pure returns (Scene memory scene) {
        scene = Scenes.running("", _items());
        scene.phase = Phase.BOUNDARY;
        scene.scratchRoot = 0;
    }

    function test_fuzz_staysAsItIs(uint32 slot, uint32 step, bool inDomain) public {
        vm.assume(step != 0 || !inDomain);
        context = StepContext(slot, step, inDomain, keccak256("record"));
        Scene memory scene = _boundary();
        assertEq(_next(scene), scene.hash());
    }

    function test_fuzz_notWhereASlotBegins(uint32 slot) public {
        context = StepContext(slot, 0, true, keccak256("record"));
        _assertReverts(_boundary(), abi.encodeWithSelector(FixedPoint.SlotBegins.selector));
    }

    function test_onlyBoundaries() public {
        for (uint8 phase = 1; phase < Phase.COUNT; ++phase) {
            Scene memory scene = _boundary();
            scene.phase = phase;
            if (scene.hasTx()) scene.scratchRoot = Scenes.EMPTY_ROOT;
            _assertReverts(scene, abi.encodeWithSelector(Steps.WrongPhase.selector, phase));
        }
    }
}
// forge-lint: disable-end(unsafe-typecast)
