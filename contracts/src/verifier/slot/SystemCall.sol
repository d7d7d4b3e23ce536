// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Mpt} from "../../authenticated/Mpt.sol";
import {Slice} from "../../authenticated/Slice.sol";
import {Phase} from "../../machine/Phase.sol";
import {Tx} from "../../machine/Tx.sol";
import {Addresses} from "../../rules/Addresses.sol";
import {Step} from "../Step.sol";

/// @notice The calls that the protocol itself makes at block begin, as transactions of kinds of their own that pay
/// nothing.
library SystemCall {
    /// @notice `Tx.kind` of the call that stores the L1 message root (EIP-4788).
    uint8 internal constant BEACON_ROOT = 0x80;
    /// @notice `Tx.kind` of the call that stores the parent's hash (EIP-2935).
    uint8 internal constant PARENT_HASH = 0x81;
    /// @notice Gas of each.
    uint64 internal constant GAS = 30_000_000;

    /// @notice Begins the call that stores the L1 message root.
    function beginBeaconRoot(Step memory step) internal pure {
        _begin(step, BEACON_ROOT, Addresses.BEACON_ROOTS, step.block.l1MessageRoot);
    }

    /// @notice Begins the call that stores the parent's hash.
    function beginParentHash(Step memory step) internal pure {
        _begin(step, PARENT_HASH, Addresses.HISTORY, step.block.headHash);
    }

    function _begin(Step memory step, uint8 kind, address to, bytes32 input) private pure {
        Tx memory transaction;
        transaction.kind = kind;
        transaction.sender = Addresses.SYSTEM;
        transaction.to = to;
        // A tree of one word is its own root.
        transaction.data = Slice({root: input, words: 1, offset: 0, length: 32});
        transaction.gasLimit = GAS;
        transaction.gasLeft = GAS;
        transaction.startStateRoot = step.machine.stateRoot;
        step.tx = transaction;
        step.machine.scratchRoot = Mpt.EMPTY_ROOT;
        step.machine.phase = Phase.ENTER;
    }
}
