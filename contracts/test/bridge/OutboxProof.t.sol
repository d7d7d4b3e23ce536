// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {NodeBags} from "../../src/authenticated/NodeBag.sol";
import {OutboxProof} from "../../src/bridge/OutboxProof.sol";
import {Predeploys} from "../../src/rules/Predeploys.sol";
import {Test} from "../support/TestBase.sol";
import {Layer2} from "../support/Layer2.sol";

contract OutboxProofTest is Test {
    bytes32 private constant HASH = keccak256("message");
    bytes1 private constant LOWEST_BIT = 0x01;

    Layer2 private l2;

    function setUp() public {
        l2 = new Layer2(6, 5);
    }

    function isSent(bytes32 stateRoot, bytes32 hash, bytes[] calldata accountProof, bytes[] calldata storageProof)
        external
        pure
        returns (bool)
    {
        return OutboxProof.isSent(OutboxProof.storageRoot(stateRoot, accountProof), hash, storageProof);
    }

    function test_isSent() public {
        assertFalse(_isSent(HASH), "proven absent");
        l2.send(HASH);
        assertTrue(_isSent(HASH));
        assertFalse(_isSent(keccak256("another")));
    }

    function test_fuzz_isSent_anyTries(uint8 accounts, uint8 slots, bytes32 hash, bool sent) public {
        l2 = new Layer2(accounts % 20, slots % 20);
        if (sent) l2.send(hash);
        assertEq(_isSent(hash), sent);
    }

    /// A mapping to bool holds one; whatever else is there was not written by `send`.
    function test_fuzz_isSent_otherWords(uint256 word) public {
        l2.write(HASH, word);
        assertEq(_isSent(HASH), word == 1);
    }

    function test_isSent_withoutAnOutbox() public {
        bytes32 root = l2.state().root();
        bytes[] memory proof = l2.state().proof(keccak256(abi.encodePacked(Predeploys.OUTBOX)));
        assertFalse(this.isSent(root, HASH, proof, new bytes[](0)));
    }

    function test_isSent_missingNodes() public {
        l2.send(HASH);
        bytes32 root = l2.root();
        (bytes[] memory accountProof, bytes[] memory storageProof) = l2.prove(HASH);
        for (uint256 i = 0; i < accountProof.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(NodeBags.MissingNode.selector, keccak256(accountProof[i])));
            this.isSent(root, HASH, _without(accountProof, i), storageProof);
        }
        for (uint256 i = 0; i < storageProof.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(NodeBags.MissingNode.selector, keccak256(storageProof[i])));
            this.isSent(root, HASH, accountProof, _without(storageProof, i));
        }
        vm.expectRevert(abi.encodeWithSelector(NodeBags.MissingNode.selector, root));
        this.isSent(root, HASH, new bytes[](0), new bytes[](0));
    }

    function test_isSent_unusedNodes() public {
        l2.send(HASH);
        bytes32 root = l2.root();
        (bytes[] memory accountProof, bytes[] memory storageProof) = l2.prove(HASH);
        vm.expectRevert(abi.encodeWithSelector(NodeBags.UnusedNode.selector, storageProof.length));
        this.isSent(root, HASH, accountProof, _with(storageProof, hex"c0"));
        vm.expectRevert(abi.encodeWithSelector(NodeBags.UnusedNode.selector, accountProof.length));
        this.isSent(root, HASH, _with(accountProof, ""), storageProof);
        vm.expectRevert(abi.encodeWithSelector(NodeBags.DuplicateNode.selector, keccak256(storageProof[0])));
        this.isSent(root, HASH, accountProof, _with(storageProof, storageProof[0]));
    }

    /// Every bit of a proof, changed: it is refused.
    function test_isSent_everyBit() public {
        vm.pauseGasMetering();
        l2 = new Layer2(3, 2);
        l2.send(HASH);
        bytes32 root = l2.root();
        (bytes[] memory accountProof, bytes[] memory storageProof) = l2.prove(HASH);
        assertTrue(this.isSent(root, HASH, accountProof, storageProof));
        uint256 bits = _flipAll(accountProof, root, accountProof, storageProof);
        bits += _flipAll(storageProof, root, accountProof, storageProof);
        assertGt(bits, 3000);
        assertTrue(this.isSent(root, HASH, accountProof, storageProof), "put back");
    }

    /// Any list made of the right nodes and others: it is taken if it has each of the right ones once and nothing else.
    function test_fuzz_isSent_anyNodes(uint256 seed, uint8 count, bool ofAccount) public {
        l2.send(HASH);
        bytes32 root = l2.root();
        (bytes[] memory accountProof, bytes[] memory storageProof) = l2.prove(HASH);
        bytes[] memory pool = _with(ofAccount ? accountProof : storageProof, hex"c180");
        uint256 right = pool.length - 1;
        uint256[] memory times = new uint256[](pool.length);
        bytes[] memory nodes = new bytes[](bound(count, right - 1, right + 1));
        // a rotation, of which some draws are anything
        for (uint256 i = 0; i < nodes.length; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            uint256 index = draw % 8 == 0 ? (draw >> 8) % pool.length : (seed % right + i) % right;
            nodes[i] = pool[index];
            ++times[index];
        }
        bool exact = times[right] == 0;
        for (uint256 i = 0; i < right; ++i) {
            exact = exact && times[i] == 1;
        }
        if (ofAccount) accountProof = nodes;
        else storageProof = nodes;
        try this.isSent(root, HASH, accountProof, storageProof) returns (bool sent) {
            assertTrue(exact && sent);
        } catch {
            assertFalse(exact);
        }
    }

    /// A node of one trie does not stand for one of the other.
    function test_isSent_swappedProofs() public {
        l2.send(HASH);
        bytes32 root = l2.root();
        (bytes[] memory accountProof, bytes[] memory storageProof) = l2.prove(HASH);
        vm.expectRevert(abi.encodeWithSelector(NodeBags.MissingNode.selector, root));
        this.isSent(root, HASH, storageProof, accountProof);
    }

    function _isSent(bytes32 hash) private returns (bool) {
        bytes32 root = l2.root();
        (bytes[] memory accountProof, bytes[] memory storageProof) = l2.prove(hash);
        return this.isSent(root, hash, accountProof, storageProof);
    }

    /// @dev Flips each bit of `nodes`, which are one of the two proofs, and puts it back.
    function _flipAll(bytes[] memory nodes, bytes32 root, bytes[] memory accountProof, bytes[] memory storageProof)
        private
        view
        returns (uint256 bits)
    {
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        for (uint256 i = 0; i < nodes.length; ++i) {
            for (uint256 bit = 0; bit < 8 * nodes[i].length; ++bit) {
                nodes[i][bit / 8] ^= LOWEST_BIT << (bit % 8);
                (bool success,) =
                    address(this).staticcall(abi.encodeCall(this.isSent, (root, HASH, accountProof, storageProof)));
                assertFalse(success, "a changed bit");
                nodes[i][bit / 8] ^= LOWEST_BIT << (bit % 8);
                ++bits;
                assembly ("memory-safe") {
                    mstore(0x40, free)
                }
            }
        }
    }

    function _without(bytes[] memory nodes, uint256 index) private pure returns (bytes[] memory fewer) {
        fewer = new bytes[](nodes.length - 1);
        for (uint256 i = 0; i < fewer.length; ++i) {
            fewer[i] = nodes[i < index ? i : i + 1];
        }
    }

    function _with(bytes[] memory nodes, bytes memory node) private pure returns (bytes[] memory more) {
        more = new bytes[](nodes.length + 1);
        for (uint256 i = 0; i < nodes.length; ++i) {
            more[i] = nodes[i];
        }
        more[nodes.length] = node;
    }
}
