// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Prices} from "../../../src/verifier/precompile/Prices.sol";
import {Test} from "../../support/TestBase.sol";

contract PricesTest is Test {
    bytes private constant _BN254_G1 =
        hex"00000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000002";

    function _priceOf(address precompile, bytes memory input) private pure returns (uint256) {
        return
            Prices.needInput(precompile) ? Prices.ofInput(precompile, input) : Prices.ofLength(precompile, input.length);
    }

    /// The EVM under the test is the oracle: the price is enough, and one gas less is not.
    function _assertExact(uint160 precompile, bytes memory input) private view {
        uint256 price = _priceOf(address(precompile), input);
        (bool enough,) = address(precompile).staticcall{gas: price}(input);
        assertTrue(enough);
        if (price == 0) return;
        (bool tooLittle,) = address(precompile).staticcall{gas: price - 1}(input);
        assertFalse(tooLittle);
    }

    function test_fuzz_ofHashesAndIdentity_isExact(bytes memory input) public view {
        for (uint160 precompile = 1; precompile <= 4; ++precompile) {
            _assertExact(precompile, input);
        }
    }

    function test_T53_fuzz_ofModexp_isExact(uint16[3] memory lengths, bytes memory head, uint8 zeros) public view {
        bytes memory header = abi.encode(lengths[0] % 300, lengths[1] % 90, lengths[2] % 300);
        _assertExact(5, bytes.concat(header, new bytes(zeros % 40), head));
    }

    function test_ofModexp_atTheEdges() public view {
        bytes memory ones = abi.encode(type(uint256).max);
        _assertExact(5, "");
        _assertExact(5, hex"00");
        _assertExact(5, abi.encode(0, 0, 0));
        _assertExact(5, abi.encode(0, 1024, 0));
        _assertExact(5, bytes.concat(abi.encode(1, 32, 1), hex"03", ones, hex"05"));
        _assertExact(5, bytes.concat(abi.encode(1, 33, 1), hex"03", ones, hex"0105"));
        _assertExact(5, bytes.concat(abi.encode(1, 32, 1), hex"0380"));
        _assertExact(5, bytes.concat(abi.encode(1024, 1, 1024), ones));
        _assertExact(5, bytes.concat(abi.encode(33, 1, 8), ones));
    }

    function test_ofModexp_overTheLengthBound_isUnpayable() public pure {
        assertEq(_priceOf(address(5), abi.encode(1025, 0, 0)), type(uint256).max);
        assertEq(_priceOf(address(5), abi.encode(0, 1025, 0)), type(uint256).max);
        assertEq(_priceOf(address(5), abi.encode(0, 0, 1025)), type(uint256).max);
        assertEq(_priceOf(address(5), abi.encode(type(uint256).max, 1, 1)), type(uint256).max);
    }

    function test_T53_ofBn254_isExact() public view {
        _assertExact(6, bytes.concat(_BN254_G1, _BN254_G1));
        _assertExact(7, bytes.concat(_BN254_G1, bytes32(uint256(77))));
        for (uint256 pairs; pairs < 4; ++pairs) {
            _assertExact(8, new bytes(192 * pairs));
        }
    }

    function test_ofBlake2f_isItsRounds() public view {
        for (uint32 rounds; rounds < 40; rounds += 13) {
            _assertExact(9, abi.encodePacked(rounds, new bytes(208), uint8(1)));
        }
    }

    function test_T53_ofBls12_isExact() public view {
        _assertExact(0x0b, new bytes(256));
        _assertExact(0x0d, new bytes(512));
        for (uint256 pairs = 1; pairs < 70; pairs += 17) {
            _assertExact(0x0c, new bytes(160 * pairs));
            _assertExact(0x0e, new bytes(288 * pairs));
        }
        _assertExact(0x0c, new bytes(160 * 128));
        _assertExact(0x0e, new bytes(288 * 128));
        _assertExact(0x0f, new bytes(384));
        _assertExact(0x0f, new bytes(384 * 3));
        _assertExact(0x10, new bytes(64));
        _assertExact(0x11, new bytes(128));
    }

    function test_ofP256Verify_isExact() public view {
        _assertExact(0x100, "");
    }

    function test_ofPointEvaluation() public pure {
        assertEq(_priceOf(address(0x0a), new bytes(192)), 50_000);
    }
}
