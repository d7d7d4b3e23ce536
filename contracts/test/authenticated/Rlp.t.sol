// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Rlp} from "../../src/authenticated/Rlp.sol";
import {Brutalizer} from "../support/Brutalizer.sol";
import {Test} from "../support/TestBase.sol";
import {LibRLP} from "solady/utils/LibRLP.sol";

contract RlpTest is Test {
    using LibRLP for LibRLP.List;

    /// Checked before anything else allocates.
    function _allocated(bytes memory encoded) private pure returns (bytes memory) {
        assertTrue(Brutalizer.isAllocated(encoded), "allocation");
        return encoded;
    }

    function testFuzz_encodeBytes(bytes memory data) public pure {
        Brutalizer.brutalize(data.length + 512);
        assertEq(_allocated(Rlp.encodeBytes(data)), LibRLP.encode(data));
    }

    function test_encodeBytes_everyHeader() public pure {
        uint256[7] memory lengths = [uint256(0), 2, 55, 56, 255, 256, 65_536];
        for (uint256 i = 0; i < lengths.length; ++i) {
            testFuzz_encodeBytes(new bytes(lengths[i]));
        }
    }

    function test_encodeBytes_oneByte() public pure {
        for (uint256 i = 0; i < 256; ++i) {
            bytes memory data = new bytes(1);
            data[0] = bytes32(i)[31];
            assertEq(Rlp.encodeBytes(data), LibRLP.encode(data));
        }
    }

    function testFuzz_encodeUint(uint256 value, uint8 shift) public pure {
        value >>= shift;
        Brutalizer.brutalize(512);
        assertEq(_allocated(Rlp.encodeUint(value)), LibRLP.encode(value));
    }

    function testFuzz_encodeWord(bytes32 value) public pure {
        Brutalizer.brutalize(512);
        assertEq(_allocated(Rlp.encodeBytes32(value)), LibRLP.encode(abi.encode(value)));
        address account = address(uint160(uint256(value)));
        assertEq(_allocated(Rlp.encodeAddress(account)), LibRLP.encode(account));
    }

    function testFuzz_encodeList(bytes memory a, uint256 b, address c) public pure {
        bytes memory items = bytes.concat(Rlp.encodeBytes(a), Rlp.encodeUint(b), Rlp.encodeAddress(c));
        Brutalizer.brutalize(a.length + 512);
        assertEq(_allocated(Rlp.encodeList(items)), LibRLP.p(a).p(b).p(c).encode());
    }
}
