// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account as StateAccount, Accounts} from "../../src/authenticated/Account.sol";
import {Mpt} from "../../src/authenticated/Mpt.sol";
import {NodeBag, NodeBags} from "../../src/authenticated/NodeBag.sol";
import {Brutalizer} from "../support/Brutalizer.sol";
import {Test} from "../support/TestBase.sol";
import {LibRLP} from "solady/utils/LibRLP.sol";

contract AccountTest is Test {
    using LibRLP for LibRLP.List;

    address private constant OWNER = address(0xaaaa);

    function _rlp(StateAccount memory account) private pure returns (bytes memory) {
        return LibRLP.p(account.nonce).p(account.balance).p(abi.encode(account.storageRoot))
            .p(abi.encode(account.codeHash)).encode();
    }

    function testFuzz_encode(StateAccount memory account, uint8 nonceShift, uint8 balanceShift) public pure {
        account.nonce >>= nonceShift % 65;
        account.balance >>= balanceShift;
        bytes memory expected = _rlp(account);
        Brutalizer.brutalize(512);
        bytes memory encoded = Accounts.encode(account);
        assertTrue(Brutalizer.isAllocated(encoded));
        assertEq(encoded, expected);
        Brutalizer.brutalize(512);
        assertEq(abi.encode(Accounts.decode(encoded)), abi.encode(account));
    }

    function testFuzz_writeThenRead(StateAccount memory account, address owner, address other) public pure {
        vm.assume(owner != other);
        account.codeHash = keccak256("code");
        NodeBag memory bag = NodeBags.create(0);
        bytes32 before = Accounts.write(bag, Mpt.EMPTY_ROOT, other, account);
        bytes32 root = Accounts.write(bag, before, owner, account);
        assertEq(Mpt.get(bag, root, keccak256(abi.encodePacked(owner))), _rlp(account));
        assertEq(abi.encode(Accounts.read(bag, root, owner)), abi.encode(account));
        account.balance = account.nonce = 0;
        account.codeHash = keccak256("");
        assertEq(Accounts.write(bag, root, owner, account), before, "removed, its storage with it");
    }

    function test_T42_emptyAccounts() public pure {
        NodeBag memory bag = NodeBags.create(0);
        StateAccount memory none = Accounts.read(bag, Mpt.EMPTY_ROOT, OWNER);
        assertEq(none.nonce, 0);
        assertEq(none.balance, 0);
        assertEq(none.storageRoot, keccak256(hex"80"));
        assertEq(none.codeHash, keccak256(""));
        assertTrue(none.isEmpty());
        assertEq(Accounts.write(bag, Mpt.EMPTY_ROOT, OWNER, none), Mpt.EMPTY_ROOT);
        none.storageRoot = keccak256("storage");
        assertTrue(none.isEmpty(), "whatever its storage");
        none.nonce = 1;
        assertFalse(none.isEmpty());
        none.nonce = 0;
        none.balance = 1;
        assertFalse(none.isEmpty());
        none.balance = 0;
        none.codeHash = 0;
        assertFalse(none.isEmpty());
    }

    function read(bytes calldata body) external pure {
        NodeBag memory bag = NodeBags.create(0);
        Accounts.read(bag, Mpt.put(bag, Mpt.EMPTY_ROOT, Accounts.path(OWNER), body), OWNER);
    }

    function _refuses(bytes memory body) private {
        vm.expectRevert(Accounts.MalformedAccount.selector);
        this.read(body);
    }

    function test_T52_otherBodiesAreRefused() public {
        bytes memory word = abi.encode(keccak256("word"));
        this.read(LibRLP.p(uint256(1)).p(uint256(2)).p(word).p(word).encode());
        _refuses(bytes.concat(LibRLP.p(uint256(1)).p(uint256(2)).p(word).p(word).encode(), hex"00"));
        _refuses(LibRLP.p(uint256(1)).p(uint256(2)).p(word).encode());
        _refuses(LibRLP.p(uint256(1)).p(uint256(2)).p(word).p(word).p(word).encode());
        _refuses(LibRLP.p(uint256(1) << 64).p(uint256(2)).p(word).p(word).encode());
        _refuses(LibRLP.p(hex"00").p(uint256(2)).p(word).p(word).encode());
        _refuses(LibRLP.p(hex"0001").p(uint256(2)).p(word).p(word).encode());
        _refuses(LibRLP.p(uint256(1)).p(bytes.concat(hex"01", word)).p(word).p(word).encode());
        _refuses(LibRLP.p(uint256(1)).p(uint256(2)).p(bytes.concat(hex"00", word)).p(word).encode());
        _refuses(LibRLP.p(uint256(1)).p(uint256(2)).p(word).p(hex"01").encode());
        _refuses(hex"c0");
        _refuses(hex"01");
        _refuses(word);
    }

    function testFuzz_T52_oneEncoding(bytes calldata body) public view {
        vm.assume(body.length != 0);
        try this.read(body) {
            assertEq(_rlp(Accounts.decode(body)), body);
        } catch (bytes memory reason) {
            assertEq(reason, abi.encodeWithSelector(Accounts.MalformedAccount.selector));
        }
    }
}
