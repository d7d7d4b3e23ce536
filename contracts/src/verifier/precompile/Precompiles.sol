// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slice} from "../../authenticated/Slice.sol";
import {WordTree} from "../../authenticated/WordTree.sol";
import {Phase} from "../../machine/Phase.sol";
import {Limits} from "../../rules/Limits.sol";
import {FrameEnd} from "../FrameEnd.sol";
import {PhaseFamily} from "../PhaseFamily.sol";
import {Ranges} from "../Range.sol";
import {Step} from "../Step.sol";
import {Prices} from "./Prices.sol";

/// @notice The Precompile phase: runs the precompile that the frame calls, as L1's own.
contract Precompiles is PhaseFamily {
    /// @notice The transaction has too little gas left to give the precompile `price`; its failure would prove nothing.
    error NotEnoughGas(uint256 price);

    /// @dev For the call itself and what is done between the check and it.
    uint256 private constant _RESERVE = 5_000;

    function _advance(Step memory step) internal view override {
        step.requirePhase(Phase.PRECOMPILE);
        address precompile = step.call.codeAddress;
        Slice memory input = step.call.input;
        if (input.length > Limits.WHOLE_BYTES) revert Prices.UnsupportedPrecompile(precompile);
        bytes memory data = Ranges.read(step, input, 0, input.length);
        uint256 price = Prices.priceOf(precompile, data);
        if (!step.charge(price)) {
            FrameEnd.halt(step);
            return;
        }
        (bool success, bytes memory output) = _run(precompile, data, price);
        if (success) FrameEnd.succeed(step, _fresh(output));
        else FrameEnd.halt(step);
    }

    /// @dev L1 asks the same price, so with exactly that the call fails only if the precompile itself does, and costs the
    /// step no more than the price even then.
    function _run(address precompile, bytes memory input, uint256 price)
        private
        view
        returns (bool success, bytes memory output)
    {
        uint256 left = gasleft();
        // EIP-150 keeps back a 64th.
        if (left - left / 64 < price + _RESERVE) revert NotEnoughGas(price);
        assembly ("memory-safe") {
            success := staticcall(price, precompile, add(input, 32), mload(input), 0, 0)
            output := mload(0x40)
            mstore(output, returndatasize())
            returndatacopy(add(output, 32), 0, returndatasize())
            mstore(0x40, and(add(add(output, 63), returndatasize()), not(31)))
        }
    }

    /// @dev The slice of bytes that no tree holds yet.
    function _fresh(bytes memory data) private pure returns (Slice memory slice) {
        if (data.length == 0) return slice;
        // An output is not longer than the gas of a step can pay for.
        // forge-lint: disable-next-line(unsafe-typecast)
        (slice.words, slice.length) = (uint32((data.length + 31) / 32), uint32(data.length));
        slice.root = WordTree.rootOf(data);
    }
}
