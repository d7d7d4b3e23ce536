// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Scratch} from "../authenticated/Scratch.sol";
import {Addresses} from "../rules/Addresses.sol";
import {Step} from "./Step.sol";

/// @notice Which addresses and storage slots the transaction has accessed (EIP-2929).
library Warmth {
    /// @notice Whether `account` is warm. Only if that does not go without saying the scratch trie is read.
    function isWarm(Step memory step, address account) internal pure returns (bool) {
        return _isImplicit(step, account) || Scratch.isWarm(step.witness.nodes, step.machine.scratchRoot, account);
    }

    /// @notice Whether slot `key` of `account` is warm.
    function isWarm(Step memory step, address account, bytes32 key) internal pure returns (bool) {
        return Scratch.isWarm(step.witness.nodes, step.machine.scratchRoot, account, key);
    }

    /// @notice Marks `account`, which `isWarm` has found cold.
    function warm(Step memory step, address account) internal pure {
        step.machine.scratchRoot = Scratch.markWarm(step.witness.nodes, step.machine.scratchRoot, account);
    }

    /// @notice Marks slot `key` of `account`, which `isWarm` has found cold.
    function warm(Step memory step, address account, bytes32 key) internal pure {
        step.machine.scratchRoot = Scratch.markWarm(step.witness.nodes, step.machine.scratchRoot, account, key);
    }

    /// @dev Warm from the start: the precompiles, both ends of the transaction and its fee recipient (EIP-3651).
    function _isImplicit(Step memory step, address account) private pure returns (bool) {
        return Addresses.isPrecompile(account) || account == step.tx.sender || account == step.tx.to
            || account == step.block.feeRecipient;
    }
}
