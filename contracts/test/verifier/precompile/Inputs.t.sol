// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Inputs} from "../../../src/verifier/precompile/Inputs.sol";
import {Prices} from "../../../src/verifier/precompile/Prices.sol";
import {Test} from "../../support/TestBase.sol";

contract InputsTest is Test {
    uint160[18] private numbers = [
        uint160(0x01),
        0x02,
        0x03,
        0x04,
        0x05,
        0x06,
        0x07,
        0x08,
        0x09,
        0x0a,
        0x0b,
        0x0c,
        0x0d,
        0x0e,
        0x0f,
        0x10,
        0x11,
        0x100
    ];

    /// The EVM under the test is the oracle: what is not taken fails at any price. Zeros are right inputs of all but the point
    /// evaluation.
    function test_isTaken() public {
        vm.pauseGasMetering();
        for (uint256 i = 0; i < numbers.length; ++i) {
            for (uint256 length = 0; length <= 1160; ++length) {
                this.assertTaken(address(numbers[i]), length);
            }
        }
    }

    function assertTaken(address precompile, uint256 length) external view {
        bool isTaken = Inputs.isTaken(precompile, length);
        (bool success,) = precompile.staticcall{gas: 1_000_000}(new bytes(length));
        if (precompile == address(0x0a)) assertEq(isTaken, length == 192);
        else assertEq(isTaken, success, string.concat(vm.toString(precompile), " ", vm.toString(length)));
    }

    function test_isVoid() public view {
        for (uint256 i = 0; i < numbers.length; ++i) {
            for (uint256 length = 0; length < 400; ++length) {
                assertEq(Inputs.isVoid(address(numbers[i]), length), numbers[i] == 0x100 && length != 160);
            }
        }
    }

    function test_isDivisible() public view {
        for (uint256 i = 0; i < numbers.length; ++i) {
            uint160 number = numbers[i];
            bool expected = number == 2 || number == 3 || number == 0x0c || number == 0x0e;
            assertEq(Inputs.isDivisible(address(number)), expected);
        }
    }

    /// What is beyond the window does not change the answer.
    function test_fuzz_window(bytes32[4] memory words, uint256 length) public view {
        length = bound(length, 3169, 4000);
        bytes memory input = bytes.concat(abi.encode(words), new bytes(length - 128));
        for (uint160 number = 1; number <= 7; ++number) {
            uint256 window = Inputs.window(address(number), length);
            assertEq(Inputs.window(address(number), 50), 50);
            if (window == length) continue;
            bytes memory part = new bytes(window);
            for (uint256 i = 0; i < window; ++i) {
                part[i] = input[i];
            }
            if (number == 5 && Prices.ofInput(address(number), input) > 1_000_000) continue;
            assertEq(_answer(address(number), part), _answer(address(number), input));
        }
        assertEq(Inputs.window(address(0x0f), 93_696), 93_696);
    }

    function _answer(address precompile, bytes memory input) private view returns (bytes32) {
        (bool success, bytes memory output) = precompile.staticcall{gas: 1_000_000}(input);
        return keccak256(abi.encode(success, output));
    }
}
