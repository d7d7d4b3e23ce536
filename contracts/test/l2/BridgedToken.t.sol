// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBridgedToken} from "../../src/interfaces/IBridgedToken.sol";
import {BridgedToken} from "../../src/l2/BridgedToken.sol";
import {Predeploys} from "../../src/rules/Predeploys.sol";
import {Test} from "../support/TestBase.sol";

contract BridgedTokenTest is Test {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    BridgedToken private token;

    function setUp() public {
        token = new BridgedToken(address(0x901d), "Gold", "GLD", 6);
    }

    function test_onlyTheTokenBridgeMintsAndBurns() public {
        vm.expectRevert(abi.encodeWithSelector(IBridgedToken.NotTokenBridge.selector, address(this)));
        token.mint(address(1), 1);
        vm.expectRevert(abi.encodeWithSelector(IBridgedToken.NotTokenBridge.selector, address(this)));
        token.burn(address(1), 0);

        vm.startPrank(Predeploys.TOKEN_BRIDGE);
        token.mint(address(1), 3);
        token.burn(address(1), 2);
        assertEq(token.balanceOf(address(1)), 1);
        assertEq(token.decimals(), 6);
        assertEq(token.l1Token(), address(0x901d));
    }

    function test_permit() public {
        _checkPermit();
    }

    function test_permit_ofALongName() public {
        string memory name = "A name that is longer than 31 bytes";
        token = new BridgedToken(address(0x901d), name, "GLD", 6);
        assertEq(token.name(), name);
        (, string memory domainName,,,,,) = token.eip712Domain();
        assertEq(domainName, "A name that is longer than 31 b");
        _checkPermit();
    }

    function _checkPermit() private {
        (address owner, uint256 key) = makeAddrAndKey("owner");
        bytes32 permit = keccak256(abi.encode(PERMIT, owner, address(this), 5, 0, block.timestamp));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), permit));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        token.permit(owner, address(this), 5, block.timestamp, v, r, s);
        assertEq(token.allowance(owner, address(this)), 5);
    }
}
