// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Gas} from "../../../src/rules/Gas.sol";
import {Opcode} from "../../../src/rules/Opcode.sol";
import {Comparison} from "../../../src/verifier/opcode/Comparison.sol";
import {FamilyTest} from "../../support/FamilyTest.sol";
import {Scenes} from "../../support/Scene.sol";

contract ComparisonTest is FamilyTest {
    function setUp() public {
        family = new Comparison();
    }

    function _assertCompares(uint8 opcode, uint256 a, uint256 b, bool expected) internal view {
        _assertResult(Scenes.running(_opcode(opcode), _items(b, a)), Gas.VERY_LOW, expected ? 1 : 0);
    }

    function test_fuzz_comparisons(uint256 a, uint256 b) public view {
        _assertCompares(Opcode.LT, a, b, a < b);
        _assertCompares(Opcode.GT, a, b, a > b);
        _assertCompares(Opcode.SLT, a, b, int256(a) < int256(b));
        _assertCompares(Opcode.SGT, a, b, int256(a) > int256(b));
        _assertCompares(Opcode.EQ, a, b, a == b);
    }

    function test_fuzz_equalOperands(uint256 a) public view {
        _assertCompares(Opcode.LT, a, a, false);
        _assertCompares(Opcode.SGT, a, a, false);
        _assertCompares(Opcode.EQ, a, a, true);
    }

    function test_fuzz_isZero(uint256 a) public view {
        _assertResult(Scenes.running(_opcode(Opcode.ISZERO), _items(a)), Gas.VERY_LOW, a == 0 ? 1 : 0);
        _assertResult(Scenes.running(_opcode(Opcode.ISZERO), _items(0)), Gas.VERY_LOW, 1);
    }
}
// forge-lint: disable-end(unsafe-typecast)
