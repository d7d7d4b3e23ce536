// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {NodeBags} from "../../src/authenticated/NodeBag.sol";
import {FamilyTest} from "./FamilyTest.sol";
import {RlpText} from "./RlpText.sol";
import {Scene} from "./Scene.sol";
import {TrieOracle} from "./TrieOracle.sol";

/// @notice Steps that read and write tries. A test fills the tries, says which paths of them the step may see, and after the
/// step changes them by hand into what they must be then.
abstract contract WorldTest is FamilyTest {
    bytes32 internal constant NO_CODE = keccak256("");
    uint8 internal constant WARM_ADDRESS = 1;
    uint8 internal constant WARM_SLOT = 2;
    uint8 internal constant TRANSIENT = 3;
    uint8 internal constant CREATED = 4;

    struct Holder {
        uint64 nonce;
        uint256 balance;
        bytes32 codeHash;
    }

    TrieOracle internal state = new TrieOracle();
    TrieOracle internal scratch = new TrieOracle();
    mapping(address owner => Holder) internal holders;
    mapping(address owner => TrieOracle) internal slots;

    /// Others in the tries, so that there are branches.
    function _populate() internal {
        for (uint160 i = 1; i <= 8; ++i) {
            _put(address(i << 32), 1, i, "");
            _mark(WARM_ADDRESS, address(i << 40), 0, 1);
        }
    }

    function _put(address owner, uint64 nonce, uint256 balance, bytes memory code) internal {
        holders[owner] = Holder(nonce, balance, keccak256(code));
        _write(owner);
    }

    function _setNonce(address owner, uint64 nonce) internal {
        if (holders[owner].codeHash == 0) holders[owner].codeHash = NO_CODE;
        holders[owner].nonce = nonce;
        _write(owner);
    }

    function _setBalance(address owner, uint256 balance) internal {
        if (holders[owner].codeHash == 0) holders[owner].codeHash = NO_CODE;
        holders[owner].balance = balance;
        _write(owner);
    }

    function _setSlot(address owner, uint256 key, uint256 value) internal {
        if (address(slots[owner]) == address(0)) slots[owner] = new TrieOracle();
        slots[owner].set(keccak256(abi.encode(key)), value == 0 ? bytes("") : RlpText.number(value));
        _write(owner);
    }

    function _remove(address owner) internal {
        state.set(_path(owner), "");
    }

    function _mark(uint8 tag, address owner, uint256 slot, uint256 value) internal {
        scratch.set(_path(tag, owner, slot), value == 0 ? bytes("") : RlpText.number(value));
    }

    /// The tries as they are now become the scene's.
    function _place(Scene memory scene) internal {
        scene.stateRoot = state.root();
        scene.scratchRoot = scratch.root();
    }

    function _seeAccount(Scene memory scene, address owner) internal {
        _see(scene, state, _path(owner));
    }

    function _seeSlot(Scene memory scene, address owner, uint256 key) internal {
        _seeAccount(scene, owner);
        if (address(slots[owner]) != address(0)) _see(scene, slots[owner], keccak256(abi.encode(key)));
    }

    function _seeMark(Scene memory scene, uint8 tag, address owner, uint256 slot) internal {
        _see(scene, scratch, _path(tag, owner, slot));
    }

    function _see(Scene memory scene, TrieOracle trie, bytes32 path) internal {
        bytes[] memory found = trie.proof(path);
        for (uint256 i; i < found.length; ++i) {
            if (!_contains(scene.nodes, found[i])) scene.nodes = _append(scene.nodes, found[i]);
        }
    }

    /// What a removal looks up beside its path: the only other child of a branch that it leaves with one.
    function _seeSibling(Scene memory scene, TrieOracle trie) internal view {
        try family.next(context, scene.commit().hash(), scene.witness()) {}
        catch (bytes memory reason) {
            assertEq(reason.length, 36);
            // The selector.
            // forge-lint: disable-next-line(unsafe-typecast)
            assertEq(bytes4(reason), NodeBags.MissingNode.selector);
            bytes memory sibling = trie.nodes(abi.decode(_tail(reason), (bytes32)));
            assertGt(sibling.length, 0);
            scene.nodes = _append(scene.nodes, sibling);
        }
    }

    function _tail(bytes memory reason) private pure returns (bytes memory tail) {
        tail = new bytes(reason.length - 4);
        for (uint256 i; i < tail.length; ++i) {
            tail[i] = reason[i + 4];
        }
    }

    /// The step fits one L1 transaction: 2^24 gas with the calldata's and 117,964 bytes. Half the gas and 10,000
    /// bytes are left for deeper tries than a test's.
    function _assertProvable(Scene memory scene) internal {
        bytes memory input = abi.encodeCall(family.next, (context, scene.hash(), scene.witness()));
        assertLt(input.length, 117_964 - 10_000);
        address target = address(family);
        bool success;
        uint256 used;
        vm.resumeGasMetering();
        // A high-level call would pay for memory of the test's own.
        assembly ("memory-safe") {
            used := gas()
            success := staticcall(gas(), target, add(input, 32), mload(input), 0, 32)
            used := sub(used, gas())
        }
        vm.pauseGasMetering();
        assertTrue(success);
        assertLt(used + 40 * input.length, 1 << 23);
    }

    function _path(address owner) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(owner));
    }

    function _path(uint8 tag, address owner, uint256 slot) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(tag, owner, slot));
    }

    function _write(address owner) private {
        Holder memory holder = holders[owner];
        bytes32 storageRoot = address(slots[owner]) == address(0) ? keccak256(hex"80") : slots[owner].root();
        bytes memory fields = bytes.concat(
            RlpText.number(holder.nonce),
            RlpText.number(holder.balance),
            RlpText.text(abi.encodePacked(storageRoot)),
            RlpText.text(abi.encodePacked(holder.codeHash))
        );
        state.set(_path(owner), RlpText.list(fields));
    }

    function _contains(bytes[] memory list, bytes memory item) private pure returns (bool) {
        for (uint256 i; i < list.length; ++i) {
            if (keccak256(list[i]) == keccak256(item)) return true;
        }
        return false;
    }

    function _append(bytes[] memory list, bytes memory item) internal pure returns (bytes[] memory longer) {
        longer = new bytes[](list.length + 1);
        for (uint256 i; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = item;
    }
}
