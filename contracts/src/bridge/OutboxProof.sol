// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Accounts} from "../authenticated/Account.sol";
import {AccountStorage} from "../authenticated/AccountStorage.sol";
import {NodeBag, NodeBags} from "../authenticated/NodeBag.sol";
import {Predeploys} from "../rules/Predeploys.sol";

/// @notice Whether a message is in the Outbox of an L2 state: its hash's word in the mapping at slot 0 is one.
/// @dev Of the nodes given, every one must be used and none may be missing; what the state does not have must be proven
/// absent.
library OutboxProof {
    /// @notice The Outbox's storage root in the state `stateRoot`.
    /// @param nodes of the state trie on the way to the Outbox's account
    function storageRoot(bytes32 stateRoot, bytes[] calldata nodes) internal pure returns (bytes32 root) {
        NodeBag memory bag = _bag(nodes);
        root = Accounts.read(bag, stateRoot, Predeploys.OUTBOX).storageRoot;
        bag.requireAllUsed();
    }

    /// @notice Whether an Outbox with the storage `root` has sent the message `hash`.
    /// @param nodes of its storage trie on the way to the message
    function isSent(bytes32 root, bytes32 hash, bytes[] calldata nodes) internal pure returns (bool) {
        NodeBag memory bag = _bag(nodes);
        uint256 word = AccountStorage.readSlot(bag, root, slot(hash));
        bag.requireAllUsed();
        return word == 1;
    }

    /// @notice The Outbox's storage slot for the message `hash`.
    function slot(bytes32 hash) internal pure returns (bytes32) {
        return keccak256(abi.encode(hash, bytes32(0)));
    }

    function _bag(bytes[] calldata nodes) private pure returns (NodeBag memory bag) {
        bag = NodeBags.create(nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            bag.add(nodes[i]);
        }
    }
}
