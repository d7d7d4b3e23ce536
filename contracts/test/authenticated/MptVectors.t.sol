// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account as StateAccount, Accounts} from "../../src/authenticated/Account.sol";
import {AccountStorage} from "../../src/authenticated/AccountStorage.sol";
import {Mpt} from "../../src/authenticated/Mpt.sol";
import {NodeBag, NodeBags} from "../../src/authenticated/NodeBag.sol";
import {Rlp} from "../../src/authenticated/Rlp.sol";
import {Test} from "../support/TestBase.sol";

/// @notice Tries that others have made: see fixtures/trie/README.md.
contract MptVectorsTest is Test {
    /// What an operation on a path of nine mainnet nodes may cost.
    uint256 private constant GAS_PER_OPERATION = 60_000;

    function test_secureTries() public {
        vm.pauseGasMetering();
        string memory json = vm.readFile("fixtures/trie/secure-tries.json");
        for (uint256 i = 0; i < 13; ++i) {
            string memory test = string.concat("$[", vm.toString(i), "]");
            bytes[] memory keys = vm.parseJsonBytesArray(json, string.concat(test, ".keys"));
            bytes[] memory values = vm.parseJsonBytesArray(json, string.concat(test, ".values"));
            NodeBag memory bag = NodeBags.create(0);
            bytes32 root = Mpt.EMPTY_ROOT;
            for (uint256 j = 0; j < keys.length; ++j) {
                bytes32 path = keccak256(keys[j]);
                root = values[j].length == 0 ? Mpt.remove(bag, root, path) : Mpt.put(bag, root, path, values[j]);
                assertEq(Mpt.get(bag, root, path), values[j]);
            }
            assertEq(
                root,
                vm.parseJsonBytes32(json, string.concat(test, ".root")),
                vm.parseJsonString(json, string.concat(test, ".name"))
            );
        }
        assertFalse(vm.keyExistsJson(json, "$[13]"), "no case is left out");
    }

    function test_accountProofs() public {
        string memory json = vm.readFile("fixtures/trie/account-proofs.json");
        bytes32 root = vm.parseJsonBytes32(json, ".root");
        for (uint256 i = 0; i < 3; ++i) {
            string memory test = string.concat(".accounts[", vm.toString(i), "]");
            address owner = vm.parseJsonAddress(json, string.concat(test, ".address"));
            bytes[] memory nodes = vm.parseJsonBytesArray(json, string.concat(test, ".accountProof"));
            (StateAccount memory account, uint256 readGas, uint256 writeGas) = this.rewrite(nodes, root, owner);
            assertEq(account.nonce, vm.parseJsonUint(json, string.concat(test, ".nonce")));
            assertEq(account.balance, vm.parseJsonUint(json, string.concat(test, ".balance")));
            assertEq(account.storageRoot, vm.parseJsonBytes32(json, string.concat(test, ".storageHash")));
            assertEq(account.codeHash, vm.parseJsonBytes32(json, string.concat(test, ".codeHash")));
            emit log_named_uint("read", readGas);
            emit log_named_uint("write", writeGas);
            assertLt(readGas, GAS_PER_OPERATION);
            assertLt(writeGas, GAS_PER_OPERATION);
        }
    }

    /// Reads an account, changes it, and changes it back.
    function rewrite(bytes[] calldata nodes, bytes32 root, address owner)
        external
        view
        returns (StateAccount memory account, uint256 readGas, uint256 writeGas)
    {
        NodeBag memory bag = _bag(nodes);
        uint256 gas = gasleft();
        account = Accounts.read(bag, root, owner);
        readGas = gas - gasleft();
        bag.requireAllUsed();
        uint256 balance = account.balance;
        account.balance = balance ^ (1 << 90);
        gas = gasleft();
        bytes32 changed = Accounts.write(bag, root, owner, account);
        writeGas = gas - gasleft();
        assertNotEq(changed, root);
        assertEq(Accounts.read(bag, changed, owner).balance, account.balance);
        account.balance = balance;
        assertEq(Accounts.write(bag, changed, owner, account), root);
    }

    function test_T42_storageDiffs() public {
        string memory json = vm.readFile("fixtures/trie/storage-diff-proofs.json");
        for (uint256 i = 0; i < 2; ++i) {
            string memory test = string.concat("$[", vm.toString(i), "]");
            bytes[] memory present = vm.parseJsonBytesArray(json, string.concat(test, ".pre.proof"));
            bytes[] memory cleared = vm.parseJsonBytesArray(json, string.concat(test, ".post.proof"));
            bytes32 key = vm.parseJsonBytes32(json, string.concat(test, ".pre.key"));
            uint256 value = vm.parseJsonUint(json, string.concat(test, ".pre.value"));
            (uint256 putGas, uint256 removeGas) = this.diff(present, cleared, key, value);
            emit log_named_uint("put", putGas);
            emit log_named_uint("remove", removeGas);
            assertLt(putGas, GAS_PER_OPERATION);
            assertLt(removeGas, GAS_PER_OPERATION);

            // The sibling that survives is not on the path.
            (bool success, bytes memory reason) =
                address(this).call(abi.encodeCall(this.clear, (present, keccak256(present[0]), key)));
            assertFalse(success);
            bytes4 selector;
            assembly ("memory-safe") {
                selector := mload(add(reason, 32))
            }
            assertEq(selector, NodeBags.MissingNode.selector);
        }
    }

    /// Sets and clears a slot. Other slots have changed between the two proofs, but only in other children of the roots.
    function diff(bytes[] calldata present, bytes[] calldata cleared, bytes32 key, uint256 value)
        external
        view
        returns (uint256 putGas, uint256 removeGas)
    {
        bytes32 root = keccak256(cleared[0]);
        NodeBag memory bag = _bag(cleared);
        assertEq(AccountStorage.readSlot(bag, root, key), 0);
        bag.requireAllUsed();
        uint256 gas = gasleft();
        bytes32 changed = AccountStorage.writeSlot(bag, root, key, value);
        putGas = gas - gasleft();
        assertEq(bag.find(keccak256(present[1])), present[1], "all below the root is as on mainnet");
        assertEq(AccountStorage.readSlot(bag, changed, key), value);
        gas = gasleft();
        assertEq(AccountStorage.writeSlot(bag, changed, key, 0), root);
        removeGas = gas - gasleft();

        // The put has made the leaf that the removal needs beside the path.
        for (uint256 i = 0; i < present.length; ++i) {
            bag.insert(present[i]);
        }
        AccountStorage.writeSlot(bag, keccak256(present[0]), key, 0);
        assertEq(bag.find(keccak256(cleared[1])), cleared[1], "all below the root is as on mainnet");
    }

    function clear(bytes[] calldata nodes, bytes32 root, bytes32 key) external pure returns (bytes32) {
        return AccountStorage.writeSlot(_bag(nodes), root, key, 0);
    }

    function _bag(bytes[] memory nodes) internal pure returns (NodeBag memory bag) {
        bag = NodeBags.create(nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            bag.add(nodes[i]);
        }
    }
}
