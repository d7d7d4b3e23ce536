// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account, Accounts} from "../authenticated/Account.sol";
import {AccountStorage} from "../authenticated/AccountStorage.sol";
import {NodeBag, NodeBags} from "../authenticated/NodeBag.sol";
import {Predeploys} from "../rules/Predeploys.sol";

/// @notice Whether a message is in the Outbox of an L2 state: its hash's word in the mapping at slot 0 is one.
library OutboxProof {
    /// @notice Whether the Outbox of the state `stateRoot` has sent the message `hash`. Every node must be used and none may be
    /// missing; what the state does not have must be proven absent.
    /// @param accountProof nodes of the state trie on the way to the Outbox's account
    /// @param storageProof nodes of its storage trie on the way to the message
    function isSent(bytes32 stateRoot, bytes32 hash, bytes[] calldata accountProof, bytes[] calldata storageProof)
        internal
        pure
        returns (bool)
    {
        NodeBag memory bag = NodeBags.create(accountProof.length + storageProof.length);
        _addAll(bag, accountProof);
        _addAll(bag, storageProof);
        Account memory outbox = Accounts.read(bag, stateRoot, Predeploys.OUTBOX);
        uint256 word = AccountStorage.readSlot(bag, outbox.storageRoot, slot(hash));
        bag.requireAllUsed();
        return word == 1;
    }

    /// @notice The Outbox's storage slot for the message `hash`.
    function slot(bytes32 hash) internal pure returns (bytes32) {
        return keccak256(abi.encode(hash, bytes32(0)));
    }

    function _addAll(NodeBag memory bag, bytes[] calldata nodes) private pure {
        for (uint256 i = 0; i < nodes.length; ++i) {
            bag.add(nodes[i]);
        }
    }
}
