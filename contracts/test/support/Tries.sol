// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

// Numbers here are small by construction, or mean their low bits.
// forge-lint: disable-start(unsafe-typecast)

import {Account, Accounts as StateAccounts} from "../../src/authenticated/Account.sol";
import {AccountStorage} from "../../src/authenticated/AccountStorage.sol";
import {Mpt} from "../../src/authenticated/Mpt.sol";
import {NodeBag, NodeBags} from "../../src/authenticated/NodeBag.sol";
import {Scratch} from "../../src/authenticated/Scratch.sol";

/// @notice Accounts for scenes.
library Accounts {
    function withCode(bytes memory code) internal pure returns (Account memory) {
        return Account(1, 0, Mpt.EMPTY_ROOT, keccak256(code));
    }

    function withBalance(uint256 balance) internal pure returns (Account memory) {
        return Account(0, balance, Mpt.EMPTY_ROOT, StateAccounts.EMPTY_CODE_HASH);
    }
}

/// @notice Tries of one leaf, and the nodes that prove them.
library Tries {
    /// The state in which only `owner` exists.
    function single(address owner, Account memory account) internal pure returns (bytes32 root, bytes[] memory nodes) {
        NodeBag memory bag = NodeBags.create(1);
        root = StateAccounts.write(bag, Mpt.EMPTY_ROOT, owner, account);
        nodes = new bytes[](1);
        nodes[0] = bag.find(root);
    }

    /// The storage in which only `slot` has a value.
    function singleSlot(bytes32 slot, uint256 value) internal pure returns (bytes32 root, bytes memory node) {
        NodeBag memory bag = NodeBags.create(1);
        root = AccountStorage.writeSlot(bag, Mpt.EMPTY_ROOT, slot, value);
        node = bag.find(root);
    }

    /// The scratch trie after only `account` was warmed.
    function warmed(address account) internal pure returns (bytes32) {
        return Scratch.markWarm(NodeBags.create(1), Mpt.EMPTY_ROOT, account);
    }
}
// forge-lint: disable-end(unsafe-typecast)
